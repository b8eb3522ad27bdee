# SPDX-License-Identifier: Apache-2.0
"""Wompi's words in ours. It tells why a charge was refused in free text only: what is not here is unknown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from conserje.domain.ports.gateway import Decline, MandateState

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType({"COP": 2})

METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CARD": "card",
        "PSE": "pse",
        "NEQUI": "nequi",
        "BANCOLOMBIA_TRANSFER": "bancolombia",
        "BANCOLOMBIA_QR": "bancolombia",
        "BANCOLOMBIA_COLLECT": "cash",
        "DAVIPLATA": "daviplata",
        "BANCOLOMBIA_BNPL": "other",
        "SU_PLUS": "other",
        "PCOL": "other",
    }
)
# Those that every Wompi merchant may offer, and that we show samples of.
CLAIMED: Final = ("card", "pse", "nequi", "bancolombia")

APPROVED: Final = "APPROVED"
VOIDED: Final = "VOIDED"
PENDING: Final = "PENDING"
REFUSED: Final = ("DECLINED", "ERROR")

TOKENS: Final[Mapping[str, MandateState]] = MappingProxyType(
    {"PENDING": MandateState.OPEN, "APPROVED": MandateState.ACTIVE, "DECLINED": MandateState.REFUSED}
)


@dataclass(frozen=True, slots=True)
class Why:
    """A refusal in our words: `detail` for people, `decline` for what to do next."""

    detail: str
    decline: Decline


# Part of `status_message`, folded, and what it means. The first that is found counts.
_TEXTS: Final = (
    ("insuficiente", Why("insufficient_funds", Decline.RETRY_TIMED)),
    ("robad", Why("card_lost_or_stolen", Decline.STOP)),
    ("perdid", Why("card_lost_or_stolen", Decline.STOP)),
    ("extraviad", Why("card_lost_or_stolen", Decline.STOP)),
    ("bloquead", Why("card_blocked", Decline.STOP)),
    ("fraude", Why("suspected_fraud", Decline.STOP)),
    ("vencid", Why("expired_card", Decline.UPDATE_CARD)),
    ("expirad", Why("expired_card", Decline.UPDATE_CARD)),
    ("cvc", Why("wrong_card_data", Decline.UPDATE_CARD)),
    ("codigo de seguridad", Why("wrong_card_data", Decline.UPDATE_CARD)),
    ("tarjeta invalida", Why("wrong_card_data", Decline.UPDATE_CARD)),
    ("autenticacion", Why("authentication_failed", Decline.AUTHENTICATE)),
    ("por el usuario", Why("refused_by_customer", Decline.AUTHENTICATE)),
    ("cupo", Why("limit_exceeded", Decline.RETRY_TIMED)),
    ("supera el monto", Why("limit_exceeded", Decline.RETRY_TIMED)),
    ("no disponible", Why("bank_unavailable", Decline.RETRY_TIMED)),
    ("comunicacion", Why("bank_unavailable", Decline.RETRY_TIMED)),
)


def why(status: str, message: str) -> Why:
    """Why a charge was refused. ERROR without a text we know is trouble on the way to the bank."""
    apart = unicodedata.normalize("NFD", message.lower())
    folded = "".join(sign for sign in apart if not unicodedata.combining(sign))
    known = next((meaning for part, meaning in _TEXTS if part in folded), None)
    if known is not None:
        return known
    if status == "ERROR":
        return Why("bank_unavailable", Decline.RETRY_TIMED)
    return Why("unknown", Decline.GENERIC)
