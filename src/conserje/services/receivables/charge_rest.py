# SPDX-License-Identifier: Apache-2.0
"""Charges that may not be made now: of what another charge may have taken, or what is disputed, promised or paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from conserje.data.receivables.models import Checkout, CheckoutLine
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Block, BlockKind, Case
from conserje.domain.ports.gateway import ChargeState
from conserje.domain.receivables.charge import ChargeCause, ChargeOrder
from conserje.domain.receivables.checkout import UNFINISHED
from conserje.services.outreach import telling
from conserje.services.tenancy.act import step

_STOPS = frozenset(
    {
        BlockKind.DISPUTE,
        BlockKind.PROMISE,
        BlockKind.CLAIMED_PAID,
        BlockKind.AGREEMENT,
        BlockKind.PLAN,
        BlockKind.HOLD,
        BlockKind.PAYING,
        BlockKind.CONTESTED,
        BlockKind.DOUBTED,
    }
)


@step
def found(*, creditor_id: int, orders: Sequence[ChargeOrder], now: datetime) -> Mapping[str, str]:
    """Why charges that were never begun may not be made, by the key of their order; those that may are left out.

    As many queries for one as for thousands.
    """
    if not orders:
        return {}
    busy, silent = _under_way(creditor_id, orders), _unanswered(creditor_id, orders)
    customers = sorted({order.customer_id for order in orders})
    cases = telling.cases(creditor_id=creditor_id, customer_ids=customers, now=now)
    whys = {
        order.key: "Another charge by the same card has no answer yet: perhaps it was refused for good."
        if order.mandate_id in silent
        else _why(order, cases[order.customer_id], busy, now)
        for order in orders
    }
    return {key: why for key, why in whys.items() if why}


def _under_way(creditor_id: int, orders: Sequence[ChargeOrder]) -> set[int]:
    """The invoices of which another charge has no known end yet."""
    lines = CheckoutLine.objects.filter(
        creditor_id=creditor_id,
        invoice_id__in={part.invoice_id for order in orders for part in order.shares},
        checkout__creditor_id=creditor_id,
        checkout__state__in=UNFINISHED,
        checkout__mandate__isnull=False,
    )
    return set(lines.values_list("invoice_id", flat=True))


def _unanswered(creditor_id: int, orders: Sequence[ChargeOrder]) -> set[int | None]:
    """The mandates by which a charge was asked for that nobody has answered."""
    rows = Checkout.objects.filter(
        creditor_id=creditor_id,
        mandate_id__in={order.mandate_id for order in orders},
        state=ChargeState.UNKNOWN.value,
    )
    return set(rows.values_list("mandate_id", flat=True))


def _why(order: ChargeOrder, case: Case, busy: set[int], now: datetime) -> str:
    if any(part.invoice_id in busy for part in order.shares):
        return "Another charge of the same invoice has no known end yet."
    today = local_date(now, case.zone)
    own_rest = order.cause is not ChargeCause.INVOICE
    blocks = [
        block
        for block in case.blocks
        if (block.until is None or block.until >= today) and (block.kind in _STOPS or not own_rest)
    ]
    for part in order.shares:
        if part.amount.minor > _free_of(part.invoice_id, order, case, blocks, today):
            return f"Invoice {part.invoice_id} is disputed, promised, arranged, on hold or being paid."
    return ""


def _free_of(invoice_id: int, order: ChargeOrder, case: Case, blocks: Sequence[Block], today: date) -> int:
    """What of an invoice may be taken. Of one in a plan only the instalments are due, and nobody else takes them: those
    whose day has come, less what rests, which is counted from the first of them.
    """
    by_parts = order.cause is ChargeCause.INSTALMENT
    whole = sum(
        due.open_minor
        for due in case.dues
        if due.invoice_id == invoice_id and (due.late_after is None or (by_parts and due.due_on <= today))
    )
    resting = sum(
        whole if block.invoice_id is None or block.amount_minor is None else block.amount_minor
        for block in blocks
        if block.invoice_id in (None, invoice_id)
    )
    return whole - resting
