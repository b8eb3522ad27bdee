# SPDX-License-Identifier: Apache-2.0
"""How well the cells of a column bear out the field that its header names, in percent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conserje.connectors.tabular_files.profile import Profile
from conserje.domain.ports.connector import Field

DATES: Final = frozenset({Field.ISSUED_ON, Field.DUE_ON, Field.PAID_ON})
AMOUNTS: Final = frozenset(
    {Field.TOTAL, Field.NET, Field.TAX, Field.WITHHOLDING, Field.OPEN_AMOUNT, Field.PAID_AMOUNT}
)
_EMPTY: Final = 80
_FEW: Final = 5
_BENEFIT: Final = 55
_NEEDED: Final = DATES | AMOUNTS | {Field.INVOICE_NUMBER, Field.CUSTOMER_NAME}


def fit(field: Field, seen: Profile, *, trusting: bool) -> int:
    """0 when the cells contradict `field`, 100 when they agree; an empty column is believed at `_EMPTY`.

    A few cells prove little against a header, and `trusting` says that wrong cells are to be expected.
    """
    if not seen.filled:
        return 0 if field in (Field.INVOICE_NUMBER, Field.CUSTOMER_NAME, Field.TOTAL) else _EMPTY
    found = _agreement(field, seen)
    numeric = field in DATES or field in AMOUNTS
    if (trusting or seen.filled < _FEW) and field in _NEEDED and not (numeric and seen.letters >= 60):
        return max(found, _BENEFIT)
    return found


def _agreement(field: Field, seen: Profile) -> int:
    if field in DATES:
        return _dates(seen)
    if field in AMOUNTS:
        return _amounts(seen)
    return _TESTS.get(field, _text)(seen)


def _dates(seen: Profile) -> int:
    if seen.day >= 60:
        return 100
    if seen.day >= 20:
        return 75
    return 85 if seen.serial >= 90 else 0


def _amounts(seen: Profile) -> int:
    if seen.day >= 20 or seen.amount < 50:
        return 0
    return 45 if seen.flag >= 95 and seen.distinct <= 2 else 100


def _number(seen: Profile) -> int:
    if seen.day >= 60 or seen.email >= 20 or seen.term_words >= 60:
        return 0
    if seen.decimals >= 50 or seen.flag >= 95 or seen.status >= 60:
        return 10
    if seen.id_shape < 60:
        return 50
    return 100 if seen.unique >= 50 or seen.filled < 4 else 70


def _name(seen: Profile) -> int:
    if seen.day >= 20 or seen.email >= 50 or seen.phone >= 60:
        return 0
    return 100 if seen.letters >= 60 else 25


def _reference(seen: Profile) -> int:
    if seen.day >= 20 or seen.email >= 50 or seen.decimals >= 50:
        return 0
    return 100


def _tax_id(seen: Profile) -> int:
    if seen.day >= 20 or seen.email >= 20:
        return 0
    if seen.tax_valid >= 50:
        return 100
    if seen.decimals >= 50:
        # "900.000.101" without its check digit looks like an amount; the header knows better.
        return 70 if seen.tax_shape >= 60 else 0
    return 100 if seen.tax_shape >= 60 else 20


def _text(seen: Profile) -> int:
    if seen.day >= 80 or seen.email >= 60:
        return 0
    return 100 if seen.letters >= 40 else 45


def _status(seen: Profile) -> int:
    if seen.status >= 30 or seen.flag >= 90:
        return 100
    return 50 if seen.distinct <= 12 and seen.letters >= 60 else 0


def _flat(share: str, least: int) -> Callable[[Profile], int]:
    def test(seen: Profile) -> int:
        return 100 if getattr(seen, share) >= least else 0

    return test


_TESTS: Final[dict[Field, Callable[[Profile], int]]] = {
    Field.INVOICE_NUMBER: _number,
    Field.PURCHASE_ORDER: _reference,
    Field.CUSTOMER_NAME: _name,
    Field.CONTACT_NAME: _name,
    Field.CUSTOMER_REFERENCE: _reference,
    Field.CUSTOMER_TAX_ID: _tax_id,
    Field.STATUS: _status,
    Field.EMAIL: _flat("email", 30),
    Field.PHONE: _flat("phone", 50),
    Field.CURRENCY: _flat("currency", 60),
    Field.TERM_DAYS: lambda seen: 0 if seen.term < 50 else 40 if seen.flag >= 95 else 100,
    Field.DAYS_LATE: _flat("days", 60),
    Field.CUSTOMER_KIND: lambda seen: 0 if seen.day >= 20 else 100,
    Field.DOCUMENT_TYPE: lambda seen: (
        100 if seen.distinct <= 15 and seen.day < 20 and seen.decimals < 10 else 0
    ),
    Field.COUNTRY: lambda seen: 100 if seen.letters >= 60 or seen.id_shape >= 60 else 60,
    Field.PERMISSION: lambda seen: 100 if seen.day < 50 else 0,
}
