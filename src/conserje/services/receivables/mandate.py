# SPDX-License-Identifier: Apache-2.0
"""Mandates: asked for on the gateway's own page, in force once the gateway says so, ended at once by who wants it.

The token is kept sealed and leaves only towards the gateway that gave it. No card data passes here.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from conserje.data.receivables.models import ChargeNotice, Mandate
from conserje.domain.kit.days import local_date
from conserje.domain.ports.gateway import (
    MandateFact,
    MandateRequest,
    Mandates,
    MandateState,
    StartFailed,
    told_nothing,
)
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.mandate import Back, Held, MandateAsked, next_state
from conserje.services.journal import entry
from conserje.services.receivables import checkout_row, locked
from conserje.services.receivables.checkout import Access, Which
from conserje.services.receivables.refusals import NotAnswered, Refused, UnknownRow
from conserje.services.recovery import card
from conserje.services.tenancy import sealing
from conserje.services.tenancy.act import act, keyed, reading, step

_PURPOSE = "mandate token"
_NOT_TOLD = "gateway_not_told"
# How long an unfinished page is asked about when its hook was lost.
_LOOKED_FOR = timedelta(days=1)
_ASKED_AGAIN = timedelta(minutes=10)
# How long after a gateway did not confirm the end of a mandate it is told again.
_TOLD_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Send the customer to `url`."""

    public_id: str
    url: str


def ask(
    *, creditor_id: int, asked: MandateAsked, back: Back, access: Access, now: datetime
) -> Asked | StartFailed:
    """Write down what the customer agrees to, then ask the gateway for its page; the same again is the same page.

    Raises `Refused` when the gateway keeps no mandates, or the id belongs to another customer.
    """
    adapter = _keeper(access)
    row = _write_down(creditor_id=creditor_id, asked=asked, gateway=access.gateway, now=now)
    request = MandateRequest(
        key=row.key,
        reference=row.reference,
        description=back.description,
        currency=row.currency,
        return_url=back.return_url,
        hook_url=back.hook_url,
        locale=back.locale,
    )
    answer = adapter.ask_mandate(request, access.settings, access.http)
    if isinstance(answer, StartFailed):
        return answer
    _note_start(creditor_id=creditor_id, mandate_id=row.id, external_id=answer.external_id, now=now)
    return Asked(row.public_id, answer.url)


def refresh(*, creditor_id: int, which: Which, access: Access, now: datetime) -> Held:
    """Fetch a mandate from its gateway and write down how far it has come. Raises `UnknownRow`, `NotAnswered`.

    One that comes into force replaces the customer's former ones of that currency, here and at their gateway.
    """
    adapter = _keeper(access)
    with reading(creditor_id=creditor_id):
        rows = Mandate.objects.filter(creditor_id=creditor_id, gateway=access.gateway)
        named = {"public_id": which.public_id} if which.public_id else {"external_id": which.external_id}
        row = rows.filter(**named).first()
    if row is None and which.public_id:
        raise UnknownRow("Nobody knows this mandate. Begin again from your account.")
    external_id = row.external_id if row is not None else which.external_id
    if row is not None and not external_id:
        return held_of(row)
    fact = adapter.fetch_mandate(external_id, access.settings, access.http)
    if row is None and told_nothing(fact, asked=external_id):
        raise NotAnswered("The gateway did not say whose mandate this is. It is asked again later.")
    held = _apply(creditor_id=creditor_id, gateway=access.gateway, fact=fact, now=now)
    _tell_ended(creditor_id=creditor_id, access=access, now=now)
    return held


def end(*, creditor_id: int, mandate_id: int, by: str, access: Access | None, now: datetime) -> Held:
    """End a mandate at once: nothing is charged by it from here on, whatever its gateway answers.

    `by` is "customer" or "person:7". The gateway is told as well; one that is silent is told again later.
    """
    held = _end(creditor_id=creditor_id, mandate_id=mandate_id, by=by, now=now)
    if access is not None and access.gateway == held.gateway:
        _tell_ended(creditor_id=creditor_id, access=access, now=now)
    return held


