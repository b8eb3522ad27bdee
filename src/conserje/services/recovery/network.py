# SPDX-License-Identifier: Apache-2.0
"""The networks' rules that ship with the product, read once."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import yaml

from conserje.domain.recovery import networks
from conserje.domain.recovery.networks import Networks


@lru_cache(maxsize=1)
def shipped() -> Networks:
    """Every network in `networks/`; raises `NetworkRefused` when a file does not hold together."""
    folder = resources.files(__package__).joinpath("networks")
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name
    )
    return networks.read([yaml.safe_load(item.read_text("utf-8")) for item in files])
