# SPDX-License-Identifier: Apache-2.0
"""What of a customer's debt may be chased on a given day: open, past its date, and not left alone for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conserje.domain.outreach.case import Block, Case, Due
from conserje.domain.outreach.decision import Asked


@dataclass(frozen=True, slots=True)
class Position:
    """The customer on one day: chaseable parts past due, chaseable parts soon due, and what is left alone and why."""

    on: date
    overdue: tuple[Due, ...]
    soon: tuple[Due, ...]
    blocks: tuple[Block, ...]
    whole: Block | None
    open_due: bool

    @property
    def anchor(self) -> date | None:
        """The due date the ladder counts from: the oldest overdue part, else the next one that is soon due."""
        if self.overdue:
            return self.overdue[0].due_on
        return self.soon[0].due_on if self.soon else None


def on_day(case: Case, *, on: date, soon_days: int) -> Position:
    """The position of `case` on the local date `on`; `soon_days` is how far ahead a reminder may look."""
    blocks = tuple([block for block in case.blocks if block.until is None or block.until >= on])
    whole = next((block for block in blocks if block.invoice_id is None), None) if blocks else None
    horizon = on + timedelta(days=soon_days)
    free = tuple(_free(case.dues, blocks)) if blocks else case.dues
    return Position(
        on=on,
        overdue=tuple([due for due in free if (due.late_after or due.due_on) < on]),
        soon=tuple([due for due in free if on <= due.due_on <= horizon]),
        blocks=blocks,
        whole=whole,
        open_due=bool(case.dues) and case.dues[0].due_on <= horizon,
    )


def _free(dues: tuple[Due, ...], blocks: tuple[Block, ...]) -> Iterable[Due]:
    """The dues less what is blocked: a blocked amount is taken from an invoice's oldest parts first."""
    left: dict[int, int] = {}
    for block in blocks:
        if block.invoice_id is None:
            continue
        whole = sum(due.open_minor for due in dues if due.invoice_id == block.invoice_id)
        amount = whole if block.amount_minor is None else block.amount_minor
        left[block.invoice_id] = left.get(block.invoice_id, 0) + amount
    for due in dues:
        taken = min(left.get(due.invoice_id, 0), due.open_minor)
        if taken:
            left[due.invoice_id] -= taken
        if due.open_minor > taken:
            yield replace(due, open_minor=due.open_minor - taken) if taken else due


def enough(position: Position, *, minimum_open: Mapping[str, int]) -> bool:
    """Whether what may be asked for reaches the minimum (minor units) of at least one currency."""
    sums: dict[str, int] = {}
    for due in position.overdue or position.soon:
        currency = due.currency
        sums[currency] = minor = sums.get(currency, 0) + due.open_minor
        if minor >= minimum_open.get(currency, 1):
            return True
    return False


def asked(dues: Iterable[Due]) -> tuple[Asked, ...]:
    """One amount for each invoice, with its oldest date, in the order of the dues."""
    result: dict[int, Asked] = {}
    for due in dues:
        known = result.get(due.invoice_id)
        if known is None:
            result[due.invoice_id] = Asked(due.invoice_id, due.currency, due.open_minor, due.due_on)
        else:
            result[due.invoice_id] = Asked(
                due.invoice_id, known.currency, known.minor + due.open_minor, known.due_on
            )
    return tuple(result.values())


def next_change(case: Case, *, after: date, soon_days: int) -> date | None:
    """The next local date after `after` on which the position may differ, by dates alone; None when it never will."""
    # Days are compared as they stand and only the first is moved: an account may have a thousand of them.
    soon, day = timedelta(days=soon_days), timedelta(days=1)
    ends = [due.late_after or due.due_on for due in case.dues]
    ends += [block.until for block in case.blocks if block.until is not None]
    nearing = min([due.due_on for due in case.dues if due.due_on > after + soon], default=None)
    ending = min([end for end in ends if end >= after], default=None)
    found = [] if nearing is None else [nearing - soon]
    found += [] if ending is None else [ending + day]
    return min(found, default=None)
