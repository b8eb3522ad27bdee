# SPDX-License-Identifier: Apache-2.0
"""A creditor's own rules in the law console: what it relaxed and tightened, and the forms that place and end them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conserje.domain.rules.overrides import OverrideRefused, Refusal
from conserje.domain.rules.own import OwnRule, as_rules
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.vocabulary import Basis
from conserje.services.outreach import law_bound, override
from conserje.services.outreach.override import Overridden
from conserje.services.tenancy.act import reading
from conserje.ui import labels, rule_names, rule_words
from conserje.ui.codes import Words, name
from conserje.ui.figures import show_day
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.actors import who
from conserje.workbench.frame import frame
from conserje.workbench.own_rule_pages import OwnRow, OwnRulesPage

# A form that cannot be taken is shown again with what was typed.
_REFUSED: Final = 422
_LABEL: Final = 140
_CHANNELS: Final = ("email", "sms", "whatsapp", "call", "letter")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
KINDS: Final[Words] = {
    "channel": gettext_lazy("Never use these channels"),
    "day": gettext_lazy("Send nothing on these days"),
    "at_most": gettext_lazy("At most so many contacts"),
    "gap": gettext_lazy("So many full days between two contacts"),
}
REFUSALS: Final[Words] = {
    Refusal.NO_SUCH_RULE.value: gettext_lazy("No pack has that rule: choose one of the list."),
    Refusal.NOT_POLICY.value: gettext_lazy("That is law, or a platform's rule. Only they can change it."),
    Refusal.NOT_RELAXABLE.value: gettext_lazy("Its pack lets nobody choose another reading."),
    Refusal.NO_REASON.value: gettext_lazy("Write the reason: it is kept with your name."),
    Refusal.NO_PERSON.value: gettext_lazy("Somebody must answer for it."),
    Refusal.NO_END.value: gettext_lazy(
        "Give a last day, not before the first and at most 366 days after it."
    ),
    Refusal.OTHER_KIND.value: gettext_lazy("Something is missing: choose channels, days or a number."),
}


def rows(desk: Desk) -> tuple[OwnRow, ...]:
    """Every rule of the creditor's own, those that hold first."""
    found = override.every(creditor_id=desk.creditor_id)
    called = who(by for item in found for by in (item.rule.by, item.ended_by) if by)
    told = [_row(desk, item, called) for item in found]
    return tuple(sorted(told, key=lambda row: not row.holds))


@looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _drawn(request, desk, {})


