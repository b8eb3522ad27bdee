# SPDX-License-Identifier: Apache-2.0
"""Every code that may be told has its sentence, in the three languages, with the values it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

import conserje
from conserje.channels.email_smtp import vocabulary
from conserje.domain.outreach.case import BlockKind
from conserje.domain.outreach.decision import Kind
from conserje.domain.outreach.strategy import Stage
from conserje.domain.rules import reasons as law
from conserje.services.outreach import strategy
from conserje.services.outreach.permission import Basis
from conserje.ui import law_words
from conserje.wording.render import KINDS
from conserje.workbench import reasons, words

HOUSE = Path(conserje.__file__).parent
_CODE = re.compile(r"""Reason\(\s*["'](\w+)["']""")
_DASH = "–"
VALUES = {
    "state": "planned",
    "until": "2026-12-04",
    "max": "10",
    "step": "friendly",
    "channel": "email",
    "rules": "CO.W3, CO.C2",
    "why": "holiday, one_channel_a_week",
    "since": "2026-11-20",
    "steps": "friendly, follow_up",
    "opens": "07:00",
    "closes": "19:00",
    "local": "2026-11-22 10:00",
    "date": "2026-11-16",
    "holiday": "Independencia de Cartagena",
    "maximum": "1",
    "made": "1",
    "used": "whatsapp",
    "days": "2",
    "role": "family",
    "zone": "Marte/Olympus",
    "year": "2031",
    "pack": "CO 2026.11.0",
    "review_by": "2027-03-31",
    "country": "ZZ",
    "purpose": "payment_confirmation",
    "lifts": "caps, windows",
    "slot": "creditor_identity",
    "count": "2",
    "months": "18",
    "fact": "prior_demand",
    "minimum": "5000",
    "currency": "EUR",
}


def codes_of_decisions() -> set[str]:
    """Every code written in the room that decides, its generated ones included."""
    found = {
        code
        for path in (HOUSE / "domain/outreach").glob("*.py")
        for code in _CODE.findall(path.read_text(encoding="utf-8"))
    }
    held_back = re.findall(
        r"reason = '(\w+)'", (HOUSE / "services/outreach/money.py").read_text(encoding="utf-8")
    )
    assert "paid" in held_back
    return (
        found
        | set(held_back)
        | {f"left_alone_{kind.value}" for kind in BlockKind}
        | {"channel_not_ready", "no_address"}
    )


def test_no_code_is_left_without_a_sentence() -> None:
    assert codes_of_decisions() <= set(reasons.SENTENCES) | set(law_words.SENTENCES)
    assert {"deferred", "contacts_used", "nothing_owed", "day_passed"} <= codes_of_decisions()
    assert set(law_words.SENTENCES) == set(law.SENTENCES)
    answers = {*vocabulary._STATUS.values(), *vocabulary._CODES.values(), *vocabulary._ANY_PHASE.values()}
    assert answers | vocabulary.ADDRESS_GONE <= set(reasons.ANSWERS)
    assert {kind.value for kind in Kind} == set(words.DECISIONS)
    assert {stage.value for stage in Stage} | {"closing"} == set(words.STAGES)
    assert {step["letter"] for step in strategy.default()["steps"]} <= set(words.LETTERS)
    assert set(KINDS) == set(words.LETTERS)
    assert {basis.value for basis in Basis} - {"not_stated"} <= set(words.PERMISSION_BASES)


def test_the_laws_sentences_use_the_values_the_gate_gives() -> None:
    for code, text in law.SENTENCES.items():
        with translation.override("en"):
            ours = set(re.findall(r"%\((\w+)\)s", str(law_words.SENTENCES[code])))
        assert ours <= set(re.findall(r"\{(\w+)\}", text)), code


@pytest.mark.parametrize("language", ["es-co", "pt-br", "en"])
def test_every_sentence_is_whole_in_every_language(language: str) -> None:
    with translation.override(language):
        for code in {*reasons.SENTENCES, *reasons.ANSWERS, *law_words.SENTENCES}:
            told = reasons.sentence(code.removesuffix(".open"), VALUES.items())
            assert told, code
            assert _DASH not in told, (code, told)
            assert "%(" not in told, told
            assert told[0] == told[0].upper(), told
            assert told.endswith("."), told


def test_values_are_told_as_people_read_them() -> None:
    with translation.override("es-co"):
        assert reasons.sentence("deferred", VALUES.items()) == (
            "Espera por las reglas (CO.W3, CO.C2): festivo, otro canal esta semana."
        )
        assert reasons.sentence("left_alone_hold", [("until", "")]) == (
            "En pausa hasta que una persona la quite."
        )
        assert reasons.sentence("left_alone_hold", [("until", "2026-12-04")]) == (
            "En pausa hasta el 4 dic 2026."
        )
        assert reasons.sentence("recipient_forbidden", [("role", "family")]) == (
            "A un familiar del cliente no se le contacta por lo que el cliente debe."
        )
        assert reasons.sentence("something_new") == "something_new"