def look_due(*, creditor_id: int, access: Access, now: datetime) -> None:
    """Ask again about pages whose end nobody told, and tell again of mandates that ended."""
    with reading(creditor_id=creditor_id):
        rows = Mandate.objects.filter(
            creditor_id=creditor_id,
            gateway=access.gateway,
            state__in=[MandateState.OPEN.value, MandateState.UNKNOWN.value],
            created_at__gt=now - _LOOKED_FOR,
            checked_at__lte=now - _ASKED_AGAIN,
        )
        waiting = list(rows.exclude(external_id="").values_list("public_id", flat=True))
    for public_id in waiting:
        refresh(creditor_id=creditor_id, which=Which(public_id=public_id), access=access, now=now)
    _tell_ended(creditor_id=creditor_id, access=access, now=now)


@step
def in_force(*, creditor_id: int, customer_id: int) -> tuple[Held, ...]:
    """The mandates by which a customer may be charged now, the newest first."""
    rows = Mandate.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="active")
    return tuple(held_of(row) for row in rows.order_by("-given_at", "-id"))


@step
def token_of(*, creditor_id: int, mandate_id: int) -> str:
    """What a mandate in force is charged by; raises `Refused` when it is not in force any more."""
    row = Mandate.objects.filter(creditor_id=creditor_id, id=mandate_id, state="active").first()
    if row is None:
        raise Refused("This mandate is not in force: nothing is charged by it.")
    return sealing.unseal(sealed=bytes(row.sealed), purpose=_PURPOSE)


def held_of(row: Mandate) -> Held:
    """The row without its token."""
    return Held(
        id=row.id,
        public_id=row.public_id,
        customer_id=row.customer_id,
        gateway=row.gateway,
        currency=row.currency,
        state=row.state,
        method=row.method,
        brand=row.brand,
        last4=row.last4,
        expires_on=row.expires_on,
        covers_invoices=row.covers_invoices,
        given_on=local_date(row.given_at, "UTC") if row.given_at is not None else None,
    )


def _keeper(access: Access) -> Mandates:
    adapter = gateways.get(access.gateway)
    if not isinstance(adapter, Mandates):
        raise Refused("This way of paying cannot be kept for later. Choose another one.")
    return adapter


@keyed
@act
def _write_down(*, creditor_id: int, asked: MandateAsked, gateway: str, now: datetime) -> Mandate:
    row = Mandate(
        creditor_id=creditor_id,
        customer_id=asked.customer_id,
        public_id=asked.public_id,
        gateway=gateway,
        key=secrets.token_urlsafe(24),
        currency=asked.currency,
        covers_invoices=asked.covers_invoices,
        text_hash=hashlib.sha256(asked.text.encode()).hexdigest(),
        agreed_by=asked.by[:120],
        agreed_from=asked.from_address[:64],
        created_at=now,
    )
    known = Mandate.objects.filter(creditor_id=creditor_id, public_id=asked.public_id).first()
    made = known or checkout_row.named(creditor_id=creditor_id, row=row)
    if made.customer_id != asked.customer_id or made.gateway != gateway:
        raise Refused("This page belongs to another mandate. Go back and begin again.")
    if made is row:
        _tell(creditor_id, row, "asked", {"text": row.text_hash}, "customer", now)
    return made


@keyed
@act
def _note_start(*, creditor_id: int, mandate_id: int, external_id: str, now: datetime) -> None:
    row = locked.row(creditor_id=creditor_id, model=Mandate, row_id=mandate_id)
    row.external_id, row.checked_at = external_id, now
    row.save(update_fields=["external_id", "checked_at"])