@acting
def _place(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Place one (POST of either form). Only an owner may."""
    if not desk.seat.owns:
        raise PermissionDenied
    try:
        rule = _read(desk, request.POST)
        override.place(
            creditor_id=desk.creditor_id, rule=rule, reason=request.POST.get("reason", ""), now=desk.now
        )
    except OverrideRefused as refused:
        with reading(creditor_id=desk.creditor_id):
            return _drawn(request, desk, request.POST, warning=name(REFUSALS, refused.why.value))
    messages.success(
        request,
        _("It holds from %(day)s. Every customer is looked at again.")
        % {"day": show_day(rule.since, language=get_language() or "es")},
    )
    return redirect(desk.url("own_rules"))


show = by_method(get=_show, post=_place)


@acting
def end(request: HttpRequest, desk: Desk, override_id: int) -> HttpResponse:
    """End one at once (POST `reason`). Only an owner may."""
    if not desk.seat.owns:
        raise PermissionDenied
    try:
        override.end(
            creditor_id=desk.creditor_id,
            override_id=override_id,
            by=desk.by,
            reason=request.POST.get("reason", ""),
            now=desk.now,
        )
    except override.UnknownOverride as unknown:
        raise Http404 from unknown
    except OverrideRefused as refused:
        messages.warning(request, name(REFUSALS, refused.why.value))
    else:
        messages.success(request, _("Ended. The law alone holds again. Every customer is looked at again."))
    return redirect(desk.url("own_rules"))


def _read(desk: Desk, posted: Mapping[str, str]) -> OwnRule:
    """The rule of a form; raises `OverrideRefused` for what cannot be read."""
    since, until = _day(posted.get("since", "")) or desk.today, _day(posted.get("until", ""))
    if "relaxes" in posted:
        code, _sep, value = posted["relaxes"].partition("=")
        return OwnRule(id=0, by=desk.by, since=since, until=until, relaxes=code or "?", value=value)
    kind = posted.get("kind", "")
    lists = {key: tuple(getattr(posted, "getlist", lambda _key: [])(key)) for key in ("channels", "days")}
    told: dict[str, Any] = {"id": 0, "by": desk.by, "since": since, "until": until}
    channels = tuple(one for one in lists["channels"] if one in labels.CHANNELS)
    number = posted.get("number", "")
    count = int(number) if number.isdecimal() and len(number) < 4 and 0 < int(number) < 366 else None
    if kind == "channel" and channels:
        return OwnRule(**told, channels=channels)
    if kind == "day" and any(day in _DAYS for day in lists["days"]):
        return OwnRule(**told, channels=channels, shut=tuple(day for day in lists["days"] if day in _DAYS))
    if kind == "at_most" and count:
        per = "day" if posted.get("per") == "day" else "week"
        return OwnRule(**told, channels=channels, at_most=count, per=per)
    if kind == "gap" and count:
        return OwnRule(**told, channels=channels, gap_days=count)
    raise OverrideRefused(about=kind, why=Refusal.OTHER_KIND)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise OverrideRefused(about=text, why=Refusal.NO_END) from None


def _drawn(request: HttpRequest, desk: Desk, typed: Mapping[str, str], *, warning: str = "") -> HttpResponse:
    chosen = {key: set(getattr(typed, "getlist", lambda _key: [])(key)) for key in ("channels", "days")}
    may = desk.seat.owns
    page = OwnRulesPage(
        frame=frame(request, desk, section="law"),
        law_url=desk.url("law"),
        rows=rows(desk),
        url=desk.url("own_rules") if may else "",
        kinds=tuple(
            Option(code, str(word), chosen=code == typed.get("kind")) for code, word in KINDS.items()
        ),
        channels=tuple(
            Option(code, str(labels.CHANNELS[code]), chosen=code in chosen["channels"]) for code in _CHANNELS
        ),
        days=tuple(Option(code, str(rule_names.DAYS[code]), chosen=code in chosen["days"]) for code in _DAYS),
        policies=tuple(_policies(desk, typed.get("relaxes", ""))) if may else (),
        today=desk.today,
        typed={key: typed.get(key, "") for key in ("number", "per", "since", "until", "reason")},
        relaxing="relaxes" in typed,
        warning=warning,
    )
    status = _REFUSED if warning else 200
    return render(request, "workbench/law/own.html", {"page": page}, status=status)


def _policies(desk: Desk, chosen: str) -> Iterator[Option]:
    """What the packs that bind the creditor's customers let it relax: our own policies, and readings."""
    shelves, _unbound = law_bound.shelves(creditor_id=desk.creditor_id)
    packs = [item.pack for item in shelves if item.customers]
    seen: set[str] = set()
    for pack in packs:
        for code, label in (*_readings(pack), *_rules(pack, desk.today)):
            if code not in seen:
                seen.add(code)
                short = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
                yield Option(code, short, chosen=code == chosen)


def _readings(pack: Pack) -> Iterator[tuple[str, str]]:
    for item in pack.readings:
        for option in item.options if item.relaxable else ():
            if option != item.value:
                words = f"{name(rule_names.READINGS, item.name)}: {name(rule_names.OPTIONS, option)}"
                yield f"{item.name}={option}", f"{pack.id} · {words}"


def _rules(pack: Pack, today: date) -> Iterator[tuple[str, str]]:
    for rule in pack.judged_rules():
        if rule.basis is Basis.POLICY and rule.in_force(today):
            yield rule.id, f"{rule.id} · {rule_words.sentence(rule)}"


def _row(desk: Desk, item: Overridden, called: Mapping[str, str]) -> OwnRow:
    rule = item.rule
    holds = item.holds(desk.today)
    return OwnRow(
        name=rule.name,
        says=_says(rule),
        relaxes=bool(rule.relaxes),
        since=rule.since,
        until=rule.until,
        reason=item.reason,
        by=called[rule.by],
        holds=holds,
        coming=item.ended_at is None and rule.since > desk.today,
        ended_at=desk.local(item.ended_at) if item.ended_at else None,
        ended_by=called.get(item.ended_by, ""),
        end_reason=item.end_reason,
        end_url=desk.url("own_rule_end", override_id=rule.id)
        if desk.seat.owns and item.ended_at is None and not _is_over(rule, desk.today)
        else "",
    )


def _is_over(rule: OwnRule, today: date) -> bool:
    return rule.until is not None and rule.until < today


def _says(rule: OwnRule) -> str:
    if rule.value:
        question, option = name(rule_names.READINGS, rule.relaxes), name(rule_names.OPTIONS, rule.value)
        return _("Read meanwhile: %(question)s = %(option)s.") % {"question": question, "option": option}
    if rule.relaxes:
        held = next((one for pack in _packs() for one in pack.rules() if one.id == rule.relaxes), None)
        said = rule_words.sentence(held) if held is not None else rule.relaxes
        return _("Does not hold meanwhile: %(rule)s") % {"rule": said}
    return " ".join(rule_words.sentence(one) for one in as_rules(rule))


def _packs() -> tuple[Pack, ...]:
    return tuple(item.pack for item in law_bound.every_pack())
