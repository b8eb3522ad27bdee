# SPDX-License-Identifier: Apache-2.0
"""The test gateway's words in ours. A word that is not here stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conserje.domain.ports.gateway import ChargeState

# Decimal places of this gateway's amounts. CLP has two here and none in ISO 4217.
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {"BRL": 2, "CLP": 2, "COP": 2, "EUR": 2, "MXN": 2, "PEN": 2, "PYG": 0, "USD": 2}
)

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {"pse": "pse", "nequi": "nequi", "tarjeta": "card", "transferencia": "transfer"}
)

STATES: Final[Mapping[str, ChargeState]] = MappingProxyType(
    {
        "open": ChargeState.OPEN,
        "processing": ChargeState.PROCESSING,
        "paid": ChargeState.PAID,
        "declined": ChargeState.DECLINED,
        "cancelled": ChargeState.EXPIRED,
        "expired": ChargeState.EXPIRED,
    }
)

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "checkout.processing": "processing",
        "checkout.paid": "paid",
        "checkout.declined": "declined",
        "checkout.cancelled": "expired",
        "checkout.expired": "expired",
    }
)

DECLINES: Final[Mapping[str, str]] = MappingProxyType(
    {"no_funds": "insufficient_funds", "declined_by_bank": "declined_by_bank"}
)


def decline_word(code: str) -> str:
    """Why a payment was declined, in our words."""
    return DECLINES.get(code, "unknown")