@keyed
@act
def _apply(*, creditor_id: int, gateway: str, fact: MandateFact, now: datetime) -> Held:
    rows = Mandate.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, gateway=gateway)
    row = rows.filter(external_id=fact.external_id).first()
    if row is None and fact.reference:
        row = rows.filter(external_id="", reference=fact.reference).first()
    if row is None:
        raise UnknownRow(f"The gateway's mandate {fact.external_id} is not one of this creditor's.")
    before = row.state
    row.external_id, row.checked_at = fact.external_id, now
    if fact.state is MandateState.ACTIVE and fact.reference != row.reference:
        row.detail = "reference_differs"
    else:
        row.state = next_state(state=before, fact=fact.state)
    if row.state == MandateState.ACTIVE.value and fact.state is MandateState.ACTIVE:
        row.given_at = row.given_at or now
        row.sealed = sealing.seal(text=fact.token, purpose=_PURPOSE)
        row.method, row.brand, row.last4 = fact.method[:40], fact.brand[:40], fact.last4[:4]
        row.expires_on, row.fingerprint = fact.expires_on, fact.fingerprint[:64]
    if row.state == MandateState.ENDED.value and row.ended_at is None:
        row.ended_at, row.ended_by = now, "gateway"
    row.save()
    if row.state != before:
        _tell(creditor_id, row, row.state, {}, "customer" if row.state == "active" else "system", now)
    if row.state == MandateState.ACTIVE.value != before:
        _replace_former(creditor_id, row, now)
        card.updated(creditor_id=creditor_id, mandate_id=row.id, now=now)
    return held_of(row)


def _replace_former(creditor_id: int, row: Mandate, now: datetime) -> None:
    """The newest leave stands; charges that were announced by a former one are announced anew by this one."""
    former = Mandate.objects.filter(
        creditor_id=creditor_id, customer_id=row.customer_id, currency=row.currency, state="active"
    ).exclude(id=row.id)
    for old in former.select_for_update(no_key=True).order_by("id"):
        row.covers_invoices = row.covers_invoices or old.covers_invoices
        ChargeNotice.objects.filter(creditor_id=creditor_id, mandate_id=old.id, stopped_at=None).update(
            mandate_id=row.id
        )
        _ended(creditor_id, old, "replaced", now)
    row.save(update_fields=["covers_invoices"])


@keyed
@act
def _end(*, creditor_id: int, mandate_id: int, by: str, now: datetime) -> Held:
    row = locked.row(creditor_id=creditor_id, model=Mandate, row_id=mandate_id)
    if row.state != MandateState.ENDED.value:
        _ended(creditor_id, row, by, now)
    return held_of(row)


def _ended(creditor_id: int, row: Mandate, by: str, now: datetime) -> None:
    row.state, row.ended_at, row.ended_by = MandateState.ENDED.value, now, by
    row.detail, row.checked_at = (_NOT_TOLD if row.sealed else ""), None
    row.save(update_fields=["state", "ended_at", "ended_by", "detail", "checked_at"])
    ChargeNotice.objects.filter(creditor_id=creditor_id, mandate_id=row.id, stopped_at=None).update(
        stopped_at=now
    )
    actor = "rule" if by == "replaced" else by
    _tell(creditor_id, row, "ended", {"by": by}, actor, now)


def _tell_ended(*, creditor_id: int, access: Access, now: datetime) -> None:
    """Have the gateway forget what ended here. The token is kept sealed only until it says that it did."""
    with reading(creditor_id=creditor_id):
        turn = Q(checked_at=None) | Q(checked_at__lte=now - _TOLD_AGAIN)
        rows = Mandate.objects.filter(
            turn, creditor_id=creditor_id, gateway=access.gateway, state="ended", detail=_NOT_TOLD
        )
        told = [
            (row.id, sealing.unseal(sealed=bytes(row.sealed), purpose=_PURPOSE))
            for row in rows.order_by("id")[:50]
        ]
    for mandate_id, token in told:
        done = _keeper(access).end_mandate(token, access.settings, access.http)
        _note_end(creditor_id=creditor_id, mandate_id=mandate_id, done=done, now=now)


@keyed
@act
def _note_end(*, creditor_id: int, mandate_id: int, done: bool, now: datetime) -> None:
    row = locked.row(creditor_id=creditor_id, model=Mandate, row_id=mandate_id)
    row.checked_at = now
    if done:
        row.sealed, row.detail = b"", ""
    row.save(update_fields=["sealed", "detail", "checked_at"])


def _tell(
    creditor_id: int, row: Mandate, what: str, payload: dict[str, Any], actor: str, now: datetime
) -> None:
    new = entry.NewEntry(
        at=now,
        kind=f"receivables.mandate.{what}",
        actor=actor,
        customer_id=row.customer_id,
        subject_kind="mandate",
        subject_id=row.id,
        payload=payload,
    )
    entry.write(creditor_id=creditor_id, entries=[new])
