# SPDX-License-Identifier: Apache-2.0
"""Customers of whom no permission is known: state it for many at once where it stands written, or ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Consent
from conserje.services.insights import unpermitted
from conserje.services.outreach import permission
from conserje.services.outreach.permission import Basis, Statement
from conserje.services.tenancy.act import reading
from conserje.ui import labels
from conserje.ui.listing import Option
from conserje.wording import asking
from conserje.workbench import access
from conserje.workbench.access import Desk
from conserje.workbench.frame import frame
from conserje.workbench.import_words import BASES
from conserje.workbench.permission_pages import PermissionPage, SilentRow

_BASES: Final = tuple(basis.value for basis in Basis if basis is not Basis.NOT_STATED)
_CHANNELS: Final = (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS, Channel.CALL)


@dataclass(frozen=True, slots=True)
class _Given:
    basis: str = ""
    source: str = ""
    channels: tuple[str, ...] = (Channel.EMAIL.value,)
    customers: frozenset[str] = frozenset()
    everybody: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


@access.looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _drawn(request, desk, _Given())


@access.acting
def _state(request: HttpRequest, desk: Desk) -> HttpResponse:
    if not desk.seat.may_act:
        raise PermissionDenied
    given = _read(request)
    with reading(creditor_id=desk.creditor_id):
        if given.faults:
            answer = _drawn(request, desk, given)
            answer.status_code = 400
            return answer
        silent = unpermitted.ids(creditor_id=desk.creditor_id)
    chosen = [one for one in silent if given.everybody or str(one) in given.customers]
    statements = [
        Statement(customer, Channel(channel), Consent.GRANTED, given.basis, given.source)
        for customer in chosen
        for channel in given.channels
    ]
    news = permission.give(creditor_id=desk.creditor_id, statements=statements, by=desk.by, now=desk.now)
    text = ngettext(
        "The permission of %(count)s customer is kept, with its evidence.",
        "The permissions of %(count)s customers are kept, with their evidence.",
        news,
    )
    messages.success(request, text % {"count": news})
    return redirect(desk.url("permission"))


show = access.by_method(get=_show, post=_state)


def _read(request: HttpRequest) -> _Given:
    form = request.POST
    basis, source = form.get("basis", ""), form.get("source", "").strip()[:240]
    channels = tuple(one.value for one in _CHANNELS if one.value in form.getlist("channel"))
    customers = frozenset(
        one for one in form.getlist("customer") if one.isascii() and one.isdecimal() and len(one) < 18
    )
    everybody = form.get("who") == "all"
    faults = {}
    if basis not in _BASES:
        faults["basis"] = _("Choose how they gave you their addresses.")
    if not source:
        faults["source"] = _("Write which one: it is the evidence that is kept with each address.")
    if not channels:
        faults["channels"] = _("Tick at least one channel for which they gave it.")
    if not customers and not everybody:
        faults["customers"] = _("Tick the customers whom this is true of.")
    return _Given(basis, source, channels, customers, everybody, faults)


def _drawn(request: HttpRequest, desk: Desk, given: _Given) -> HttpResponse:
    found = unpermitted.listed(creditor_id=desk.creditor_id)
    locale = desk.creditor.locale
    with override(locale.replace("_", "-").lower()):
        names = ", ".join(str(labels.CHANNELS[one]) for one in given.channels or (Channel.EMAIL.value,))
    text = asking.text(locale=locale, creditor=desk.creditor.name, channels=names)
    page = PermissionPage(
        frame=frame(request, desk, section="receivables"),
        rows=tuple(
            SilentRow(
                str(row.id),
                row.name,
                row.address,
                desk.url("customer", customer=row.id),
                str(row.id) in given.customers,
            )
            for row in found.rows
        ),
        total=found.total,
        said_no=found.said_no,
        bases=tuple(Option(one, str(BASES[one]), chosen=one == given.basis) for one in _BASES),
        channels=tuple(
            Option(one.value, str(labels.CHANNELS[one.value]), chosen=one.value in given.channels)
            for one in _CHANNELS
        ),
        source=given.source,
        everybody=given.everybody,
        faults=given.faults,
        may_act=desk.seat.may_act,
        subject=text.subject,
        body=text.body,
    )
    return render(request, "workbench/permission/show.html", {"page": page})
