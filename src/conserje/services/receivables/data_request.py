# SPDX-License-Identifier: Apache-2.0
"""What a person asks about their data: received with its term and authority, extended once, answered with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from conserje.data.receivables.models import Customer, DataRequest
from conserje.data.tenancy.models import Creditor
from conserje.domain.rules import data_clock
from conserje.domain.rules.data_clock import Parties
from conserje.domain.rules.duties import DataRight
from conserje.domain.rules.facts import CreditorRole, DebtorType
from conserje.services.journal import entry as journal
from conserje.services.outreach import hold, law, local_day, page_words
from conserje.services.receivables import erasure
from conserje.services.receivables.refusals import UnknownRow
from conserje.services.tenancy.act import act, keyed, step

GRANTED: Final = "granted"
PARTLY: Final = "partly"
REFUSED: Final = "refused"
OUTCOMES: Final = (GRANTED, PARTLY, REFUSED)
# A request that stops contacts when it is granted.
_RESTRICTS: Final = frozenset({DataRight.OBJECTION, DataRight.BLOCKING})
LONGEST_WORDS: Final = 4000


class Refused(ValueError):
    """It cannot be done as asked; the first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, by what door ("portal", "workbench", "command"), by whom ("customer", "person:7"), and how."""

    right: DataRight
    through: str
    by: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`outcome` is one of `OUTCOMES`; `reason` is what the person is told, required unless all was granted.

    `stands`: whoever answers lets words stand that only the house's own taste is against.
    """

    outcome: str
    reason: str = ""
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One request. `answer_by` and `latest_by` are the customer's local dates; `answered_at` None while it is open."""

    id: int
    customer_id: int
    customer: str
    right: DataRight
    asked_at: datetime
    through: str
    asked_by: str
    words: str
    answer_by: date
    latest_by: date
    rule: str
    authority: str
    extended_at: datetime | None
    extension_reason: str
    answered_at: datetime | None
    outcome: str
    answer: str

    @property
    def extendable(self) -> bool:
        """Whether the law still gives it more time."""
        return self.answered_at is None and self.extended_at is None and self.latest_by > self.answer_by


_FIELDS: Final = tuple(item.name for item in fields(Standing))
_COLUMNS: Final = tuple(
    {"customer": "customer__name", "right": "kind", "through": "asked_through"}.get(name, name)
    for name in _FIELDS
)


@keyed
@act
def ask(*, creditor_id: int, customer_id: int, asked: Asked, now: datetime) -> int:
    """Write a request down with its term; returns its id. The same wish, while it is open, is the same request.

    Raises `UnknownRow`, and `KeyError` for a right that nobody asks for.
    """
    customer = Customer.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, id=customer_id)
    row = customer.values("country", "debtor_type").first()
    if row is None:
        raise UnknownRow(f"There is no customer {customer_id} in this creditor's books.")
    known = DataRequest.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, kind=asked.right.value, answered_at=None
    ).first()
    if known is not None:
        return known.id
    creditor = Creditor.objects.values("country", "role").get(id=creditor_id)
    country = row["country"] or creditor["country"]
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    parties = Parties(CreditorRole(creditor["role"]), DebtorType(row["debtor_type"]))
    packs = law.stack_for(country=country).packs
    term = data_clock.term(packs=packs, right=asked.right, asked_on=today, parties=parties)
    made = DataRequest.objects.create(
        creditor_id=creditor_id,
        customer_id=customer_id,
        kind=asked.right.value,
        asked_at=now,
        asked_through=asked.through,
        asked_by=asked.by,
        words=asked.words[:LONGEST_WORDS],
        answer_by=term.answer_by,
        latest_by=term.latest_by,
        rule=term.rule,
        authority=term.authority or _authority(country),
    )
    told = {"kind": asked.right.value, "answer_by": term.answer_by.isoformat(), "rule": term.rule}
    _tell(made, "asked", asked.by, now, told)
    return made.id


@act
def extend(
    *, creditor_id: int, request_id: int, reason: str, by: str, now: datetime, stands: bool = False
) -> date:
    """Take the longer term that the law gives, once; returns the new date. Raises `Refused` and `UnknownRow`.

    The person must hear of it, with the reason, before the first term ends: later it is refused. `stands` as in
    `Answer`.
    """
    row = _open(creditor_id, request_id)
    if row.extended_at is not None or row.latest_by <= row.answer_by:
        raise Refused("no_extension")
    if local_day.today(creditor_id=creditor_id, customer_id=row.customer_id, now=now) > row.answer_by:
        raise Refused("extended_too_late")
    if not reason.strip():
        raise Refused("no_reason")
    said = page_words.let_stand(
        creditor_id=creditor_id, customer_id=row.customer_id, words=reason, stands=stands, now=now
    )
    row.answer_by, row.extended_at, row.extended_by = row.latest_by, now, by
    row.extension_reason = reason.strip()[:240]
    row.save(update_fields=["answer_by", "extended_at", "extended_by", "extension_reason"])
    _tell(row, "extended", by, now, {"kind": row.kind, "answer_by": row.answer_by.isoformat(), **said})
    return row.answer_by


