# SPDX-License-Identifier: Apache-2.0
"""What no text to a customer may say, in Spanish, English and Portuguese, whoever wrote it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from conserje.domain.rules import phrases as kinds
from conserje.domain.rules import phrases_any, phrases_en, phrases_es, phrases_pt, questions
from conserje.domain.rules.folding import Sentence, sentences
from conserje.domain.rules.pattern import Pattern, compiled
from conserje.domain.rules.phrases import OVERRIDABLE, SYNONYMS, Phrase, Place

# The house's own rules, by the name a reader is told.
HOUSE: Final = "HOUSE"
# No reader gains by more than this many findings of one text.
MOST: Final = 200
_LANGUAGES: Final = ("es", "en", "pt")
_NAMES: Final = {
    "es": questions.NAMES | phrases_es.NAMES,
    "en": questions.NAMES | phrases_en.NAMES,
    "pt": questions.NAMES | phrases_pt.NAMES,
    "": {},
}
_TABLE: Final[tuple[Phrase, ...]] = (
    *questions.QUESTIONS,
    *phrases_any.ANYWHERE,
    *phrases_es.SPANISH,
    *phrases_en.ENGLISH,
    *phrases_pt.PORTUGUESE,
)
# Words that only a reader of that language takes amiss; everything else is looked for in every text.
_OWN_LANGUAGE: Final = frozenset(
    {kinds.WORD, kinds.CALQUE, kinds.ADDRESS, kinds.EXPOSED, kinds.INSULT, kinds.URGENCY}
)
_SHORT = re.compile(
    rf"(?<![\w.@-])(?:{'|'.join(map(re.escape, phrases_any.SHORTENERS))})(?:/[^\s<>\"')]*|(?![\w.-]))"
)
# Three words or more in capitals; a name or an acronym has fewer letters than `_SHOUT_LETTERS`.
_UPPER: Final = r"[A-Z\u00c0-\u00d6\u00d8-\u00de]"
_SHOUTED = re.compile(rf"(?<!\w){_UPPER}+(?:[\s,.:;!\u00a1?\u00bf-]{{1,4}}{_UPPER}+(?!\w)){{2,}}")
_SHOUT_LETTERS: Final = 12
_LAST: Final = {
    "es": "nuestra ultima carta|comunicacion|mensaje",
    "en": "our last|final letter|message",
    "pt": "nossa ultima carta|comunicacao|mensagem",
}
_LOOSE_LETTERS: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that may not leave. `matched` is the text as written, from `start` (characters).

    `rule` is the pack's rule that forbids the category, or `HOUSE` and the category. `alternative` is a stable code of
    what to say instead; `by_law`: the country's pack forbids the category. `may_stand`: a person may let it stand with
    a reason, since it is only the house's taste in words.
    """

    category: str
    matched: str
    start: int
    alternative: str
    by_law: bool
    rule: str = ""

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.matched)

    @property
    def may_stand(self) -> bool:
        """Whether a person may override it."""
        return not self.by_law and self.category in OVERRIDABLE


def check(
    *,
    text: str,
    language: str,
    pack_forbidden: Set[str] | Mapping[str, str],
    place: Place = Place.BODY,
    last_was_said: bool = False,
) -> tuple[Finding, ...]:
    """Everything in `text` that may not be sent, in order of appearance; empty when it may.

    `language` is a locale such as "es_CO". Words that are a matter of language (taste, address, previews) are looked
    for in that language, or in all when it has no list; what nobody may say is looked for in all, since people mix
    languages. `pack_forbidden` are the categories the customer's packs forbid, perhaps with the rule of each: some
    gentler questions about the reason are refused only there. `last_was_said`: an earlier message already was the last.
    """
    forbidden = _rules(pack_forbidden)
    found = [*_phrases(text, language, forbidden, place), *_links(text), *_shouted(text)]
    if place is Place.BODY:
        found += _last_again(text, language, said=last_was_said)
    return tuple(_told(text, sorted(set(found)), forbidden))


def covered(category: str) -> tuple[str, ...]:
    """The categories of this check that a pack's word stands for; empty for a word nobody looks for."""
    return SYNONYMS.get(category, (category,) if category in kinds.CATEGORIES else ())


_Span = tuple[int, int, str, str]


def _rules(pack_forbidden: Set[str] | Mapping[str, str]) -> dict[str, str]:
    named = pack_forbidden if isinstance(pack_forbidden, Mapping) else dict.fromkeys(pack_forbidden, "")
    return {own: rule for category, rule in named.items() for own in (covered(category) or (category,))}


def _told(text: str, found: list[_Span], forbidden: Mapping[str, str]) -> Iterator[Finding]:
    """The spans as findings, each once: a span inside another of its category is left out."""
    ends: dict[str, int] = {}
    for start, end, category, alternative in sorted(found, key=lambda item: (item[0], -item[1], item[2])):
        if end <= ends.get(category, -1):
            continue
        ends[category] = end
        rule = forbidden.get(category, "") or (f"{HOUSE}.{category}" if category not in forbidden else "")
        yield Finding(category, text[start:end], start, alternative, category in forbidden, rule)


