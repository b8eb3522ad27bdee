# SPDX-License-Identifier: Apache-2.0
"""The last look at a written letter: whether it carries every text that the verdict asked for.

Docs/decisions/0015-mandatory-texts-fill-slots.md says where each comes from; here is the proof that it arrived, in the
plain text and in the page alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from conserje.domain.kit.money import Money
from conserje.domain.rules.gate import RuleStack
from conserje.services.outreach.law_texts import BUILT_IN
from conserje.wording import formats, view
from conserje.wording.render import Letter
from conserje.wording.shelf import LetterError
from conserje.wording.view import ROWS

NBSP: Final = "\u00a0"
# As the sandbox of templates escapes a value.
_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_SPACES = re.compile(r"  +")


class TextMissing(LetterError):
    """A letter would leave without a text that the law of its reader asks for. `rules` are the ids of those rules."""

    def __init__(self, slots: Sequence[str], rules: Sequence[str]) -> None:
        self.slots, self.rules = tuple(slots), tuple(rules)
        super().__init__(
            f"The letter lacks {', '.join(slots)}, which {', '.join(rules)} asks for: put it back into the template."
        )


def require(
    *, made: Letter, values: Mapping[str, Any], slots: Sequence[str], law: RuleStack, locale: str
) -> None:
    """Raise `TextMissing` unless `made` says everything that `slots` ask for."""
    lost = [slot for slot in slots if not _says(made, _words(slot, values, locale))]
    if lost:
        raise TextMissing(lost, _rules(law, lost))


def _says(made: Letter, words: Sequence[tuple[str, str]]) -> bool:
    """Whether both forms hold all of these words, each form's own. Most stand near the end, so it is searched first."""
    return not any(made.text.rfind(plain) < 0 or made.html.rfind(page) < 0 for plain, page in words)


def _words(slot: str, values: Mapping[str, Any], locale: str) -> Sequence[tuple[str, str]]:
    """What must be found for a slot to be filled, as the text and as the page say it.

    For a slot that nobody fills these are words that no letter holds.
    """
    if slot not in BUILT_IN or slot in values["mandatory"]:
        return (_both(values["mandatory"].get(slot) or f"\0{slot}"),)
    if slot == "creditor_identity":
        return (_both(values["creditor"]["identity_line"]),)
    if slot == "how_to_change_channel_or_stop":
        return _both(values["links"]["stop"]), _both(values["links"]["preferences"])
    payment = values["payment"]
    if slot == "obligation_reference":
        named = values["invoices"][:ROWS] if payment is None else payment["invoices"][:1]
        return [_both(item["number"]) for item in named]
    if payment is not None:
        return (_money(payment["amount"], locale),)
    found = []
    for balance in values["balances"]:
        both = balance["net"] is not None and balance["tax"] is not None
        found.append(_money(balance["open"], locale))
        found.append(_both(formats.figure(balance["net"] if both else balance["total"], locale)))
    return found


def _money(amount: Money, locale: str) -> tuple[str, str]:
    return formats.money(amount, locale, " "), formats.money(amount, locale, NBSP)


@lru_cache(maxsize=16_384)
def _both(words: str) -> tuple[str, str]:
    """The words as the plain text has them (no two spaces in a row), and as the page does (escaped)."""
    clean = view.cleaned(words)
    return _SPACES.sub(" ", clean), clean.translate(_ESCAPED)


def _rules(law: RuleStack, slots: Sequence[str]) -> list[str]:
    return [rule.id for pack in law.packs for rule in pack.mandatory_texts if rule.slot in slots]
