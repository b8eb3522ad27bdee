# SPDX-License-Identifier: Apache-2.0
"""Worked cases in words: the facts somebody wrote down, what they expect of the gate, and whether it says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from conserje.domain.ports.registry import countries
from conserje.domain.rules.cases import run, stack_of
from conserje.services.outreach.law_bound import Shelf
from conserje.ui import labels, law_words, rule_names
from conserje.ui.codes import Words, name
from conserje.ui.figures import show_day
from conserje.workbench.law_pages import CaseRow

_LABELS: Final[Words] = {
    "country": gettext_lazy("Country"),
    "subdivision": gettext_lazy("Part of the country"),
    "zones": gettext_lazy("Time zones"),
    "debtor_type": gettext_lazy("Who owes"),
    "creditor_role": gettext_lazy("Who asks for the money"),
    "creditor_kind": gettext_lazy("Kind of creditor"),
    "debt_kind": gettext_lazy("Kind of debt"),
    "debt_place": gettext_lazy("Place of the debt"),
    "creditor_place": gettext_lazy("Place of the creditor"),
    "consent": gettext_lazy("Permission"),
    "states": gettext_lazy("State"),
    "debts": gettext_lazy("Debts"),
    "other_hours_until": gettext_lazy("Asked for other hours until"),
    "channel": gettext_lazy("Channel"),
    "purpose": gettext_lazy("What for"),
    "recipient": gettext_lazy("To whom"),
    "place": gettext_lazy("Line or address"),
    "due_on": gettext_lazy("Due date"),
    "asked_on": gettext_lazy("Asked on"),
    "answer_by": gettext_lazy("Answer by"),
    "barred_from": gettext_lazy("Out of time from"),
    "years": gettext_lazy("Years"),
    "percent": gettext_lazy("Per cent"),
    "period": gettext_lazy("Period"),
    "authority": gettext_lazy("Authority"),
    "maximum_minor": gettext_lazy("At most (minor units)"),
    "overdue_minor": gettext_lazy("Overdue (minor units)"),
    "tax": gettext_lazy("Tax"),
    "base_minor": gettext_lazy("Reckoned on (minor units)"),
    "base": gettext_lazy("Reckoned on"),
    "amounts_minor": gettext_lazy("One of these amounts (minor units)"),
    "currency": gettext_lazy("Currency"),
    "days_late": gettext_lazy("Days late"),
}
_TABLES: Final[dict[str, Mapping[str, Any]]] = {
    "debtor_type": rule_names.WHO_OWES,
    "creditor_role": rule_names.CREDITORS,
    "creditor_kind": rule_names.CREDITOR_KINDS,
    "debt_kind": rule_names.DEBTS,
    "states": law_words.SHORT,
    "channel": labels.CHANNELS,
    "purpose": law_words.PURPOSES,
    "recipient": law_words.ROLES,
    "place": rule_names.PLACES,
    "consent": labels.CONSENTS,
    "kind": rule_names.ACTS,
    "right": rule_names.RIGHTS,
    "what": rule_names.RECORDS,
    "after": rule_names.KEPT_FROM,
    "period": rule_names.PERIODS,
    "tax": rule_names.TAXES,
    "base": rule_names.TAX_BASES,
    "effect": rule_names.EFFECTS,
    "content": rule_names.CONTENT,
}
_OUTCOMES: Final[Words] = {
    "failed_before": pgettext_lazy("a past contact", "did not leave"),
    "attempted": pgettext_lazy("a past contact", "attempted"),
    "delivered": pgettext_lazy("a past contact", "delivered"),
    "answered": pgettext_lazy("a past contact", "answered"),
    "two_way": pgettext_lazy("a past contact", "a conversation"),
}
_TERMS: Final = ("act", "fee", "interest", "withheld", "limitation", "data", "record")


def told(shelf: Shelf) -> tuple[CaseRow, ...]:
    """The worked cases of a pack, in the order of their files."""
    right = _right(shelf.folder.code)
    return tuple(
        CaseRow(
            name=str(case["name"]),
            facts=tuple(_facts(case)),
            expected=tuple(_expected(case["expect"])),
            rules=tuple(case["expect"].get("rules", ())),
            right=right[case["file"], case["line"]],
        )
        for case in shelf.folder.cases()
        if _is_of(shelf, case)
    )


def _is_of(shelf: Shelf, case: Mapping[str, Any]) -> bool:
    """Whether a case of the folder is about this pack of it: it names a rule of the pack, or no rule at all."""
    expect = case["expect"]
    named = {*expect.get("rules", ()), *expect.get("not_rules", ()), *case.get("about", ())}
    country = case.get("country") or (case.get("customer") or {}).get("country") or shelf.pack.country
    if shelf.pack.stands_in and country != shelf.pack.country:
        return False
    return not named or any(str(rule).startswith(f"{shelf.pack.id}.") for rule in named)


@lru_cache(maxsize=64)
def _right(code: str) -> dict[tuple[str, int], bool]:
    folder = next(one for one in countries.all() if one.code == code)
    stack = stack_of(folder.packs())
    return {(case["file"], case["line"]): not run(case=case, stack=stack).problems for case in folder.cases()}


def _facts(case: Mapping[str, Any]) -> Iterator[str]:
    yield _when(case["at"])
    for part in ("contact", "customer", *_TERMS):
        for key, value in (case.get(part) or {}).items():
            if value is not False and value not in ("", None):
                yield _fact(key, value)
    for past in case.get("history") or ():
        words = [
            _when(past["at"]),
            name(dict(labels.CHANNELS), str(past["channel"])),
            name(_OUTCOMES, str(past.get("outcome", "delivered"))),
        ]
        if "purpose" in past:
            words.append(name(law_words.PURPOSES, str(past["purpose"])))
        yield _("Before: %(contact)s") % {"contact": ", ".join(words)}
    for question, option in (case.get("readings") or {}).items():
        yield f"{name(rule_names.READINGS, question)}: {name(rule_names.OPTIONS, str(option).lower())}"
    if "text" in case:
        yield f"“{case['text']['words']}” ({case['text']['language']})"
    if "renewed_until" in case:
        yield _("As if reviewed until %(day)s") % {"day": _when(case["renewed_until"])}


def _expected(expect: Mapping[str, Any]) -> Iterator[str]:
    if "ruling" in expect:
        yield name(law_words.RULINGS, str(expect["ruling"]))
    yield from (str(law_words.SHORT[one]) for one in expect.get("reasons", ()) if one in law_words.SHORT)
    if "next" in expect:
        yield _("Next lawful moment: %(next)s") % {"next": _when(expect["next"])}
    for slot in expect.get("texts", ()):
        yield _("It says: %(slot)s") % {"slot": name(law_words.SLOTS, str(slot))}
    for slot in expect.get("not_texts", ()):
        yield _("It need not say: %(slot)s") % {"slot": name(law_words.SLOTS, str(slot))}
    told = {"ruling", "reasons", "next", "texts", "not_texts", "rules", "not_rules"}
    for key, value in expect.items():
        if key not in told:
            yield _fact(key, value)


def _fact(key: str, value: Any) -> str:
    label = name(_LABELS, key).replace("_", " ") if key in _LABELS else key.replace("_", " ")
    if value is True:
        return label
    return f"{label}: {_value(key, value)}"


def _value(key: str, value: Any) -> str:
    table = _TABLES.get(key, {})
    if isinstance(value, Mapping):
        pairs = (
            f"{labels.CHANNELS.get(one, one)} {table.get(str(word), word)}" for one, word in value.items()
        )
        return ", ".join(pairs) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(_value(key, one) for one in value) or "–"
    if isinstance(value, date):
        return _when(value)
    return str(table.get(str(value), value))


def _when(value: Any) -> str:
    """A moment or a day as written in the case, as the reader writes it."""
    if isinstance(value, datetime):
        return f"{show_day(value.date(), language=get_language() or 'es', shape='full')}, {value:%H:%M}"
    if isinstance(value, date):
        return show_day(value, language=get_language() or "es", shape="full")
    return str(value)
