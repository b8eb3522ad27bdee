# SPDX-License-Identifier: Apache-2.0
"""Lines of a file -> invoices and credit notes as the file tells them. Pure: nothing here knows the books.

Amounts are minor units. What a line does not say stays unsaid: `open_stated` and `total_stated` tell figures that
stand in the file from figures that follow from others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from conserje.domain.ports.connector import BadRow, ContactRow, InvoiceRow
from conserje.domain.receivables.keys import match_key


@dataclass(frozen=True, slots=True)
class Figures:
    """A line in figures: `total` = `open` + `withheld` + what was paid; none is negative."""

    total: int
    open: int
    withheld: int
    total_stated: bool
    open_stated: bool

    @property
    def paid(self) -> int:
        """What was paid before, by this line."""
        return self.total - self.open - self.withheld


@dataclass(frozen=True, slots=True)
class Told:
    """One invoice as the file tells it. `dues` are (date, amount) and add up to the total; `row` is its first line."""

    customer: int
    row: InvoiceRow
    number_key: str
    figures: Figures
    dues: tuple[tuple[date, int], ...]
    issued_on: date | None
    net: int | None
    tax: int | None


@dataclass(frozen=True, slots=True)
class ToldCredit:
    """One credit note as the file tells it; `amount` is what of it is still to be applied."""

    customer: int
    row: InvoiceRow
    number_key: str
    amount: int


@dataclass(slots=True)
class Lines:
    """What all lines of a file come to. `instalments` counts invoices that stand on several lines."""

    invoices: list[Told]
    credits: list[ToldCredit]
    bad: list[BadRow]
    instalments: int = 0
    settled_credits: int = 0
    empty: int = 0


class Misfit(ValueError):
    """The figures of a line contradict each other; the argument is the reason's code."""


def gather(*, rows: Iterable[tuple[int, InvoiceRow]], today: date) -> Lines:
    """Put together what `rows`, each with its customer's index, say of each invoice. `today` dates settled lines."""
    groups: dict[tuple[int, str], list[InvoiceRow]] = {}
    result = Lines([], [], [])
    for customer, row in rows:
        key = match_key(text=row.number)
        if not key:
            result.bad.append(refused(row, reason="number_missing", remedy="write_number", value=row.number))
        elif _is_credit(row):
            _credit(result, customer, row)
        else:
            groups.setdefault((customer, key), []).append(row)
    for (customer, key), lines in groups.items():
        told = _invoice(result, customer, key, lines, today)
        if told is not None:
            result.invoices.append(told)
    return result


def refused(
    row: InvoiceRow | ContactRow, *, reason: str, remedy: str, column: str = "", value: str = ""
) -> BadRow:
    """`row` as one that was not taken."""
    return BadRow(row.sheet, row.line, column, value, reason, remedy)


def figures(row: InvoiceRow) -> Figures:
    """The amounts of one line, completed from each other where arithmetic leaves no choice. Raises `Misfit`.

    A balance may be written before or after the withheld tax: it is after when balance, tax and payments fit into
    the total, else before.
    """
    withheld = abs(row.withholding.minor) if row.withholding else 0
    paid = abs(row.paid_amount.minor) if row.paid_amount is not None else None
    open_minor = row.open_amount.minor if row.open_amount is not None else None
    total = _total(row)
    total_stated = total is not None
    if total is None:
        if open_minor is None:
            raise Misfit("amount_missing")
        total = open_minor + (paid or 0) + withheld
    open_stated = True
    if open_minor is None:
        settled = paid if paid is not None else (total - withheld if row.paid_on else 0)
        open_stated = paid is not None or row.paid_on is not None
        open_minor = max(0, total - withheld - settled)
    elif open_minor + withheld + (paid or 0) > total:
        open_minor -= withheld
    if open_minor < 0 or open_minor > total or withheld > total:
        raise Misfit("open_over_total")
    return Figures(total, open_minor, withheld, total_stated, open_stated)


def _total(row: InvoiceRow) -> int | None:
    if row.total is not None:
        return row.total.minor
    return None if row.net is None else row.net.minor + (row.tax.minor if row.tax else 0)


