# SPDX-License-Identifier: Apache-2.0
"""Stripe's words in ours. A word that is not here stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Decline, Way

API_VERSION: Final = "2026-10-28.endive"

# Decimal places of Stripe's amounts. ISK and UGX have two there and none in ISO 4217, MGA none there and two in ISO.
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("ARS", "BOB", "BRL", "CAD", "COP", "CRC", "DOP", "EUR", "GBP", "GTQ", "HNL"), 2),
        **dict.fromkeys(("ISK", "MXN", "NIO", "PEN", "UGX", "USD", "UYU"), 2),
        **dict.fromkeys(("CLP", "JPY", "KRW", "MGA", "PYG"), 0),
    }
)

# Their payment method types: those of a page are narrowed by them, and a charge says which was used.
METHODS: Final[Mapping[str, str]] = MappingProxyType({"card": "card", "oxxo": "cash", "boleto": "boleto"})
TYPES: Final[Mapping[str, str]] = MappingProxyType({ours: theirs for theirs, ours in METHODS.items()})

# The least that a card is charged with, where Stripe publishes it.
_LEAST: Final = {"BRL": 50, "CAD": 50, "EUR": 50, "GBP": 30, "JPY": 50, "MXN": 1000, "USD": 50}
WAYS: Final[tuple[Way, ...]] = (
    *(
        Way("card", code, least=Money(code, _LEAST[code]) if code in _LEAST else None)
        for code in sorted(EXPONENTS)
    ),
    Way("cash", "MXN", frozenset({"MX"}), Money("MXN", 1000), Money("MXN", 1_000_000)),
    Way("boleto", "BRL", frozenset({"BR"}), Money("BRL", 500), Money("BRL", 4_999_999)),
)

LOCALES: Final[Mapping[str, str]] = MappingProxyType({"en": "en", "es": "es", "es_ES": "es", "pt": "pt-BR"})

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "checkout.session.completed": "completed",
        "checkout.session.async_payment_succeeded": "paid",
        "checkout.session.async_payment_failed": "declined",
        "checkout.session.expired": "expired",
        "payment_intent.succeeded": "paid",
        "payment_intent.payment_failed": "declined",
        "payment_intent.processing": "processing",
        "payment_intent.requires_action": "waiting",
        "payment_intent.canceled": "expired",
        "charge.refunded": "refunded",
        "charge.failed": "declined",
        "charge.dispute.created": "contested",
        "charge.dispute.updated": "contested",
        "charge.dispute.closed": "contest_closed",
        "refund.updated": "refunded",
        "refund.failed": "refund_failed",
        "payment_method.automatically_updated": "updated",
    }
)

# What the network's advice asks for. It stands above our own table of codes.
ADVICE: Final[Mapping[str, Decline]] = MappingProxyType(
    {
        "do_not_try_again": Decline.STOP,
        "confirm_card_data": Decline.UPDATE_CARD,
        "try_again_later": Decline.RETRY_TIMED,
    }
)
# Mastercard's advice codes: never again, new data of the card, or again after a time.
MASTERCARD: Final[Mapping[str, Decline]] = MappingProxyType(
    {**dict.fromkeys(("03", "21", "40", "41", "42"), Decline.STOP), "01": Decline.UPDATE_CARD}
)
MASTERCARD_WAITS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "02": timedelta(hours=72),
        "24": timedelta(hours=1),
        "25": timedelta(hours=24),
        **{str(26 + step): timedelta(days=2 + 2 * step) for step in range(5)},
    }
)
# Visa's category 1: the issuer will never approve.
VISA_NEVER: Final = frozenset(("04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"))

_STOP: Final = (
    "lost_card stolen_card pickup_card revocation_of_authorization revocation_of_all_authorizations incorrect_number"
    " invalid_account fraudulent highest_risk_level restricted_card transaction_not_allowed card_not_supported"
    " currency_not_supported"
)
_UPDATE_CARD: Final = (
    "expired_card incorrect_cvc invalid_cvc invalid_expiry_month invalid_expiry_year incorrect_zip"
    " expired_payment_method resource_missing"
)
_AUTHENTICATE: Final = "authentication_required payment_intent_authentication_failure"
_RETRY_TIMED: Final = (
    "insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded processing_error issuer_not_available"
    " reenter_transaction try_again_later"
)
_GENERIC: Final = "generic_decline do_not_honor call_issuer no_action_taken"
DECLINES: Final[Mapping[str, Decline]] = MappingProxyType(
    {
        code: decline
        for codes, decline in (
            (_STOP, Decline.STOP),
            (_UPDATE_CARD, Decline.UPDATE_CARD),
            (_AUTHENTICATE, Decline.AUTHENTICATE),
            (_RETRY_TIMED, Decline.RETRY_TIMED),
            (_GENERIC, Decline.GENERIC),
            ("duplicate_transaction", Decline.RECONCILE),
        )
        for code in codes.split()
    }
)
