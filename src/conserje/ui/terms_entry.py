# SPDX-License-Identifier: Apache-2.0
"""Reading the terms of a proposal from a form: the same for the customer and for the people who answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from conserje.domain.arrangements.proposal import Terms
from conserje.ui.amount_entry import read_minor


def amounts_of(values: Mapping[str, str], *, currency: str) -> tuple[int, int, int] | None:
    """What is paid, credited and given up, in minor units; one left empty is zero, None when one cannot be read."""
    pay, credit, discount = (
        read_minor(values.get(field, "").strip() or "0", currency=currency)
        for field in ("pay", "credit", "discount")
    )
    return None if pay is None or credit is None or discount is None else (pay, credit, discount)


def terms_of(values: Mapping[str, str], *, currency: str) -> Terms | str:
    """The terms of a form, or the code of what cannot be read."""
    amounts = amounts_of(values, currency=currency)
    if amounts is None:
        return "amount_unreadable"
    try:
        return Terms(*amounts, date.fromisoformat(values.get("pay_by", "")))
    except ValueError:
        return "day_unreadable"
