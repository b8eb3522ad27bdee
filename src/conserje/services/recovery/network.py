# SPDX-License-Identifier: Apache-2.0
"""The networks' rules that ship with the product, with what the operator knows better, read once."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import yaml
from django.conf import settings

from conserje.domain.recovery import networks
from conserje.domain.recovery.networks import NetworkRefused, Networks


def shipped() -> Networks:
    """Every network in `networks/`, with the limits that the operator set (CONSERJE_NETWORK_LIMITS).

    Raises `NetworkRefused` when a file does not hold together, or a limit is unknown or above what may be set.
    """
    return _read(settings.NETWORK_LIMITS)


@lru_cache(maxsize=8)
def _read(limits: str) -> Networks:
    folder = resources.files(__package__).joinpath("networks")
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name
    )
    found = networks.read([yaml.safe_load(item.read_text("utf-8")) for item in files])
    pairs = [one.partition("=") for one in limits.split(",") if one.strip()]
    if not all(figure.strip().isdecimal() for _, _, figure in pairs):
        raise NetworkRefused(
            "CONSERJE_NETWORK_LIMITS is written as visa.card_30_days=20,visa.same_amount_30_days=20."
        )
    most = {name.strip(): int(figure) for name, _, figure in pairs}
    return networks.configured(found, most=most) if most else found
