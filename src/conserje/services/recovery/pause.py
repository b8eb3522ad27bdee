# SPDX-License-Identifier: Apache-2.0
"""The kind end: a subscription that rests. Nothing is charged and nobody is written to until they come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from conserje.data.recovery.models import FailedPayment
from conserje.domain.recovery.failure import IN_PROGRESS, FailureState
from conserje.services.outreach import hold
from conserje.services.outreach.hold import Pause
from conserje.services.recovery import locked, plan
from conserje.services.tenancy.act import act, keyed

CONTACT_DAYS = 21


class NotInProgress(ValueError):
    """The failed payment has ended already."""


@keyed
@act
def place(*, creditor_id: int, failed_payment_id: int, by: str, now: datetime) -> None:
    """Pause one failed payment; one that is paused stays so. Raises `NotInProgress`, `UnknownFailure`."""
    _by_hand(creditor_id, failed_payment_id, FailureState.PAUSED, by, now)


@keyed
@act
def give_up(*, creditor_id: int, failed_payment_id: int, by: str, now: datetime) -> None:
    """Neither try nor write any more. Raises `NotInProgress`, `UnknownFailure`."""
    _by_hand(creditor_id, failed_payment_id, FailureState.GIVEN_UP, by, now)


def _by_hand(creditor_id: int, failed_payment_id: int, to: FailureState, by: str, now: datetime) -> None:
    row = locked.row(creditor_id=creditor_id, failed_payment_id=failed_payment_id)
    if row.state == to:
        return
    if row.state not in IN_PROGRESS:
        raise NotInProgress("This payment has ended already: open it again to see how.")
    _rest(creditor_id, row, to, by, now)


@act
def end_due(*, creditor_id: int, now: datetime) -> int:
    """Pause what was written about for 21 days without an answer; answers how many."""
    rows = FailedPayment.objects.filter(
        creditor_id=creditor_id,
        state=FailureState.CONTACTING.value,
        contacting_at__lte=now - timedelta(days=CONTACT_DAYS),
    )
    ids = list(rows.order_by("customer_id", "id").values_list("id", flat=True))
    for failed_payment_id in ids:
        row = locked.row(creditor_id=creditor_id, failed_payment_id=failed_payment_id)
        if row.state == FailureState.CONTACTING:
            _rest(creditor_id, row, FailureState.PAUSED, "rule", now)
    return len(ids)


def _rest(creditor_id: int, row: FailedPayment, to: FailureState, by: str, now: datetime) -> None:
    plan.release(creditor_id=creditor_id, row=row, now=now)
    pause = Pause(row.invoice_id, f"charge_{to.value}", None)
    row.hold_id = hold.put(creditor_id=creditor_id, customer_id=row.customer_id, pause=pause, by=by, now=now)
    row.state, row.next_try_at, row.ended_at, row.ended_by = to.value, None, now, by[:40]
    row.save()
    locked.tell(creditor_id=creditor_id, row=row, what=to.value, by=by, payload={}, now=now)
