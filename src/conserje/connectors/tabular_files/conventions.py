# SPDX-License-Identifier: Apache-2.0
"""Decimal mark and date order: decided for each column from all its values, for the sheet from all its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conserje.connectors.tabular_files import dates
from conserje.connectors.tabular_files.amounts import Marks
from conserje.connectors.tabular_files.dates import Orders
from conserje.connectors.tabular_files.reasons import Doubt, state
from conserje.connectors.tabular_files.survey import Survey
from conserje.domain.kit.money import exponent


@dataclass(frozen=True, slots=True)
class Declared:
    """Conventions said from outside: by a saved or confirmed plan or a file of corrections; "" when unsaid."""

    decimal: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Conventions:
    """The sheet's decimal mark and date order, and those of each column; `serials` are columns of day counts."""

    decimal: str
    order: str
    decimals: Mapping[int, str]
    orders: Mapping[int, str]
    serials: frozenset[int]


def decide(found: Survey, *, currency: str, declared: Declared, fallback: str) -> Conventions:
    """The conventions of a sheet. What values prove wins over what was declared; what is left open follows the sheet.

    `fallback` is the decimal mark when no value has a separator at all.
    """
    decimal = _sheet_decimal(found, currency=currency, declared=declared) or fallback
    order = _sheet_order(found, declared)
    decimals = {
        index: _column_decimal(marks, declared.decimal) or decimal for index, marks in found.marks.items()
    }
    orders = {index: _column_order(seen, declared.order) or order for index, seen in found.orders.items()}
    serials = frozenset(index for index, seen in found.orders.items() if seen.plainly_serials())
    return Conventions(decimal, order, decimals, orders, serials)


def _column_decimal(marks: Marks, declared: str) -> str:
    return declared if declared and marks.mixed() else marks.proven()


def _column_order(seen: Orders, declared: str) -> str:
    mixed = seen.day_first and seen.month_first
    return declared if declared in ("dmy", "mdy") and mixed else seen.proven()


def _sheet_decimal(found: Survey, *, currency: str, declared: Declared) -> str:
    comma = sum(marks.comma for marks in found.marks.values())
    point = sum(marks.point for marks in found.marks.values())
    if declared.decimal and (comma == point or (comma and point)):
        return declared.decimal
    if comma != point:
        return "," if comma > point else "."
    if declared.decimal:
        return declared.decimal
    whole = Marks(
        maybe_comma=sum(marks.maybe_comma for marks in found.marks.values()),
        maybe_point=sum(marks.maybe_point for marks in found.marks.values()),
    )
    return whole.assumed(places=exponent(currency))


def _sheet_order(found: Survey, declared: Declared) -> str:
    day = sum(seen.day_first for seen in found.orders.values())
    month = sum(seen.month_first for seen in found.orders.values())
    if day != month and not (declared.order in ("dmy", "mdy") and day and month):
        return "dmy" if day > month else "mdy"
    if declared.order:
        return declared.order
    loose = any(seen.either for seen in found.orders.values())
    year = sum(seen.year_first + seen.typed for seen in found.orders.values())
    return "ymd" if year and not loose and not day else "dmy"


def doubts(
    found: Survey, conventions: Conventions, names: Mapping[int, str], declared: Declared
) -> list[str]:
    """What of these conventions was assumed, or contradicts itself, with one value to look at."""
    said: list[str] = []
    any_proof = any(marks.proven() for marks in found.marks.values())
    for index, marks in found.marks.items():
        if marks.mixed():
            minority = marks.sample_point if conventions.decimals[index] == "," else marks.sample_comma
            said.append(state(Doubt.DECIMAL_MIXED, column=names[index], value=minority))
        elif marks.sample_maybe and not marks.proven() and not any_proof and not declared.decimal:
            said.append(
                state(
                    Doubt.DECIMAL_ASSUMED,
                    column=names[index],
                    value=marks.sample_maybe,
                    decimal=conventions.decimal,
                )
            )
    proven = {index: seen.proven() for index, seen in found.orders.items()}
    any_order = any(order in ("dmy", "mdy") for order in proven.values())
    for index, seen in found.orders.items():
        said.extend(
            _date_doubts(seen, names[index], conventions.orders[index], any_order or bool(declared.order))
        )
        if (
            declared.order in ("dmy", "mdy")
            and proven[index] in ("dmy", "mdy")
            and proven[index] != declared.order
        ):
            said.append(state(Doubt.SAVED_PLAN_CONTRADICTED, column=names[index]))
    for index, marks in found.marks.items():
        if declared.decimal and marks.proven() and marks.proven() != declared.decimal and not marks.mixed():
            said.append(state(Doubt.SAVED_PLAN_CONTRADICTED, column=names[index]))
    return said


def _date_doubts(seen: Orders, name: str, order: str, settled: bool) -> list[str]:
    said: list[str] = []
    if seen.day_first and seen.month_first:
        minority = seen.sample_month if order == "dmy" else seen.sample_day
        said.append(state(Doubt.DATE_ORDER_MIXED, column=name, value=minority))
    elif seen.either and not seen.day_first and not seen.month_first and not settled:
        said.append(state(Doubt.DATE_ORDER_ASSUMED, column=name, value=seen.sample_either))
    if seen.maybe_swapped():
        said.append(state(Doubt.DATES_MAYBE_SWAPPED, column=name, value=seen.sample_day))
    if seen.plainly_serials():
        day = dates.from_serial(int(seen.sample_serial[:5]))
        said.append(state(Doubt.DATES_FROM_SERIALS, column=name, value=seen.sample_serial, date=day))
    return said
