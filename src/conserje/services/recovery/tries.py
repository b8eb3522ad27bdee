# SPDX-License-Identifier: Apache-2.0
"""The tries of a card as they are kept, and as the governor counts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from conserje.data.recovery.models import ChargeAttempt, FailedPayment
from conserje.domain.kit.money import Money
from conserje.domain.recovery.failure import Refusal
from conserje.domain.recovery.governor import Card, History, Try
from conserje.services.tenancy.act import step

_ADD = """
INSERT INTO recovery_chargeattempt (creditor_id, failed_payment_id, gateway, key, made_by, made_at, fingerprint,
       network, currency, amount_minor, approved, decline, response_code, advice, decline_code, draw, plan, local_hour)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (creditor_id, gateway, key) DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Made:
    """One try to be kept: its key at the gateway, who made it and when, and what it was refused with (None: approved).

    `local_hour` is the payer's hour at which a try of ours was made.
    """

    key: str
    made_by: str
    at: datetime
    amount: Money
    refusal: Refusal | None
    local_hour: int | None = None


@step
def add(*, creditor_id: int, row: FailedPayment, made: Iterable[Made], planned: bool = False) -> int:
    """Keep tries of the card of `row`, each once; answers how many are new. `planned` tries carry its draw and plan."""
    new = 0
    with connection.cursor() as cursor:
        for one in made:
            refusal = one.refusal or Refusal()
            said = "" if one.refusal is None else (refusal.said.value if refusal.said else row.decline)
            cursor.execute(
                _ADD,
                [
                    creditor_id,
                    row.id,
                    row.gateway,
                    one.key[:140],
                    one.made_by,
                    one.at,
                    row.fingerprint,
                    row.network,
                    one.amount.currency,
                    one.amount.minor,
                    one.refusal is None,
                    said,
                    refusal.response_code[:8],
                    refusal.advice[:8],
                    refusal.said_code[:60],
                    row.draw if planned else None,
                    row.plan if planned else "",
                    one.local_hour,
                ],
            )
            new += cursor.rowcount
    return new


@step
def history(*, creditor_id: int, row: FailedPayment) -> History:
    """Every try of the card of `row` at its gateway that is kept."""
    return histories(creditor_id=creditor_id, rows=[row])[row.id]


@step
def histories(*, creditor_id: int, rows: Sequence[FailedPayment]) -> dict[int, History]:
    """`history` of each of these rows by its id, in one query."""
    prints = {row.fingerprint for row in rows}
    kept = ChargeAttempt.objects.filter(creditor_id=creditor_id, fingerprint__in=prints)
    seen: dict[tuple[str, str], list[Try]] = defaultdict(list)
    for one in kept.order_by("made_at", "id") if rows else ():
        seen[one.gateway, one.fingerprint].append(_try(one))
    return {row.id: History(tuple(seen[row.gateway, row.fingerprint]), row.complete) for row in rows}


def card(*, row: FailedPayment) -> Card:
    """The card of `row` as the governor knows it."""
    return Card(row.gateway, row.fingerprint, row.network, row.card_country)


def _try(row: ChargeAttempt) -> Try:
    return Try(
        row.made_at,
        row.gateway,
        row.fingerprint,
        Money(row.currency, row.amount_minor),
        row.approved,
        row.response_code,
        row.advice,
    )
