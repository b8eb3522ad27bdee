# SPDX-License-Identifier: Apache-2.0
"""The one look at what people write to customers: what the law and the house do not let say, by which rule, and what
to say instead. Every text that a person wrote passes here on its way out; `tests/tidy/test_words_out.py` proves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from conserje.domain.rules.content import Finding, check, covered
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.phrases import Place
from conserje.domain.rules.rule import ForbiddenContent
from conserje.wording import alternatives
from conserje.wording.shelf import LetterError

# A shorter name is found inside other words.
_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what a reader asks next: the `basis`, sources and note of its rule, and what to say instead.

    `basis` is law, policy or platform for a rule of a pack, "house" for our own. `instead` is in the text's language.
    """

    finding: Finding
    basis: str
    source: str
    note: str
    pack: str
    instead: str


class Unlawful(LetterError):
    """A text may not leave. `rules` are the ids of the rules against it, the house's own among them."""

    def __init__(self, found: Iterable[Found]) -> None:
        self.found = tuple(found)
        self.rules = tuple(dict.fromkeys(item.finding.rule for item in self.found))
        super().__init__(f"The text says what {', '.join(self.rules)} does not allow: change those words.")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a text is: the language it is written in, the law of the one who reads it, and the local day.

    `quoted` are names and titles that come from the books and stand in it: what a project is called is nobody's threat.
    """

    locale: str
    law: RuleStack
    on: date
    quoted: tuple[str, ...] = ()


def look(
    *, text: str, reader: Reader, place: Place = Place.BODY, last_was_said: bool = False
) -> tuple[Found, ...]:
    """Everything in `text` that its reader may not be told, in order; empty when it may leave."""
    rules = forbidden(law=reader.law, on=reader.on)
    named = {category: rule.id for category, (_, rule) in rules.items()}
    findings = check(
        text=text, language=reader.locale, pack_forbidden=named, place=place, last_was_said=last_was_said
    )
    spans = [span for name in reader.quoted for span in _spans(name, text)] if findings else []
    return tuple(
        _found(item, rules, reader.locale)
        for item in findings
        if not any(start <= item.start and item.end <= end for start, end in spans)
    )


def passed(
    *,
    text: str,
    reader: Reader,
    place: Place = Place.BODY,
    let_stand: Iterable[tuple[str, str]] = (),
) -> str:
    """`text`, if it may leave; raises `Unlawful` otherwise.

    `let_stand` are (rule, words) that a person let stand, which only the house's own taste in words allows.
    """
    allowed = set(let_stand)
    against = [
        item for item in look(text=text, reader=reader, place=place) if not stands(item, let_stand=allowed)
    ]
    if against:
        raise Unlawful(against)
    return text


def stands(found: Found, *, let_stand: set[tuple[str, str]]) -> bool:
    """Whether a person let these words stand, and may."""
    return found.finding.may_stand and (found.finding.rule, found.finding.matched) in let_stand


def forbidden(*, law: RuleStack, on: date) -> Mapping[str, tuple[Pack, ForbiddenContent]]:
    """The rule against each category in force on `on`; the first pack that forbids it speaks."""
    found: dict[str, tuple[Pack, ForbiddenContent]] = {}
    for pack in law.packs:
        for rule in pack.forbidden_content:
            if rule.in_force(on):
                for category in covered(rule.category):
                    found.setdefault(category, (pack, rule))
    return found


def _spans(name: str, text: str) -> Iterator[tuple[int, int]]:
    at = text.find(name) if len(name) >= _NAME else -1
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + len(name))


def _found(finding: Finding, rules: Mapping[str, tuple[Pack, ForbiddenContent]], locale: str) -> Found:
    instead = alternatives.sentence(finding, locale=locale)
    if finding.category not in rules:
        return Found(finding, "house", "", "", "", instead)
    pack, rule = rules[finding.category]
    return Found(finding, rule.basis.value, ", ".join(rule.source), rule.note, pack.label, instead)
