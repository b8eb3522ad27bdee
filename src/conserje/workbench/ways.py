# SPDX-License-Identifier: Apache-2.0
"""Ways of being paid: each gateway's settings, whether it answers, and which of its methods customers are offered."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.ports.settings import FieldInfo, SettingsRefused
from conserje.services.receivables import gateway_setup
from conserje.services.receivables.gateway_setup import Installed
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.connection import Choice, NotConnected
from conserje.ui import labels
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.frame import frame
from conserje.workbench.ways_pages import SettingField, WayRow, WaysPage

_DEMO = "demo"


@looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    rows = tuple(_row(item) for item in _offered(desk))
    url = desk.url("ways") if desk.seat.leads else ""
    return render(
        request,
        "workbench/ways/show.html",
        {"page": WaysPage(frame(request, desk, section="home"), rows, url)},
    )


@acting
def _act(request: HttpRequest, desk: Desk) -> HttpResponse:
    """POST `gateway` and `act`: "settings" keeps them, "test" asks the gateway, "methods" chooses; leaders only."""
    if not desk.seat.leads:
        raise PermissionDenied
    name, act = request.POST.get("gateway", ""), request.POST.get("act", "")
    with reading(creditor_id=desk.creditor_id):
        known = {item.name: item for item in _offered(desk)}
    if name not in known:
        raise Http404
    try:
        if act == "settings":
            _keep(request, desk, known[name])
        elif act == "methods":
            _choose(request, desk, known[name])
        else:
            _test(request, desk, name)
    except SettingsRefused as refused:
        messages.warning(request, str(refused))
    except NotConnected:
        messages.warning(request, _("Write its settings first, and save them."))
    return redirect(desk.url("ways"))


show = by_method(get=_show, post=_act)


def _offered(desk: Desk) -> list[Installed]:
    """All that are installed; the test gateway only where it is of use or in use already."""
    found = gateway_setup.installed(creditor_id=desk.creditor_id)
    return [item for item in found if item.name != _DEMO or desk.creditor.is_demo or item.is_set_up]


def _keep(request: HttpRequest, desk: Desk, item: Installed) -> None:
    values = {field.name: request.POST.get(f"set-{field.name}", "") for field in item.fields}
    gateway_setup.set_up(
        creditor_id=desk.creditor_id, name=item.name, values=values, by=desk.by, now=desk.now
    )
    _test(request, desk, item.name)


def _choose(request: HttpRequest, desk: Desk, item: Installed) -> None:
    choice = Choice(
        methods=tuple(request.POST.getlist("method")),
        is_offered=request.POST.get("offered") == "yes",
        position=abs(_whole(request.POST.get("position", "")) or 0),
        from_days=_whole(request.POST.get("from_days", "")),
    )
    gateway_setup.choose(
        creditor_id=desk.creditor_id, name=item.name, choice=choice, by=desk.by, now=desk.now
    )
    messages.success(request, _("Saved. Customers see it from now on."))


def _whole(text: str) -> int | None:
    """A whole number of days or a place; None for anything else."""
    bare = text.strip()
    digits = bare.removeprefix("-")
    return int(bare) if digits.isascii() and digits.isdigit() and len(digits) < 4 else None


def _test(request: HttpRequest, desk: Desk, name: str) -> None:
    wrong = gateway_setup.check(creditor_id=desk.creditor_id, name=name)
    if wrong:
        messages.warning(request, " ".join(_(sentence) for sentence in wrong))
    else:
        messages.success(request, _("The connection works."))


def _row(item: Installed) -> WayRow:
    chosen = item.choice.methods or item.methods
    return WayRow(
        name=item.name,
        title=labels.gateway(item.name),
        currencies=", ".join(item.currencies),
        fields=tuple(_field(item, field) for field in item.fields),
        methods=tuple(
            Option(method, labels.method(method) or method, chosen=method in chosen)
            for method in item.methods
        ),
        is_set_up=item.is_set_up,
        is_offered=item.choice.is_offered,
        position=item.choice.position,
        from_days=item.choice.from_days,
    )


def _field(item: Installed, field: FieldInfo) -> SettingField:
    return SettingField(
        name=field.name,
        label=_(field.label),
        hint=_(field.hint) if field.hint else "",
        value=item.values.get(field.name, ""),
        required=field.required and not (field.secret and item.is_set_up),
        secret=field.secret,
        is_kept=field.secret and item.is_set_up,
    )
