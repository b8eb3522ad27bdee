# SPDX-License-Identifier: Apache-2.0
"""What Wompi's transactions with one reference say together, as one fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeState
from conserje.gateways.wompi.vocabulary import APPROVED, METHODS, PENDING, REFUSED, VOIDED, why

BOGOTA: Final = ZoneInfo("America/Bogota")
MOST_CENTS: Final = 10**13
_KNOWN: Final = (APPROVED, VOIDED, PENDING, *REFUSED)


def unknown(reference: str, word: str) -> ChargeFact:
    """Nothing that can be relied on."""
    return ChargeFact(reference, "", "", ChargeState.UNKNOWN, None, "", None, word)


def told(reference: str, listed: Sequence[Mapping[str, Any]]) -> ChargeFact:
    """One fact from all tries under a reference: what was approved counts, then what is under way, then the last no.

    Two approved ones are more than was asked: their sum says so, and a person looks.
    """
    if any(one.get("reference") != reference or one.get("status") not in _KNOWN for one in listed):
        return unknown(reference, "answer_unreadable")
    if not listed:
        return ChargeFact(reference, "", reference, ChargeState.OPEN, None, "", None)
    tries = sorted(listed, key=lambda one: (str(one.get("created_at", "")), str(one.get("id", ""))))
    for status in (APPROVED, VOIDED):
        found = [one for one in tries if one["status"] == status]
        if found:
            return _paid(reference, found, back=status == VOIDED)
    waiting = [one for one in tries if one["status"] == PENDING]
    return _unpaid(reference, (waiting or tries)[-1])


def _paid(reference: str, found: Sequence[Mapping[str, Any]], *, back: bool) -> ChargeFact:
    amounts, day = [money(one) for one in found], day_of(found[0])
    known = [amount for amount in amounts if amount is not None]
    first = str(found[0].get("id", ""))
    if len(known) != len(found) or day is None or not first:
        return unknown(reference, "answer_unreadable")
    amount = Money("COP", sum(one.minor for one in known))
    return ChargeFact(
        external_id=reference,
        payment_id=first,
        reference=reference,
        state=ChargeState.PAID,
        amount=amount,
        method=_method(found[0]),
        value_on=day,
        returned=amount if back else None,
    )


def _unpaid(reference: str, last: Mapping[str, Any]) -> ChargeFact:
    amount, status = money(last), str(last["status"])
    if amount is None:
        return unknown(reference, "answer_unreadable")
    if status == PENDING:
        return ChargeFact(reference, "", reference, ChargeState.PROCESSING, amount, _method(last), None)
    message = last.get("status_message")
    text = message if isinstance(message, str) else ""
    reason = why(status, text)
    return ChargeFact(
        external_id=reference,
        payment_id="",
        reference=reference,
        state=ChargeState.DECLINED,
        amount=amount,
        method=_method(last),
        value_on=None,
        detail=reason.detail,
        decline=reason.decline,
        decline_code=(text or status)[:60],
    )


def money(one: Mapping[str, Any]) -> Money | None:
    """The amount of a transaction; None when it cannot be told exactly."""
    cents = one.get("amount_in_cents")
    if type(cents) is not int or not 0 < cents < MOST_CENTS or one.get("currency") != "COP":
        return None
    return Money("COP", cents)


def day_of(one: Mapping[str, Any]) -> date | None:
    """The day in Bogotá on which a transaction ended, or began where that is not told."""
    text = one.get("finalized_at") or one.get("created_at")
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(BOGOTA).date() if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _method(one: Mapping[str, Any]) -> str:
    kind = one.get("payment_method_type")
    return METHODS.get(kind, "unknown") if isinstance(kind, str) and kind else ""
