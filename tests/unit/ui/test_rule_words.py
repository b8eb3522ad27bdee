# SPDX-License-Identifier: Apache-2.0
"""Every rule of every pack reads as a sentence in each language, and no two rules that differ read the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace

import pytest
from django.utils import translation
from tests import harness

from conserje.domain.ports.registry import countries
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Cap, Rule
from conserje.domain.rules.telling import SECTIONS
from conserje.ui import rule_names, rule_words

harness.prepare_django()
_UNSAID = {item.name for item in fields(Rule)} - {"applies_to", "reading"}
LANGUAGES = ["es-co", "en", "pt-br"]


def packs() -> list[Pack]:
    return [pack for folder in countries.all() for pack in folder.packs()]


def substance(rule: Rule) -> str:
    """What the rule says, without id, dates, basis and sources."""
    return repr([(item.name, getattr(rule, item.name)) for item in fields(rule) if item.name not in _UNSAID])


def told_alike(rules: tuple[Rule, ...]) -> list[str]:
    """Sentences that several rules of different substance share."""
    said = defaultdict(set)
    for rule in rules:
        said[type(rule), rule_words.sentence(rule)].add(substance(rule))
    return [text for (_, text), different in said.items() if len(different) > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_rules_that_differ_read_the_same(language: str) -> None:
    with translation.override(language):
        assert [(pack.id, text) for pack in packs() for text in told_alike(pack.rules())] == []


def test_the_guard_sees_a_part_that_is_left_out() -> None:
    rule = next(rule for pack in packs() if pack.id == "XX" for rule in pack.rules() if isinstance(rule, Cap))
    assert told_alike((rule, replace(rule, note="another note"))) == []
    assert told_alike((rule, replace(rule, rolling_days=99))) != []


def test_sentences_are_in_the_language_of_the_reader() -> None:
    (pack,) = [pack for pack in packs() if pack.id == "CO"]
    rules = {rule.id: rule for rule in pack.rules()}
    with translation.override("es-co"):
        assert (
            rule_words.sentence(rules["CO.W1"]) == "Se puede contactar de 07:00 a 19:00: de lunes a viernes."
        )
    with translation.override("en"):
        assert (
            rule_words.sentence(rules["CO.W1"]) == "Contact is allowed from 07:00 to 19:00: Monday to Friday."
        )


def test_every_section_has_a_name() -> None:
    assert set(SECTIONS) == set(rule_names.SECTIONS)
