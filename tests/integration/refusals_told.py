# SPDX-License-Identifier: Apache-2.0
"""What somebody who is refused something reads, by its code, and whether that is a sentence in Spanish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils import translation

from conserje.portal import plan as portal_plan
from conserje.portal import told
from conserje.services.receivables import refusals
from conserje.ui import data_words, dispute_words, law_words
from conserje.workbench import own_rules, plan_words, promises, reasons, words

_DAY = date(2026, 12, 4)
_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")
_PLACE = re.compile(r"%\((\w+)\)s")
_ENGLISH = re.compile(
    r"\b(the|is|are|was|were|not|nothing|nobody|another|already|this|that|of|customer|invoice|payment)\b",
    re.IGNORECASE,
)
# What stands for a code in the order in which a door looks it up; a person at the desk first.
TABLES: tuple[Mapping[str, object], ...] = (
    reasons.SENTENCES,
    reasons.ANSWERS,
    law_words.SENTENCES,
    promises._REFUSED,
    plan_words.REFUSED,
    portal_plan._REFUSED,
    dispute_words.REFUSALS,
    data_words.REFUSALS,
    own_rules.REFUSALS,
    words.ELSEWHERE_REFUSED,
)
# Told by the page of the one act that has them, in a sentence that is not looked up.
SAID_BY_THEIR_PAGE = frozenset({"mandate_not_usable"})


def sentence(code: str) -> str:
    """What is read of that code, its places for values left as they are; the code itself when nobody has words."""
    code = code if not code.startswith("failed.") else "failed"
    if code == "promise_by_person":
        return told._refusal(code, (_DAY, _DAY))
    return next((str(table[code]) for table in TABLES if code in table), code)


def wrong(code: str) -> str:
    """What is wrong with the sentence of `code` in Spanish; "" when somebody who does not know us understands it."""
    if code in SAID_BY_THEIR_PAGE or isinstance(getattr(refusals, code, None), type):
        return ""
    with translation.override("en"):
        english = sentence(code)
    with translation.override("es-co"):
        spanish = sentence(code)
    words_only = _PLACE.sub("", spanish)
    if not words_only.strip():
        return f"{code} says nothing"
    if spanish in (code, english):
        return f"{code} has no words of its own in Spanish: {spanish}"
    if sorted(_PLACE.findall(spanish)) != sorted(_PLACE.findall(english)):
        return f"{code} has other values in Spanish: {spanish}"
    if _CODE.search(words_only) or _ENGLISH.search(words_only):
        return f"{code} shows a code or English: {spanish}"
    if spanish[0] not in "%¿“" and not spanish[0].isupper():
        return f"{code} is no sentence: {spanish}"
    return "" if spanish.endswith(".") else f"{code} is no sentence: {spanish}"
