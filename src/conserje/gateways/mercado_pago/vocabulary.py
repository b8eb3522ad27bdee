# SPDX-License-Identifier: Apache-2.0
"""Mercado Pago's words in ours. A word that is not here stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conserje.domain.kit.money import exponent
from conserje.domain.ports.gateway import ChargeState, Decline, Way

# Amounts are whole money with a decimal point. COP has no decimals there: the description of the interface says two,
# the interface itself refuses them.
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {"ARS": 2, "BRL": 2, "CLP": 0, "COP": 0, "MXN": 2, "PEN": 2, "UYU": 2}
)

# Where an account lives: its currency and the site of its pages.
SITES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "AR": ("ARS", "https://www.mercadopago.com.ar"),
        "BR": ("BRL", "https://www.mercadopago.com.br"),
        "CL": ("CLP", "https://www.mercadopago.cl"),
        "CO": ("COP", "https://www.mercadopago.com.co"),
        "MX": ("MXN", "https://www.mercadopago.com.mx"),
        "PE": ("PEN", "https://www.mercadopago.com.pe"),
        "UY": ("UYU", "https://www.mercadopago.com.uy"),
    }
)

# A method by the name of the payment method, and by its type where the name does not matter.
BY_NAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pse": "pse",
        "pix": "pix",
        "clabe": "transfer",
        "spei": "transfer",
        "bolbradesco": "boleto",
        "boletobancario": "boleto",
        "pec": "cash",
    }
)
BY_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "credit_card": "card",
        "debit_card": "card",
        "prepaid_card": "card",
        "ticket": "cash",
        "atm": "cash",
        "bank_transfer": "transfer",
        "account_money": "wallet",
        "digital_wallet": "wallet",
        "digital_currency": "wallet",
    }
)
# Types that a page can be told to leave out, and the methods that need them. Money on account cannot be left out.
TYPES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "credit_card": frozenset({"card"}),
        "debit_card": frozenset({"card"}),
        "prepaid_card": frozenset({"card"}),
        "ticket": frozenset({"cash", "boleto"}),
        "atm": frozenset({"cash"}),
        "bank_transfer": frozenset({"pse", "pix", "transfer"}),
    }
)

# Methods for which something is given out that can be paid until a day.
VOUCHERS: Final = frozenset({"cash", "boleto", "pix", "transfer"})

_OFFERED: Final = {
    "AR": ("card", "cash", "wallet"),
    "BR": ("card", "pix", "boleto", "wallet"),
    "CL": ("card", "wallet"),
    "CO": ("card", "pse", "cash", "wallet"),
    "MX": ("card", "cash", "transfer", "wallet"),
    "PE": ("card", "cash", "wallet"),
    "UY": ("card", "cash", "wallet"),
}
METHODS: Final = ("card", "pse", "pix", "boleto", "cash", "transfer", "wallet")
WAYS: Final[tuple[Way, ...]] = tuple(
    Way(
        method,
        SITES[country][0],
        frozenset() if method == "card" else frozenset({country}),
        step_minor=10 ** (exponent(SITES[country][0]) - EXPONENTS[SITES[country][0]]),
    )
    for country, methods in _OFFERED.items()
    for method in methods
)

STATES: Final[Mapping[str, ChargeState]] = MappingProxyType(
    {
        "pending": ChargeState.PROCESSING,
        "authorized": ChargeState.PROCESSING,
        "in_process": ChargeState.PROCESSING,
        "approved": ChargeState.PAID,
        "in_mediation": ChargeState.PAID,
        "refunded": ChargeState.PAID,
        "charged_back": ChargeState.PAID,
        "rejected": ChargeState.DECLINED,
        "cancelled": ChargeState.EXPIRED,
    }
)
# The payer's claim is settled against the creditor, or for them; anything else is still open.
CHARGEBACK_LOST: Final = "settled"
CHARGEBACK_WON: Final = "reimbursed"

_STOP: Final = (
    "cc_rejected_high_risk rejected_high_risk cc_rejected_blacklist cc_rejected_fraud cc_rejected_max_attempts"
    " rejected_by_regulations"
)
_UPDATE_CARD: Final = (
    "cc_rejected_bad_filled_card_number cc_rejected_bad_filled_date cc_rejected_bad_filled_security_code"
    " cc_rejected_bad_filled_other cc_rejected_invalid_installments rejected_insufficient_data"
)
_AUTHENTICATE: Final = "cc_rejected_call_for_authorize cc_rejected_card_disabled cc_rejected_3ds_challenge"
_RETRY_TIMED: Final = "cc_rejected_insufficient_amount rejected_cap_exceeded cc_rejected_card_error"
_GENERIC: Final = (
    "cc_rejected_other_reason rejected_other_reason rejected_by_bank cc_rejected_expired_operation"
)
_WAIT: Final = "pending_contingency pending_review_manual"
DECLINES: Final[Mapping[str, Decline]] = MappingProxyType(
    {
        code: decline
        for codes, decline in (
            (_STOP, Decline.STOP),
            (_UPDATE_CARD, Decline.UPDATE_CARD),
            (_AUTHENTICATE, Decline.AUTHENTICATE),
            (_RETRY_TIMED, Decline.RETRY_TIMED),
            (_GENERIC, Decline.GENERIC),
            (_WAIT, Decline.WAIT),
            ("cc_rejected_duplicated_payment", Decline.RECONCILE),
        )
        for code in codes.split()
    }
)
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"cc_rejected_insufficient_amount": "insufficient_funds", "rejected_cap_exceeded": "insufficient_funds"}
)

# Topics of webhooks that we look into, and how `fetch` is told what its number is of.
TOPICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "payment": "payment/",
        "chargebacks": "chargeback/",
        "topic_chargebacks_wh": "chargeback/",
    }
)


def method_of(kind: str, name: str) -> str:
    """Our word for what was paid with, by its type and its name."""
    return BY_NAME.get(name) or BY_TYPE.get(kind, "unknown")
