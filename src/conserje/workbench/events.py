# SPDX-License-Identifier: Apache-2.0
"""What happened with a customer, each thing in a line that says what, by whom and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.domain.outreach.decision import Decision
from conserje.services.insights import reasoning
from conserje.services.insights.happened import Happened
from conserje.services.outreach.elsewhere import UNDO
from conserje.services.tenancy import people
from conserje.ui import labels
from conserje.workbench import arranged_events, why
from conserje.workbench.access import Desk
from conserje.workbench.arranged_events import about, day_of, joined, quoted
from conserje.workbench.pages import Event, Rule
from conserje.workbench.reasons import ROUTINE, sentence
from conserje.workbench.words import (
    CLAIM_ANSWERS,
    CONTACT_OUTCOMES,
    DECISIONS,
    HOLD_REASONS,
    LETTERS,
    PERMISSION_BASES,
    PROMISE_STATES,
    REVERSALS,
    STAGES,
    name,
)

# How each kind of event is drawn; what closes something is drawn like it.
_DRAWN = {
    "reversal": "payment",
    "credit_note": "invoice",
    "write_off": "invoice",
    "promise_closed": "promise",
    "claim": "reply",
    "claim_closed": "reply",
    **arranged_events.DRAWN,
    "hold_closed": "hold",
    "permission": "note",
    "elsewhere": "note",
    "elsewhere_undone": "note",
}


@dataclass(frozen=True, slots=True)
class _Known:
    decisions: dict[int, Decision]
    against: dict[int, tuple[str, ...]]
    people: dict[int, str]


def tell(desk: Desk, rows: Sequence[Happened]) -> tuple[Event, ...]:
    """The events of a page, with the reasons of their decisions: three queries whatever their number."""
    touches = [row for row in rows if row.kind == "touch"]
    asked = {row.told["decision"] for row in touches if row.told["decision"]}
    asked |= {row.id for row in rows if row.kind == "decision"}
    suppressed = [row.id for row in touches if row.told["state"] == "suppressed"]
    persons = [int(row.actor.partition(":")[2]) for row in rows if row.actor.startswith("person:")]
    known = _Known(
        decisions=reasoning.decisions(creditor_id=desk.creditor_id, ids=sorted(asked)),
        against=reasoning.rules_against(creditor_id=desk.creditor_id, touch_ids=suppressed),
        people=people.names(user_ids=persons),
    )
    return tuple(_event(desk, row, known) for row in rows)


def _event(desk: Desk, row: Happened, known: _Known) -> Event:
    if row.kind == "touch":
        return _touch(desk, row, known)
    if row.kind == "decision":
        return _decision(desk, row, known)
    title, detail = _TOLD[row.kind](row.told)
    return Event(
        at=desk.local(row.at),
        kind=_DRAWN.get(row.kind, row.kind),
        title=title,
        detail=detail,
        actor=_actor(row, known),
        by_rule=row.actor == "rule",
        amount=row.amount,
        undo_url=_undo(desk, row),
    )


def _undo(desk: Desk, row: Happened) -> str:
    if row.kind != "elsewhere" or not desk.seat.may_act or row.told["undone"]:
        return ""
    until = datetime.fromisoformat(row.told["said_at"]) + UNDO
    return desk.url("elsewhere_undo", contact=row.id) if desk.now <= until else ""


def _touch(desk: Desk, row: Happened, known: _Known) -> Event:
    told = row.told
    decision = known.decisions.get(told["decision"]) if told["decision"] else None
    against = known.against.get(row.id, ())
    reason = sentence(told["reason"]) if told["reason"] else ""
    if told["state"] == "suppressed" and not reason:
        reason = sentence("refused")
    stage = name(STAGES, told["stage"])
    parts = [name(LETTERS, told["letter"]) if told["subject"] else "", stage, _to(told["to"])]
    said = " · ".join(part for part in parts if part)
    return Event(
        at=desk.local(row.at),
        kind="touch",
        title=told["subject"] or name(LETTERS, told["letter"]),
        detail=f"{said}. {reason}" if reason and said else reason or said,
        channel=told["channel"],
        state=told["state"],
        actor=_actor(row, known),
        by_rule=row.actor == "rule",
        why=(*why.of_ids(against, told["reason"] or "refused"), *_why(decision)),
        decision=str(told["decision"] or ""),
        body_url=desk.url("message", touch=row.id) if told["subject"] else "",
    )


def _to(person: str) -> str:
    return _("to %(people)s") % {"people": person} if person else ""


def _decision(desk: Desk, row: Happened, known: _Known) -> Event:
    decision = known.decisions.get(row.id)
    title = name(DECISIONS, row.told["kind"])
    reasons: list[str] = []
    if decision is not None:
        reasons = [sentence(one.code, one.values) for one in decision.reasons if one.code not in ROUTINE]
        if decision.contact is not None:
            what = {
                "what": name(LETTERS, decision.contact.letter),
                "day": day_of(decision.contact.on.isoformat()),
            }
            title = _("Next: %(what)s, %(day)s") % what
    return Event(
        at=desk.local(row.at),
        kind="decision",
        title=title,
        detail=" ".join(reasons[:2]),
        why=_why(decision),
        decision=str(row.id),
    )


def _why(decision: Decision | None) -> tuple[Rule, ...]:
    return why.of_decision(decision) if decision is not None else ()


def _actor(row: Happened, known: _Known) -> str:
    kind, _sign, number = row.actor.partition(":")
    if kind == "person":
        return known.people.get(int(number), "")
    return _("the customer") if kind == "customer" else ""


Told = dict[str, Any]


def _payment(told: Told) -> tuple[str, str]:
    method = str(labels.METHODS.get(told["method"], told["method"]))
    detail = _("value date %(day)s") % {"day": day_of(told["value_on"])}
    return _("Payment received"), f"{method} · {detail}" if method else detail


def _reversal(told: Told) -> tuple[str, str]:
    return name(REVERSALS, told["kind"]), ""


def _invoice(told: Told) -> tuple[str, str]:
    if told["count"] == 1:
        return _("Invoice %(number)s opened") % {"number": told["number"]}, ""
    text = ngettext("%(count)s invoice opened", "%(count)s invoices opened", told["count"])
    return text % {"count": told["count"]}, ""


def _credit_note(told: Told) -> tuple[str, str]:
    return _("Credit note %(number)s") % {"number": told["number"]}, ""


def _write_off(told: Told) -> tuple[str, str]:
    return _("Written off: %(number)s") % {"number": told["number"]}, told["reason"]


def _promise(told: Told) -> tuple[str, str]:
    return _("Will pay on %(day)s") % {"day": day_of(told["on"])}, about(told)


def _promise_closed(told: Told) -> tuple[str, str]:
    state = name(PROMISE_STATES, told["state"])
    return _("Promise for %(day)s: %(state)s") % {"day": day_of(told["on"]), "state": state}, about(told)


def _claim(told: Told) -> tuple[str, str]:
    title = (
        _("Says it was paid on %(day)s") % {"day": day_of(told["on"])} if told["on"] else _("Says it is paid")
    )
    method = str(labels.METHODS.get(told["method"], told["method"]))
    return title, joined(about(told), method, quoted(told["words"]))


def _claim_closed(told: Told) -> tuple[str, str]:
    return name(CLAIM_ANSWERS, told["answer"]), about(told)


def _hold(told: Told) -> tuple[str, str]:
    until = _("until %(day)s") % {"day": day_of(told["until"])} if told["until"] else ""
    return _("Hold placed"), joined(about(told), name(HOLD_REASONS, told["reason"]), until)


def _hold_closed(told: Told) -> tuple[str, str]:
    return _("Hold released"), about(told)


def _permission(told: Told) -> tuple[str, str]:
    state = str(labels.CONSENTS.get(told["consent"], told["consent"]))
    channel = str(labels.CHANNELS.get(told["channel"], told["channel"]))
    title = _("Permission for %(channel)s: %(state)s") % {"channel": channel, "state": state}
    return title, joined(name(PERMISSION_BASES, told["basis"]), told["source"])


def _elsewhere(told: Told) -> tuple[str, str]:
    channel = str(labels.CHANNELS.get(told["channel"], told["channel"]))
    began = _("The customer began it") if told["inbound"] else ""
    title = _("Contact made elsewhere: %(channel)s") % {"channel": channel}
    return title, joined(name(CONTACT_OUTCOMES, told["outcome"]), began)


def _elsewhere_undone(told: Told) -> tuple[str, str]:
    channel = str(labels.CHANNELS.get(told["channel"], told["channel"]))
    return _("Contact made elsewhere taken back: %(channel)s") % {"channel": channel}, ""


_TOLD: dict[str, Callable[[Any], tuple[str, str]]] = {
    "payment": _payment,
    "reversal": _reversal,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "write_off": _write_off,
    "promise": _promise,
    "promise_closed": _promise_closed,
    "claim": _claim,
    "claim_closed": _claim_closed,
    **arranged_events.TOLD,
    "hold": _hold,
    "hold_closed": _hold_closed,
    "permission": _permission,
    "elsewhere": _elsewhere,
    "elsewhere_undone": _elsewhere_undone,
}