@act
def answer(*, creditor_id: int, request_id: int, answer: Answer, by: str, now: datetime) -> None:
    """Answer a request, and do what the answer says.

    Erasure granted erases the person at once; not granted, and with objection or blocking granted, contacts stop.
    Raises `UnknownRow`, and `Refused`: "debt_alive", "kept_by_law" and "no_part" for an erasure that may not be,
    "no_reason"; and what `page_words.let_stand` raises.
    """
    row = _open(creditor_id, request_id)
    if answer.outcome not in OUTCOMES or (answer.outcome != GRANTED and not answer.reason.strip()):
        raise Refused("no_reason")
    right = DataRight(row.kind)
    if right is DataRight.ERASURE and answer.outcome == PARTLY:
        raise Refused("no_part")
    if right is DataRight.ERASURE and answer.outcome == GRANTED:
        found = erasure.judge(creditor_id=creditor_id, customer_id=row.customer_id, now=now)
        if not found.allowed:
            raise Refused(found.codes[0])
    said = page_words.let_stand(
        creditor_id=creditor_id,
        customer_id=row.customer_id,
        words=answer.reason,
        stands=answer.stands,
        now=now,
    )
    row.answered_at, row.answered_by, row.outcome = now, by, answer.outcome
    row.answer = answer.reason.strip()[:LONGEST_WORDS]
    row.save(update_fields=["answered_at", "answered_by", "outcome", "answer"])
    _tell(row, "answered", by, now, {"kind": row.kind, "outcome": answer.outcome, **said})
    if right is DataRight.ERASURE and answer.outcome == GRANTED:
        erasure.erase(creditor_id=creditor_id, customer_id=row.customer_id, by=by, now=now)
    elif right is DataRight.ERASURE or (right in _RESTRICTS and answer.outcome != REFUSED):
        pause = hold.Pause(None, erasure.RESTRICTED, None)
        hold.put(creditor_id=creditor_id, customer_id=row.customer_id, pause=pause, by=by, now=now)


@step
def waiting(*, creditor_id: int) -> list[Standing]:
    """Every open request, the one that is due first at the top."""
    rows = DataRequest.objects.filter(creditor_id=creditor_id, answered_at=None)
    return [_standing(row) for row in rows.order_by("answer_by", "id").values_list(*_COLUMNS)]


@step
def of_customer(*, creditor_id: int, customer_id: int) -> list[Standing]:
    """What one customer asked, the newest first."""
    rows = DataRequest.objects.filter(creditor_id=creditor_id, customer_id=customer_id)
    return [_standing(row) for row in rows.order_by("-asked_at", "-id").values_list(*_COLUMNS)]


@step
def one(*, creditor_id: int, request_id: int) -> Standing:
    """One request. Raises `UnknownRow`."""
    rows = DataRequest.objects.filter(creditor_id=creditor_id, id=request_id).values_list(*_COLUMNS)
    if not rows:
        raise UnknownRow(f"There is no request {request_id} in this creditor's books.")
    return _standing(rows[0])


def _open(creditor_id: int, request_id: int) -> DataRequest:
    found = (
        DataRequest.objects.select_for_update(no_key=True)
        .filter(creditor_id=creditor_id, id=request_id)
        .first()
    )
    if found is None:
        raise UnknownRow(f"There is no request {request_id} in this creditor's books.")
    if found.answered_at is not None:
        raise Refused("answered_before")
    return found


def _authority(country: str) -> str:
    found = law.authority(country=country)
    return "" if found is None else str(found.short_name)


def _standing(row: Sequence[Any]) -> Standing:
    given = dict(zip(_FIELDS, row, strict=True))
    return Standing(**given | {"right": DataRight(given["right"])})


def _tell(row: DataRequest, what: str, by: str, now: datetime, payload: dict[str, Any]) -> None:
    new = journal.NewEntry(
        at=now,
        kind=f"receivables.data_request.{what}",
        actor=by,
        customer_id=row.customer_id,
        subject_kind="data_request",
        subject_id=row.id,
        payload=payload,
    )
    journal.write(creditor_id=row.creditor_id, entries=[new])
