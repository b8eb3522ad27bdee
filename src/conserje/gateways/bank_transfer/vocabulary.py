# SPDX-License-Identifier: Apache-2.0
"""Kinds of accounts as people write them, what their numbers look like, and the currencies we know accounts in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conserje.domain.kit.money import exponent

CURRENCIES: Final = (
    "ARS",
    "BOB",
    "BRL",
    "CLP",
    "COP",
    "CRC",
    "DOP",
    "EUR",
    "GBP",
    "GTQ",
    "HNL",
    "MXN",
    "NIO",
    "PEN",
    "PYG",
    "USD",
    "UYU",
)
# Nothing is sent to anybody: amounts are those of ISO 4217.
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType({code: exponent(code) for code in CURRENCIES})

# Their word, folded to lower case without accents, and ours (`ui.labels.INSTRUCTIONS`).
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ahorros": "savings",
        "ahorro": "savings",
        "caja de ahorro": "savings",
        "poupanca": "savings",
        "savings": "savings",
        "corriente": "checking",
        "corrente": "checking",
        "cuenta vista": "checking",
        "checking": "checking",
        "cuenta": "account",
        "conta": "account",
        "account": "account",
        "clabe": "clabe",
        "cbu": "cbu",
        "cvu": "cvu",
        "alias": "alias",
        "cci": "cci",
        "iban": "iban",
    }
)
