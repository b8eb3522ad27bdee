# SPDX-License-Identifier: Apache-2.0
"""The only file that knows which adapters exist: it walks the four wings, then what other packages announce."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from conserje.domain.ports import registry
from conserje.domain.ports.connector import Connector
from conserje.domain.ports.statement import StatementReader

WINGS: dict[str, registry.Registry[Any]] = {
    "channels": registry.carriers,
    "gateways": registry.gateways,
    "connectors": registry.connectors,
    "countries": registry.countries,
}


@lru_cache(maxsize=1)
def wire() -> None:
    """Fill the registries once: every folder of a wing that has an `ADAPTER`, then entry points `conserje.<wing>`."""
    for wing, into in WINGS.items():
        package = import_module(f"conserje.{wing}")
        for found in pkgutil.iter_modules(package.__path__):
            if found.ispkg:
                _add(into, found.name, import_module(f"conserje.{wing}.{found.name}").ADAPTER)
        for point in entry_points(group=f"conserje.{wing}"):
            _add(into, point.name, point.load())


def _add(into: registry.Registry[Any], name: str, adapter: Any) -> None:
    """An adapter goes by what it can do: a connector may read books, statements of a bank, or both."""
    if into is registry.connectors:
        if isinstance(adapter, StatementReader):
            registry.statement_readers.add(name, adapter)
        if not isinstance(adapter, Connector):
            return
    into.add(name, adapter)
