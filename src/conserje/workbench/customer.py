# SPDX-License-Identifier: Apache-2.0
"""One customer: what they owe, whom we may write to, what happened, what comes next and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from conserje.domain.kit.days import zone
from conserje.domain.ports.channel import Channel
from conserje.services.arrangements import progress
from conserje.services.insights import customer_file, timeline
from conserje.services.insights.customer_file import File, InForce, OpenInvoice, Point
from conserje.services.insights.timeline import Before
from conserje.services.outreach import permission, strategy, telling
from conserje.services.outreach.permission import Standing as Permitted
from conserje.ui import labels
from conserje.ui.dispute_words import KINDS as DISPUTE_KINDS
from conserje.workbench import events, pages, projection, standing
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.reasons import sentence
from conserje.workbench.words import (
    CUSTOMER_KINDS,
    HOLD_REASONS,
    LANGUAGES,
    PERMISSION_BASES,
    ROLES,
    country,
    name,
)

TOLD_DAYS = 120
_ALL_INVOICES = 5000
# What an address can carry, in the words of the law.
_CARRIES = {"email": (Channel.EMAIL,), "phone": (Channel.WHATSAPP, Channel.SMS, Channel.CALL)}


@looking
def show(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    """The whole page; `?before=` continues the timeline, `?invoices=all` opens every invoice."""
    every = request.GET.get("invoices") == "all"
    limit = _ALL_INVOICES if every else customer_file.INVOICES_MAX
    file = customer_file.read(
        creditor_id=desk.creditor_id, customer_id=customer, today=desk.today, limit=limit
    )
    if file is None:
        raise Http404
    until = desk.today + timedelta(days=TOLD_DAYS)
    told = telling.tell(creditor_id=desk.creditor_id, customer_id=customer, now=desk.now, until=until)
    rules = strategy.in_force(creditor_id=desk.creditor_id).serving(told.case.serves)
    said = permission.current(creditor_id=desk.creditor_id, customer_ids=[customer]).get(customer, {})
    happened, older = timeline.happened(
        creditor_id=desk.creditor_id, customer_id=customer, before=_before(request)
    )
    oldest = max((item.days for item in file.balances if item.days is not None), default=None)
    with_them = progress.latest(creditor_id=desk.creditor_id, customer_id=customer)
    stands = {item.number: item for item in with_them.values()}
    page = pages.CustomerPage(
        frame=frame(request, desk, section="receivables"),
        name=file.standing.name,
        kind=name(CUSTOMER_KINDS, file.standing.kind),
        balances=tuple(_balance(item) for item in file.balances),
        contacts=tuple(_people(desk, file, said)),
        timeline=events.tell(desk, happened),
        invoices=tuple(_invoice(item, file.in_force, stands) for item in file.invoices),
        projection=projection.steps(desk, told, rules),
        arrangements=tuple(_arrangement(desk, item) for item in file.in_force),
        banners=tuple(_banners(desk, file, told)),
        tax_id=file.standing.tax_id,
        stage=standing.stage_of(told.case, rules),
        days=oldest if oldest is not None and oldest > 0 else None,
        country=country(file.standing.country),
        packs=told.packs,
        strategy=told.strategy,
        facts=tuple(_facts(file, told)),
        quiet=projection.quiet(told),
        older_url=_older(desk, customer, older),
        invoices_url=_every_invoice(desk, customer, file),
        data_url=desk.url("customer_data", customer=customer),
        portal_url=desk.url("portal_link", customer=customer)
        if desk.creditor.is_demo and desk.seat.may_act
        else "",
        plans_url=desk.url("customer_plans", customer=customer),
        promise_url=desk.url("promise", customer=customer) if desk.seat.may_act else "",
        elsewhere_url=desk.url("elsewhere", customer=customer) if desk.seat.may_act else "",
    )
    return render(request, "workbench/customer/show.html", {"page": page})


def _balance(item: customer_file.Balance) -> pages.Balance:
    return pages.Balance(item.due, item.overdue, item.unallocated, item.due + item.overdue - item.unallocated)


def _people(desk: Desk, file: File, said: Mapping[Channel, Permitted]) -> Iterator[pages.ContactCard]:
    for _id, points in groupby(file.points, key=lambda point: point.contact_id):
        own = list(points)
        first = own[0]
        where = first.time_zone or file.standing.time_zone
        language = (first.locale or file.standing.locale).partition("_")[0]
        yield pages.ContactCard(
            name=first.name or _("Name not known"),
            role=name(ROLES, first.role),
            permissions=tuple(
                _permission(desk, point, channel, said)
                for point in own
                if point.address
                for channel in _channels(point, said)
            ),
            language=name(LANGUAGES, language) if language else "",
            zone=where.rpartition("/")[2].replace("_", " "),
            local_time=f"{desk.now.astimezone(zone(where)):%H:%M}" if where else "",
        )


def _channels(point: Point, said: Mapping[Channel, Permitted]) -> list[Channel]:
    """The channels of an address about which something was said; its first one when nothing was."""
    able = _CARRIES.get(point.kind, ())
    return [channel for channel in able if channel in said or channel.value in point.stopped] or list(
        able[:1]
    )


def _permission(
    desk: Desk, point: Point, channel: Channel, said: Mapping[Channel, Permitted]
) -> pages.Permission:
    stated = said.get(channel)
    if point.unusable:
        consent = stated.consent.value if stated is not None else "unknown"
        return pages.Permission(channel.value, point.address, consent, sentence(point.unusable))
    if channel.value in point.stopped:
        return pages.Permission(
            channel.value, point.address, "revoked", _("This address asked to be left alone")
        )
    if stated is None:
        return pages.Permission(
            channel.value, point.address, "unknown", _("Nobody has said how it was given")
        )
    evidence = " · ".join(part for part in (name(PERMISSION_BASES, stated.basis), stated.source) if part)
    return pages.Permission(
        channel.value, point.address, stated.consent.value, evidence, desk.local(stated.stated_at).date()
    )


def _invoice(
    item: OpenInvoice, in_force: tuple[InForce, ...], stands: Mapping[str, progress.Stands]
) -> pages.InvoiceRow:
    state = None
    for one in in_force:
        if one.number == item.number:
            state = _invoice_state(one)
    if state is None and item.withheld:
        state = ("rest", _("withheld, awaiting its certificate"))
    said = stands.get(item.number)
    if state is None and said is not None:
        state = ("rest", _("with them: %(state)s") % {"state": labels.PROGRESS[said.state]})
    return pages.InvoiceRow(item.number, item.subject, item.due_on, item.open, item.total, state)


def _invoice_state(one: InForce) -> tuple[str, str]:
    words = {
        "hold": ("rest", _("on hold")),
        "promise": ("rest", _("promised")),
        "claimed_paid": ("rest", _("says it is paid")),
        "dispute": ("stop", _("in dispute")),
    }
    return words[one.kind]


def _arrangement(desk: Desk, one: InForce) -> pages.Arrangement:
    known = {"dispute": DISPUTE_KINDS, "hold": HOLD_REASONS}.get(one.kind)
    detail = name(known, one.about) if known else ""
    words = f"“{one.words}”" if one.words else ""
    return pages.Arrangement(
        kind={"claimed_paid": "reply"}.get(one.kind, one.kind),
        title=one.number or _("Everything that is due"),
        since=desk.local(one.at).date(),
        until=one.until,
        amount=one.amount,
        detail=" · ".join(part for part in (detail, words) if part),
        url=desk.url("dispute", dispute=one.id) if one.kind == "dispute" else "",
    )


def _banners(desk: Desk, file: File, told: telling.Told) -> Iterator[pages.Banner]:
    for one in file.in_force:
        if one.number:
            continue
        words = {
            "hold": _("On hold"),
            "promise": _("On pause: a promise to pay"),
            "claimed_paid": _("On pause: the customer says it is paid"),
        }
        yield pages.Banner(
            words[one.kind],
            "rest",
            one.until,
            one.words or (name(HOLD_REASONS, one.about) if one.kind == "hold" else ""),
        )
    if told.case.dues and not told.case.reaches:
        yield pages.Banner(_("Nobody can be written to: no usable address is known"), "stop")
    stopped = {channel for point in file.points for channel in point.stopped}
    for channel in sorted(stopped):
        word = labels.CHANNELS.get(channel, channel)
        yield pages.Banner(_("Asked not to be contacted by %(channel)s") % {"channel": word}, "stop")
    if told.case.dues and not told.packs:
        yield pages.Banner(
            _("No rules are installed for this customer's country: a person decides every contact"), "stop"
        )


def _facts(file: File, told: telling.Told) -> Iterator[tuple[str, str]]:
    if file.standing.city:
        yield _("City"), file.standing.city
    yield _("Time zone"), told.case.zone
    if file.standing.reference not in (file.standing.name, file.standing.tax_id):
        yield _("Your code"), file.standing.reference


def _before(request: HttpRequest) -> Before | None:
    """Where the older page begins; an address that cannot be read begins at the newest."""
    moment, _sign, rest = request.GET.get("before", "").partition("~")
    kind, _sign, number = rest.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return Before(at, kind, int(number)) if at.tzinfo else None
    except ValueError:
        return None


def _older(desk: Desk, customer: int, older: Before | None) -> str:
    if older is None:
        return ""
    mark = urlencode({"before": f"{older.at.isoformat()}~{older.kind}~{older.id}"})
    return f"{desk.url('customer', customer=customer)}?{mark}#past"


def _every_invoice(desk: Desk, customer: int, file: File) -> str:
    if file.invoices_total <= len(file.invoices):
        return ""
    return f"{desk.url('customer', customer=customer)}?invoices=all#invoices"