def _is_credit(row: InvoiceRow) -> bool:
    return any(amount is not None and amount.minor < 0 for amount in (row.total, row.net, row.open_amount))


def _credit(result: Lines, customer: int, row: InvoiceRow) -> None:
    stated = row.open_amount if row.open_amount is not None else row.total
    amount = -stated.minor if stated is not None else -(_total(row) or 0)
    if amount == 0:
        result.settled_credits += 1
    elif amount < 0:
        result.bad.append(refused(row, reason="credit_sign", remedy="write_amount"))
    else:
        result.credits.append(ToldCredit(customer, row, match_key(text=row.number), amount))


def _invoice(result: Lines, customer: int, key: str, lines: Sequence[InvoiceRow], today: date) -> Told | None:
    """One invoice from all its lines; lines that cannot be part of it become bad rows."""
    taken: dict[date | None, tuple[InvoiceRow, Figures]] = {}
    for row in lines:
        first = next(iter(taken.values()))[0] if taken else row
        if row.due_on in taken or row.currency != first.currency:
            result.bad.append(refused(row, reason="duplicate", remedy="delete_line", value=row.number))
            continue
        try:
            sums = figures(row)
        except Misfit as misfit:
            remedy = "write_amount"
            result.bad.append(refused(row, reason=str(misfit), remedy=remedy, value=row.number))
            continue
        if sums.total == 0:
            result.empty += 1
        elif row.due_on is None and (sums.open or len(lines) > 1):
            result.bad.append(refused(row, reason="due_missing", remedy="write_date", value=row.number))
        else:
            taken[row.due_on] = (row, sums)
    if not taken:
        return None
    if len(taken) == 1:
        ((row, sums),) = taken.values()
        return _told_alone(customer, key, row, sums, today)
    result.instalments += 1
    return _told(customer, key, sorted(taken.values(), key=lambda pair: pair[0].due_on or today), today)


def _told(customer: int, key: str, parts: Sequence[tuple[InvoiceRow, Figures]], today: date) -> Told:
    rows, sums = [row for row, _ in parts], [figure for _, figure in parts]
    dates = [row.due_on or row.issued_on or row.paid_on or today for row in rows]
    whole = _is_whole_repeated(sums)
    if whole:
        together = Figures(
            sums[0].total, sum(s.open for s in sums), sums[0].withheld, True, sums[0].open_stated
        )
        amounts = [s.open for s in sums]
        amounts[0] += together.total - sum(amounts)
    else:
        together = Figures(
            sum(s.total for s in sums),
            sum(s.open for s in sums),
            sum(s.withheld for s in sums),
            all(s.total_stated for s in sums),
            all(s.open_stated for s in sums),
        )
        amounts = [s.total for s in sums]
    net, tax = (
        _sum([row.net.minor if row.net else None for row in rows], whole),
        _sum([row.tax.minor if row.tax else None for row in rows], whole),
    )
    issued = [row.issued_on for row in rows if row.issued_on]
    dues = tuple((on, amount) for on, amount in zip(dates, amounts, strict=True) if amount)
    return Told(customer, rows[0], key, together, dues, min(issued, default=None), net, tax)


def _told_alone(customer: int, key: str, row: InvoiceRow, sums: Figures, today: date) -> Told:
    """What `_told` gives for an invoice of one line: nearly all are."""
    due_on = row.due_on or row.issued_on or row.paid_on or today
    net = row.net.minor if row.net else None
    tax = row.tax.minor if row.tax else None
    return Told(customer, row, key, sums, ((due_on, sums.total),), row.issued_on, net, tax)


def _is_whole_repeated(sums: Sequence[Figures]) -> bool:
    """Whether each line repeats the invoice's total beside its own part: equal totals that the open parts fit into."""
    total = sums[0].total
    return (
        len(sums) > 1
        and all(
            s.total_stated and s.open_stated and s.total == total and s.withheld == sums[0].withheld
            for s in sums
        )
        and any(s.open < total for s in sums)
        and sum(s.open for s in sums) + sums[0].withheld <= total
    )


def _sum(amounts: Sequence[int | None], whole: bool) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return None
    return known[0] if whole else sum(known)
