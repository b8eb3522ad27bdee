# SPDX-License-Identifier: Apache-2.0
"""Conekta's words in ours. A word that is not here stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Decline, Way

MEDIA_TYPE: Final = "application/vnd.conekta-v2.3.0+json"
ZONE: Final = "America/Mexico_City"
ORIGINS: Final = ("https://pay.conekta.com", "https://pay.conekta.io")
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType({"MXN": 2})

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {"card": "card", "cash": "cash", "bank_transfer": "transfer"}
)
TYPES: Final[Mapping[str, str]] = MappingProxyType({ours: theirs for theirs, ours in METHODS.items()})
# The object of a charge's payment method: what was paid with.
PAID_WITH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "card_payment": "card",
        "cash_payment": "cash",
        "bank_transfer_payment": "transfer",
    }
)
WAYS: Final = (
    Way("card", "MXN"),
    Way("cash", "MXN", frozenset({"MX"}), most=Money("MXN", 1_000_000)),
    Way("transfer", "MXN", frozenset({"MX"})),
)

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "order.paid": "paid",
        "order.pending_payment": "waiting",
        "order.expired": "expired",
        "order.canceled": "expired",
        "order.declined": "declined",
        "order.charged_back": "contested",
        "order.refunded": "refunded",
        "order.partially_refunded": "refunded",
        "charge.created": "unknown",
        "charge.paid": "paid",
        "charge.pending_payment": "waiting",
        "charge.declined": "declined",
        "charge.expired": "expired",
        "charge.refunded": "refunded",
        "charge.chargeback.created": "contested",
        "charge.chargeback.updated": "contested",
        "charge.chargeback.under_review": "contested",
        "charge.chargeback.won": "contest_won",
        "charge.chargeback.lost": "contest_lost",
    }
)
# The state of a refund; one without a word is done.
REFUNDS: Final[Mapping[str | None, str]] = MappingProxyType(
    {
        None: "done",
        "completed": "done",
        "refunded": "done",
        "pending": "pending",
        "expired": "refused",
        "canceled": "refused",
    }
)
PAID: Final = frozenset({"paid", "partially_refunded", "refunded", "charged_back"})
CHARGEBACK_WON: Final = "won"
CHARGEBACK_LOST: Final = "lost"

# The last word of a code: "conekta.errors.processing.bank.insufficient_funds" and "insufficient_funds" are one.
_STOP: Final = (
    "suspected_fraud suspicious_behaviour restricted_card stolen_card lost_card pick_up_card reported_card"
    " card_not_supported invalid_merchant rejected_by_risk blocked_payment_source forbidden_card_for_company"
    " international_card_not_allowed mcc_forbidden credit_forbidden_mcc forbidden_mcc_sivale forbidden_mcc_rappi"
)
_UPDATE_CARD: Final = (
    "expired_card expired invalid_expiration_date invalid_card_security_code expired_cvv_dynamic invalid_number"
    " invalid_card cvc number"
)
_AUTHENTICATE: Final = "declined_by_3ds call_issuer"
_RETRY_TIMED: Final = (
    "insufficient_funds amount_over_limit attempts_over_limit timeout communication_error general_error format_error"
    " processing_error"
)
_GENERIC: Final = "declined card_declined"
DECLINES: Final[Mapping[str, Decline]] = MappingProxyType(
    {
        code: decline
        for codes, decline in (
            (_STOP, Decline.STOP),
            (_UPDATE_CARD, Decline.UPDATE_CARD),
            (_AUTHENTICATE, Decline.AUTHENTICATE),
            (_RETRY_TIMED, Decline.RETRY_TIMED),
            (_GENERIC, Decline.GENERIC),
            ("cannot_be_updated_because_has_charge_paid", Decline.RECONCILE),
        )
        for code in codes.split()
    }
)


def decline_of(code: str) -> Decline:
    """What a refused charge asks for next; few tries where the code is not known."""
    return DECLINES.get(code.rpartition(".")[2], Decline.GENERIC)
