# SPDX-License-Identifier: Apache-2.0
"""Every rule of a pack as sentences in the reader's language; screens and commands both ask here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from babel.lists import format_list
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from conserje.domain.rules.hours import clock
from conserje.domain.rules.pack import Statement
from conserje.domain.rules.rule import (
    AppliesTo,
    Cap,
    ConditionRule,
    ConsentRule,
    ContactWindow,
    Cooldown,
    Exemption,
    ForbiddenChannel,
    ForbiddenContent,
    MandatoryText,
    OtherHoursRule,
    RecipientRule,
    RevocationRule,
    Rule,
)
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import WEEKDAYS, Breadth, CapKind, DayKind, Period
from conserje.ui import labels, law_words, rule_names, rule_terms
from conserje.ui.codes import name
from conserje.ui.figures import locale_of

_Table = Mapping[str, Any]
_RUNS: Final[dict[int, Promise]] = {
    7: gettext_lazy("Monday to Sunday"),
    6: gettext_lazy("Monday to Saturday"),
    5: gettext_lazy("Monday to Friday"),
    4: gettext_lazy("Monday to Thursday"),
}


def sentence(rule: Rule) -> str:
    """What the rule says, whole: two rules that say different things never read the same."""
    told = [*_TELLERS[type(rule)](rule), *_narrowed(rule)]
    return " ".join(one[:1].upper() + one[1:] for one in told)


def listed(table: _Table, codes: Iterable[Any]) -> str:
    """Words of codes as a list in the reader's language, in the order of the table."""
    given = {str(one) for one in codes}
    words = [str(word) for code, word in table.items() if code in given]
    words += sorted(given.difference(table))
    return str(format_list(words, locale=locale_of(get_language() or "es")))


def days_of(days: Iterable[DayKind]) -> str:
    """Monday to Friday, Saturday and holidays."""
    given = set(days)
    words = []
    for count, run in _RUNS.items():
        if given >= set(WEEKDAYS[:count]):
            words.append(str(run))
            given -= set(WEEKDAYS[:count])
            break
    words += [name(rule_names.DAYS, day.value) for day in DayKind if day in given]
    return str(format_list(words, locale=locale_of(get_language() or "es")))


def _window(rule: ContactWindow) -> Iterator[str]:
    days = days_of(rule.days)
    if rule.closed:
        yield _("No contact: %(days)s.") % {"days": days}
    else:
        yield _("Contact is allowed from %(opens)s to %(closes)s: %(days)s.") % {
            "opens": clock(rule.opens_minute),
            "closes": clock(rule.closes_minute),
            "days": days,
        }
    yield from _through(rule.channels)


def _cap(rule: Cap) -> Iterator[str]:
    if rule.kind is CapKind.SINGLE_CHANNEL:
        yield _("In one week only one channel, any number of times.")
    elif rule.kind is CapKind.AFTER_ANSWER:
        text = ngettext(
            "Once somebody answered, at most %(maximum)s more contact that day.",
            "Once somebody answered, at most %(maximum)s more contacts that day.",
            rule.maximum,
        )
        yield text % {"maximum": rule.maximum}
    else:
        yield _at_most(rule) % {"maximum": rule.maximum, "days": rule.rolling_days}
    if rule.week is not None:
        yield _("A week is: %(week)s.") % {"week": name(rule_names.WEEKS, rule.week.value)}
    yield from _counted(rule)
    if rule.separately:
        yield _("Each channel is counted apart.")
    if rule.unanswered:
        yield _("What was answered does not count.")
    if len(rule.places) == 1:
        yield _("Only contacts to: %(places)s.") % {"places": listed(rule_names.PLACES, rule.places)}
    yield from _through(rule.channels)


def _at_most(rule: Cap) -> str:
    texts = {
        Period.DAY: ngettext(
            "At most %(maximum)s contact a day.", "At most %(maximum)s contacts a day.", rule.maximum
        ),
        Period.WEEK: ngettext(
            "At most %(maximum)s contact a week.", "At most %(maximum)s contacts a week.", rule.maximum
        ),
        Period.ROLLING: ngettext(
            "At most %(maximum)s contact in %(days)s days.",
            "At most %(maximum)s contacts in %(days)s days.",
            rule.maximum,
        ),
    }
    return texts[rule.per]


def _counted(rule: Cap | Cooldown) -> Iterator[str]:
    if rule.counts is not None:
        counts = name(rule_names.COUNTS, rule.counts.name.lower())
        yield _("What counts: %(counts)s.") % {"counts": counts}
    if rule.breadth is Breadth.CUSTOMER:
        yield _("Only contacts for the same creditor count.")
    if rule.breadth is Breadth.DEBT:
        yield _("Only contacts about the same debt count.")


def _cooldown(rule: Cooldown) -> Iterator[str]:
    text = ngettext(
        "%(days)s full day must lie between one contact and the next.",
        "%(days)s full days must lie between one contact and the next.",
        rule.gap_days,
    )
    yield text % {"days": rule.gap_days}
    yield from _counted(rule)
    if rule.inbound:
        yield _("A contact that the customer began starts it too.")
    every = len(labels.CHANNELS)
    if len(rule.after) < every:
        yield _("After: %(channels)s.") % {"channels": listed(labels.CHANNELS, rule.after)}
    yield from _through(rule.channels)


def _consent(rule: ConsentRule) -> Iterator[str]:
    yield _("Nobody is contacted without a recorded permission.")
    yield from _through(rule.channels)


