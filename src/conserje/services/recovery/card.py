# SPDX-License-Identifier: Apache-2.0
"""A new card: what failed with the old one is tried once, now, within what the networks allow; and the warning before
a card ends.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from conserje.data.outreach.models import Episode
from conserje.data.receivables.models import Invoice, Mandate
from conserje.data.recovery.models import FailedPayment
from conserje.domain.kit.money import Money
from conserje.domain.recovery.failure import FailureState
from conserje.domain.recovery.governor import Denied, earliest
from conserje.domain.rules.facts import Purpose
from conserje.services.outreach import service_letter
from conserje.services.outreach.service_letter import ServiceLetter
from conserje.services.recovery import locked, network, plan, tries
from conserje.services.tenancy.act import act, step

WARN_DAYS = (30, 7, 1)
_MAY_COME_BACK = frozenset({FailureState.RETRYING, FailureState.CONTACTING, FailureState.PAUSED})
_WARNING = "card_expiring"


@step
def updated(*, creditor_id: int, mandate_id: int, now: datetime) -> int:
    """A mandate was given: the failed payments of its customer are tried once with it. Answers how many will be.

    What was cancelled stays cancelled; what was paused goes on, for the customer gave a card.
    """
    mandate = Mandate.objects.get(creditor_id=creditor_id, id=mandate_id)
    service_letter.take_back(
        creditor_id=creditor_id, customer_id=mandate.customer_id, prefix=f"{_WARNING}:", now=now
    )
    waiting = 0
    for row in locked.of_customer(creditor_id=creditor_id, customer_id=mandate.customer_id):
        if row.state not in _MAY_COME_BACK or row.currency != mandate.currency:
            continue
        if row.mandate_id == mandate.id and row.card_updated_at is not None:
            continue
        _replace(row, mandate, now)
        waiting += _once(creditor_id, row, now)
        row.save()
        payload = {"state": row.state}
        locked.tell(
            creditor_id=creditor_id, row=row, what="card_updated", by="customer", payload=payload, now=now
        )
    return waiting


def _replace(row: FailedPayment, mandate: Mandate, now: datetime) -> None:
    same_card = (row.gateway, row.fingerprint) == (mandate.gateway, mandate.fingerprint)
    row.complete = row.complete or not same_card
    row.mandate_id, row.gateway = mandate.id, mandate.gateway
    row.fingerprint, row.brand, row.last4 = mandate.fingerprint, mandate.brand, mandate.last4
    row.expires_on, row.card_country = mandate.expires_on, ""
    row.network = network.shipped().known(mandate.brand)
    row.card_updated_at = now
    row.ended_at, row.ended_by = None, ""


def _once(creditor_id: int, row: FailedPayment, now: datetime) -> bool:
    found = earliest(
        card=tries.card(row=row),
        amount=Money(row.currency, row.amount_minor),
        history=tries.history(creditor_id=creditor_id, row=row),
        at=now,
        networks=network.shipped(),
    )
    if isinstance(found, Denied):
        plan.write_instead(creditor_id=creditor_id, row=row, why=found.rule, now=now)
        return False
    plan.wait_until(creditor_id=creditor_id, row=row, at=found, now=now)
    row.draw, row.plan = None, "card_updated"
    return True


@act
def warn_due(*, creditor_id: int, now: datetime) -> int:
    """Plan the warnings that are due 30, 7 and 1 days before a card ends with which a subscription is charged.

    Who is being written to about what is due is not warned besides: it would take the place of a letter that they were
    told of.
    """
    today, planned = now.date(), 0
    last = today + timedelta(days=max(WARN_DAYS))
    ending = Mandate.objects.filter(
        creditor_id=creditor_id, state="active", expires_on__gte=today, expires_on__lte=last
    )
    subscribed = Invoice.objects.filter(creditor_id=creditor_id, kind="subscription").values("customer_id")
    written_to = Episode.objects.filter(creditor_id=creditor_id, closed_at=None).values("customer_id")
    rows = ending.filter(customer_id__in=subscribed).exclude(customer_id__in=written_to).order_by("id")
    named = {
        f"{_WARNING}:{mandate_id}:{on.isoformat()}:{due_warning(expires_on=on, today=today)}": customer_id
        for mandate_id, on, customer_id in rows.values_list("id", "expires_on", "customer_id")
        if on is not None
    }
    known = service_letter.planned(creditor_id=creditor_id, steps=named, now=now) if named else set()
    for name, customer_id in named.items():
        if name not in known:
            wanted = ServiceLetter(_WARNING, name, Purpose.PRE_DUE_REMINDER)
            planned += service_letter.plan(
                creditor_id=creditor_id, customer_id=customer_id, wanted=wanted, now=now
            )
    return planned


def due_warning(*, expires_on: date, today: date) -> int:
    """Which warning is due: the smallest of 30, 7 and 1 days that is not less than the days left."""
    left = (expires_on - today).days
    return min(days for days in WARN_DAYS if days >= left)
