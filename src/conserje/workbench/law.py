# SPDX-License-Identifier: Apache-2.0
"""The law console: the packs that bind a creditor's customers, and every rule of a pack in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from conserje.domain.rules.pack import Pack, Reading
from conserje.domain.rules.rule import Rule
from conserje.domain.rules.telling import SECTIONS
from conserje.services.outreach import law_bound
from conserje.services.outreach.law_bound import Shelf
from conserje.ui import labels, rule_names, rule_words
from conserje.ui.codes import name
from conserje.workbench import law_cases, law_try, own_rules
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.law_pages import (
    LawPage,
    PackPage,
    PackRow,
    PendingRow,
    ReadingRow,
    RuleRow,
    Section,
)
from conserje.workbench.words import country


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The packs: those that bind a customer of this creditor first, with how many, then all others."""
    found, unbound = law_bound.shelves(creditor_id=desk.creditor_id)
    rows = [(item.customers, _row(desk, item)) for item in found]
    page = LawPage(
        frame=frame(request, desk, section="law"),
        bound=tuple(row for _, row in sorted(rows, key=lambda item: -item[0]) if row.customers),
        others=tuple(row for customers, row in rows if not customers),
        trial=law_try.box(request, desk),
        safety_url=desk.url("safety"),
        unbound=unbound,
        customers_url=desk.url("receivables"),
        own=tuple(replace(row, end_url="") for row in own_rules.rows(desk) if row.holds or row.coming),
        own_url=desk.url("own_rules"),
    )
    return render(request, "workbench/law/list.html", {"page": page})


@looking
def pack(request: HttpRequest, desk: Desk, pack: str) -> HttpResponse:
    """One pack: rules by section, open questions, what is pending, worked cases."""
    found, _unbound = law_bound.shelves(creditor_id=desk.creditor_id)
    shelf = next((item for item in found if slug(item.pack) == pack), None)
    if shelf is None:
        raise Http404
    rules, authority = shelf.pack, shelf.folder.authority
    sources = dict(rules.sources)
    page = PackPage(
        frame=frame(request, desk, section="law"),
        row=_row(desk, shelf),
        scope=tuple(rule_words.scope(rules.applies_to)),
        sections=tuple(_sections(rules, sources)),
        readings=tuple(_reading(item, sources) for item in rules.readings),
        pending=tuple(
            PendingRow(item.what, _told(item.source, sources), item.note, item.expected_on)
            for item in rules.pending
        ),
        sources=rules.sources,
        cases=law_cases.told(shelf),
        zones=rules.zones,
        years=tuple(sorted(rules.holidays.certified)),
        doubts=rules.holidays.doubts,
        authority=authority.name if authority else "",
        authority_url=authority.site if authority else "",
    )
    return render(request, "workbench/law/pack.html", {"page": page})


def slug(pack: Pack) -> str:
    """The pack in an address: its id, with the country where one folder stands in for several."""
    return f"{pack.id}.{pack.country}" if pack.stands_in else pack.id


def place(pack: Pack) -> str:
    """The country, its part, or the platform, in words."""
    if not pack.country:
        return " · ".join(str(labels.CHANNELS[one]) for one in sorted(pack.applies_to.channels))
    return f"{country(pack.country)} {pack.subdivision}".strip()


def _row(desk: Desk, shelf: Shelf) -> PackRow:
    pack = shelf.pack
    return PackRow(
        id=pack.id,
        version=pack.version,
        place=place(pack),
        url=desk.url("law_pack", pack=slug(pack)),
        rules=len({rule.id for rule in pack.rules()}),
        review_by=pack.review_by,
        signed_off=pack.signed_off,
        customers=shelf.customers,
        stands_in=pack.stands_in,
        late=pack.review_by < desk.today,
    )


def _sections(pack: Pack, sources: dict[str, str]) -> Iterator[Section]:
    for section in SECTIONS:
        rules: tuple[Rule, ...] = getattr(pack, section)
        if rules:
            title = name(rule_names.SECTIONS, section)
            yield Section(section, title, tuple(_rule(rule, sources) for rule in rules))


def _rule(rule: Rule, sources: dict[str, str]) -> RuleRow:
    return RuleRow(
        id=rule.id,
        says=rule_words.sentence(rule),
        basis=rule.basis.value,
        known=name(rule_names.CONFIDENCES, rule.confidence.value),
        sources=_told(rule.source, sources),
        since=rule.effective_from,
        until=rule.effective_to,
        note=rule.note,
    )


def _reading(reading: Reading, sources: dict[str, str]) -> ReadingRow:
    read = dict(reading.sources)
    return ReadingRow(
        title=name(rule_names.READINGS, reading.name),
        options=tuple(
            (
                name(rule_names.OPTIONS, option),
                "; ".join(_source(key, sources) for key in read.get(option, ())),
                option == reading.value,
            )
            for option in reading.options
        ),
        note=reading.note,
        relaxable=reading.relaxable,
    )


def _told(keys: tuple[str, ...], sources: dict[str, str]) -> tuple[str, ...]:
    return tuple(_source(key, sources) for key in keys)


def _source(key: str, sources: dict[str, str]) -> str:
    if key == "policy":
        return str(rule_names.OWN_POLICY)
    return sources.get(key, key)