def _other_hours(rule: OtherHoursRule) -> Iterator[str]:
    yield _("Other hours hold when the customer asked for them in writing.")


def _revocation(rule: RevocationRule) -> Iterator[str]:
    if rule.together:
        yield _("One permission that is withdrawn stops all these channels at once.")
    else:
        yield _("A permission that is withdrawn stops its channel at once.")
    if rule.within_days:
        text = ngettext("The law allows %(days)s day.", "The law allows %(days)s days.", rule.within_days)
        yield text % {"days": rule.within_days}
    yield from _through(rule.channels)


def _recipient(rule: RecipientRule) -> Iterator[str]:
    roles = listed(law_words.ROLES, rule.roles)
    if rule.allowed:
        yield _("May be contacted under the same rules: %(roles)s.") % {"roles": roles}
    else:
        yield _("Are never contacted about it: %(roles)s.") % {"roles": roles}


def _forbidden_channel(rule: ForbiddenChannel) -> Iterator[str]:
    yield _("Never used: %(channels)s.") % {"channels": listed(labels.CHANNELS, rule.channels)}


def _condition(rule: ConditionRule) -> Iterator[str]:
    known = str(law_words.SENTENCES[rule.condition.value])
    yield known
    if rule.ruling is Ruling.NEEDS_HUMAN:
        yield _("A person may decide otherwise.")
    yield from _purposes(rule.purposes)


def _content(rule: ForbiddenContent) -> Iterator[str]:
    yield _("No message contains: %(content)s.") % {"content": name(rule_names.CONTENT, rule.category)}


def _text(rule: MandatoryText) -> Iterator[str]:
    yield _("%(when)s must say: %(slot)s.") % {
        "when": name(rule_names.TEXT_WHEN, rule.when.value),
        "slot": name(law_words.SLOTS, rule.slot),
    }
    if rule.place.value in rule_names.TEXT_PLACES:
        yield _("It stands %(place)s.") % {"place": name(rule_names.TEXT_PLACES, rule.place.value)}
    if rule.condition is not None:
        yield _("Only in this state: %(state)s.") % {"state": name(law_words.SHORT, rule.condition.value)}
    yield from _purposes(rule.purposes)
    yield from _through(rule.channels)


def _exemption(rule: Exemption) -> Iterator[str]:
    if rule.lifts:
        yield _("Is free of %(lifts)s: %(purposes)s.") % {
            "lifts": listed(law_words.LIFTS, rule.lifts),
            "purposes": listed(law_words.PURPOSES, rule.purposes),
        }
    else:
        yield from _purposes(rule.purposes)
    if rule.lifts_when_opened:
        yield _("If the customer began the conversation, also of %(lifts)s.") % {
            "lifts": listed(law_words.LIFTS, rule.lifts_when_opened)
        }


def _statement(rule: Statement) -> Iterator[str]:
    words = "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in rule.details)
    yield f"{rule.kind.replace('_', ' ')}: {words}" if words else f"{rule.kind.replace('_', ' ')}."


def _through(channels: Iterable[Any]) -> Iterator[str]:
    given = set(channels)
    if len(given) < len(labels.CHANNELS):
        yield _("Through: %(channels)s.") % {"channels": listed(labels.CHANNELS, given)}


def _purposes(purposes: Iterable[Any]) -> Iterator[str]:
    given = set(purposes)
    if len(given) < len(law_words.PURPOSES):
        yield _("For: %(purposes)s.") % {"purposes": listed(law_words.PURPOSES, given)}


def scope(applies: AppliesTo) -> Iterator[str]:
    """Whom a pack or a rule binds, a sentence for each part that narrows it."""
    tables: tuple[tuple[frozenset[Any], _Table, str], ...] = (
        (applies.creditors, rule_names.CREDITORS, _("Binds only: %(names)s.")),
        (applies.creditor_kinds, rule_names.CREDITOR_KINDS, _("Only for this kind of creditor: %(names)s.")),
        (applies.debtors, rule_names.WHO_OWES, _("Protects only: %(names)s.")),
        (applies.debts, rule_names.DEBTS, _("Only debts of: %(names)s.")),
    )
    for given, table, text in tables:
        known = {one for one in given if one != "unknown"}
        if len(known) < len(table) - ("unknown" in table):
            yield text % {"names": listed(table, known)}
    yield from _purposes(applies.purposes)
    yield from _through(applies.channels)


def _narrowed(rule: Rule) -> Iterator[str]:
    if rule.applies_to is not None:
        yield from scope(rule.applies_to)
    if rule.reading is not None:
        question, option = rule.reading
        yield _("Only under this reading: %(question)s = %(option)s.") % {
            "question": name(rule_names.READINGS, question),
            "option": name(rule_names.OPTIONS, option),
        }


_TELLERS: Final[dict[type[Rule], Callable[[Any], Iterable[str]]]] = {
    ContactWindow: _window,
    Cap: _cap,
    Cooldown: _cooldown,
    ConsentRule: _consent,
    OtherHoursRule: _other_hours,
    RevocationRule: _revocation,
    RecipientRule: _recipient,
    ForbiddenChannel: _forbidden_channel,
    ConditionRule: _condition,
    ForbiddenContent: _content,
    MandatoryText: _text,
    Exemption: _exemption,
    Statement: _statement,
    **rule_terms.TELLERS,
}
