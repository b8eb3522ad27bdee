# SPDX-License-Identifier: Apache-2.0
"""YAML for law: plain values only, and a key written twice is an error instead of a silent last word."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml


class PackError(ValueError):
    """A country's file says something that cannot be law; the message names the file, the place and the remedy."""


class _StrictLoader(yaml.SafeLoader):
    """`yaml.SafeLoader` that refuses duplicate keys, merge keys included."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    found: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            line = key_node.start_mark.line + 1
            raise PackError(f"line {line}: '{key}' is written twice. Keep one.")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(text: str, *, name: str) -> Any:
    """The plain values of `text`. Raises `PackError` starting with `name` for bad YAML or a repeated key."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader with fewer liberties
    except PackError as error:
        raise PackError(f"{name}, {error}") from None
    except yaml.YAMLError as error:
        raise PackError(f"{name} is not YAML: {error}") from None


def read(path: Path) -> dict[str, Any]:
    """The mapping a file holds; raises `PackError` when it holds something else."""
    found = load(path.read_text(encoding="utf-8"), name=path.name)
    if not isinstance(found, dict):
        raise PackError(f"{path.name} must be a mapping of keys to values.")
    return found


def refuse_unknown(entry: Mapping[str, Any], *, known: frozenset[str], place: str) -> None:
    """Raise `PackError` for a key nobody reads: a misspelt rule must not vanish."""
    for key in entry:
        if key not in known:
            raise PackError(f"{place}: unknown key '{key}'. Known keys: {', '.join(sorted(known))}.")
