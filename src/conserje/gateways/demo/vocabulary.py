# SPDX-License-Identifier: Apache-2.0
"""The test gateway's words in ours. A word that is not here stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, Decline, MandateState, Way

# Decimal places of this gateway's amounts. CLP has two here and none in ISO 4217.
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {"BRL": 2, "CLP": 2, "COP": 2, "EUR": 2, "MXN": 2, "PEN": 2, "PYG": 0, "USD": 2}
)

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {"pse": "pse", "nequi": "nequi", "tarjeta": "card", "transferencia": "transfer", "efectivo": "cash"}
)

# PSE and Nequi are Colombian; cash is taken where there are counters, and no more than they may take.
WAYS: Final[tuple[Way, ...]] = (
    Way("pse", "COP"),
    Way("nequi", "COP", most=Money("COP", 1_000_000_000)),
    *(Way(method, currency) for method in ("card", "transfer") for currency in EXPONENTS),
    Way("cash", "COP", least=Money("COP", 500_000), most=Money("COP", 800_000_000)),
    Way("cash", "MXN", most=Money("MXN", 1_000_000)),
)

STATES: Final[Mapping[str, ChargeState]] = MappingProxyType(
    {
        "open": ChargeState.OPEN,
        "processing": ChargeState.PROCESSING,
        "waiting": ChargeState.WAITING,
        "paid": ChargeState.PAID,
        "declined": ChargeState.DECLINED,
        "cancelled": ChargeState.EXPIRED,
        "expired": ChargeState.EXPIRED,
    }
)

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "checkout.processing": "processing",
        "checkout.waiting": "waiting",
        "checkout.refunded": "refunded",
        "checkout.contested": "contested",
        "checkout.contest_won": "contest_won",
        "checkout.contest_lost": "contest_lost",
        "mandate.active": "active",
        "mandate.refused": "refused",
        "mandate.ended": "ended",
        "checkout.paid": "paid",
        "checkout.declined": "declined",
        "checkout.cancelled": "expired",
        "checkout.expired": "expired",
    }
)

MANDATES: Final[Mapping[str, MandateState]] = MappingProxyType(
    {
        "open": MandateState.OPEN,
        "active": MandateState.ACTIVE,
        "refused": MandateState.REFUSED,
        "ended": MandateState.ENDED,
    }
)

DETAILS: Final[Mapping[str, str]] = MappingProxyType(
    {"no_funds": "insufficient_funds", "declined_by_bank": "declined_by_bank"}
)

DECLINES: Final[Mapping[str, Decline]] = MappingProxyType(
    {
        "no_funds": Decline.RETRY_TIMED,
        "declined_by_bank": Decline.GENERIC,
        "expired_card": Decline.UPDATE_CARD,
        "mandate_ended": Decline.UPDATE_CARD,
        "stolen_card": Decline.STOP,
        "authentication_required": Decline.AUTHENTICATE,
        "try_later": Decline.RETRY_AT,
        "duplicate": Decline.RECONCILE,
    }
)


def decline_word(code: str) -> str:
    """Why a payment was declined, in our words."""
    return DETAILS.get(code, "unknown")


def decline_of(code: str) -> Decline:
    """What a decline asks for next; a code that is not in the table is a refusal without a reason."""
    return DECLINES.get(code, Decline.GENERIC)