def _phrases(text: str, language: str, forbidden: Mapping[str, str], place: Place) -> list[_Span]:
    table = _index(language.replace("-", "_").lower())
    found: list[_Span] = []
    seen: dict[str, list[tuple[int, int, str, str]]] = {}
    for sentence in sentences(text):
        key = f"{sentence.asked}{sentence.words}"
        if key not in seen:
            seen[key] = list(_in_sentence(sentence, table, forbidden, place))
        found += [
            (*sentence.place(start, end), category, alternative)
            for start, end, category, alternative in seen[key]
        ]
        if len(found) > MOST:
            break
    return found


_Index = Mapping[str, tuple[tuple[Phrase, Pattern], ...]]


def _in_sentence(
    sentence: Sentence, table: _Index, forbidden: Mapping[str, str], place: Place
) -> Iterator[_Span]:
    words = sentence.words
    beginnings = set().union(*map(_beginnings, words.split(" ")))
    for cue in table.keys() & beginnings:
        for phrase, pattern in table[cue]:
            for need in pattern.needs:
                if need.isdisjoint(beginnings):
                    break
            else:
                if _applies(phrase, pattern, sentence, forbidden, place):
                    yield from _matches(phrase, pattern, words)
    for start, end in sentence.joined:
        if end - start >= _LOOSE_LETTERS:
            yield from _apart(sentence, (start, end), table, forbidden, place)


@lru_cache(maxsize=65_536)
def _beginnings(word: str) -> frozenset[str]:
    return frozenset({word[:1], word[:2], word[:3], word[:4]})


def _matches(phrase: Phrase, pattern: Pattern, words: str) -> Iterator[_Span]:
    for match in pattern.exact.finditer(words):
        before = words[: max(0, match.start() - 1)].rpartition(" ")[2]
        if before not in pattern.not_after:
            yield match.start(), match.end(), phrase.category, phrase.alternative


def _apart(
    sentence: Sentence, span: tuple[int, int], table: _Index, forbidden: Mapping[str, str], place: Place
) -> Iterator[_Span]:
    """Phrases in letters that stood apart, wherever words may have ended."""
    start, end = span
    letters = sentence.words[start:end]
    every = {id(phrase): (phrase, pattern) for entry in table.values() for phrase, pattern in entry}
    for phrase, pattern in every.values():
        if _applies(phrase, pattern, sentence, forbidden, place):
            match = pattern.loose.search(letters)
            if match is not None and match.end() - match.start() >= _LOOSE_LETTERS:
                yield start, end, phrase.category, phrase.alternative


def _applies(
    phrase: Phrase, pattern: Pattern, sentence: Sentence, forbidden: Mapping[str, str], place: Place
) -> bool:
    if phrase.only_by_law and phrase.category not in forbidden:
        return False
    if place not in phrase.places:
        return False
    return sentence.asked or not pattern.asked


@lru_cache(maxsize=64)
def _index(language: str) -> _Index:
    """The phrases that may be in a text of `language`, by the beginning of the word they begin with."""
    own = language.split("_")[0]
    chosen = [phrase for phrase in _TABLE if _is_for(phrase, own)]
    if own == "es":
        familiar = phrases_any.FAMILIAR.get(language, ())
        chosen += [item for item in (*phrases_any.VOS, *phrases_any.TU) if item not in familiar]
    found: dict[str, list[tuple[Phrase, Pattern]]] = defaultdict(list)
    for phrase in chosen:
        pattern = compiled(phrase.pattern, names=tuple(sorted(_NAMES[phrase.language].items())))
        for cue in pattern.cues:
            found[cue].append((phrase, pattern))
    return {cue: tuple(entries) for cue, entries in found.items()}


def _is_for(phrase: Phrase, own: str) -> bool:
    if phrase.language in ("", own) or own not in _LANGUAGES:
        return True
    return phrase.category not in _OWN_LANGUAGE and Place.BODY in phrase.places


def _links(text: str) -> Iterator[_Span]:
    small = text.lower()
    if len(small) == len(text) and any(host in small for host in phrases_any.SHORTENERS):
        for match in _SHORT.finditer(small):
            yield match.start(), match.end(), kinds.LINK, "own_domain"


def _shouted(text: str) -> Iterator[_Span]:
    for match in _SHOUTED.finditer(text):
        if sum(map(str.isalpha, match.group())) >= _SHOUT_LETTERS:
            yield match.start(), match.end(), kinds.CAPITALS, "lower_case"


def _last_again(text: str, language: str, *, said: bool) -> Iterator[_Span]:
    """A message that calls itself the last although another did."""
    if not said:
        return
    own = language.replace("-", "_").lower().split("_")[0]
    pattern = compiled(_LAST.get(own, _LAST["en"]))
    for sentence in sentences(text):
        for match in pattern.exact.finditer(sentence.words):
            start, end = sentence.place(match.start(), match.end())
            yield start, end, kinds.CLAIM, "say_what_is_true"
