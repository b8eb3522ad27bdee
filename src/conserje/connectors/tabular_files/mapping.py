# SPDX-License-Identifier: Apache-2.0
"""Columns -> our fields: first by what the header says, then by what the cells look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final

from conserje.connectors.tabular_files.fitness import fit
from conserje.connectors.tabular_files.profile import Profile
from conserje.connectors.tabular_files.reasons import Why, state
from conserje.connectors.tabular_files.vocabulary import vocabulary, words
from conserje.domain.ports.connector import ColumnGuess, Field

SEVERAL: Final = frozenset(
    {Field.EMAIL, Field.PHONE, Field.NOTES, Field.WITHHOLDING, Field.TAX, Field.IGNORE}
)
LEAST: Final = 40
_STRONG: Final = 96
_WEAK: Final = 72
_AGE_BUCKET: Final = re.compile(
    r"(?:de )?[0-9]{1,3} (?:a |to )?[0-9]{2,4}(?: (?:dias|days))?|(?:mas|mayor|over)(?: de| a)? [0-9]{2,3}.*"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One meaning that one column could have."""

    index: int
    field: Field
    confidence: int
    why: str


def guess_columns(
    names: Sequence[str], above: Sequence[str], profiles: Sequence[Profile], *, trusting: bool = False
) -> tuple[ColumnGuess, ...]:
    """One guess for each column. No two columns take the same field, but for the few that may stand several times.

    `trusting` believes the headers even where the cells look wrong: in a file of corrections they are.
    """
    headers = [words(name) for name in names]
    candidates = [
        candidate
        for index, name in enumerate(headers)
        for candidate in _candidates(index, name, words(above[index]), profiles[index], trusting=trusting)
    ]
    taken = _assign(candidates, profiles, headers)
    taken = _fill_gaps(taken, candidates, headers, profiles)
    return tuple(
        _guess(index, names[index], headers[index], profiles[index], taken.get(index), candidates)
        for index in range(len(names))
    )


def _candidates(index: int, name: str, above: str, seen: Profile, *, trusting: bool) -> list[Candidate]:
    found: dict[Field, Candidate] = {}
    named: set[Field] = set()
    for field, score, why in _by_header(name, above):
        named.add(field)
        if field is Field.IGNORE:
            found[field] = Candidate(index, field, score, why)
            continue
        percent = fit(field, seen, trusting=trusting)
        confidence = score * percent // 100
        if confidence > found.get(field, Candidate(index, field, 0, "")).confidence:
            found[field] = Candidate(index, field, confidence, why)
    for candidate in _by_content(index, name, seen, named):
        if (
            candidate.confidence
            > found.get(candidate.field, Candidate(index, candidate.field, 0, "")).confidence
        ):
            found[candidate.field] = candidate
    return [candidate for candidate in found.values() if candidate.confidence >= LEAST]


def _by_header(name: str, above: str) -> Iterable[tuple[Field, int, str]]:
    """(field, score out of 100, why) for every phrase the header is, or contains."""
    book = vocabulary()
    if not name:
        return
    short = " ".join(token for token in name.split() if token not in book.stopwords)
    if name in book.ignored or short in book.ignored or _AGE_BUCKET.fullmatch(name):
        yield Field.IGNORE, _STRONG, state(Why.KNOWN_NOISE, synonym=name)
    exact = False
    for form, loss in ((f"{name} {above}".strip(), 0), (name, 0), (short, 3)):
        for table, score in ((book.strong, _STRONG), (book.weak, _WEAK)):
            for place, field in enumerate(table.get(form, ())):
                exact = exact or score == _STRONG
                yield field, score - loss - place, state(Why.HEADER, synonym=form)
    if not exact:
        yield from _parts(short or name)
        if above:
            yield from ((field, score - 8, why) for field, score, why in _parts(f"{name} {above}"))


def _parts(name: str) -> Iterable[tuple[Field, int, str]]:
    book = vocabulary()
    tokens = name.split()
    for size in range(min(4, len(tokens) - 1), 0, -1):
        for start in range(len(tokens) - size + 1):
            phrase = " ".join(tokens[start : start + size])
            cover = size / len(tokens)
            if phrase in book.ignored and size > 1:
                yield Field.IGNORE, round(60 + 30 * cover), state(Why.KNOWN_NOISE, synonym=phrase)
            for table, floor in ((book.strong, 60), (book.weak, 42)):
                if phrase in book.qualifiers:
                    floor = 15 if start else 30
                for field in table.get(phrase, ()):
                    yield field, round(floor + 30 * cover) - 3 * start, state(Why.HEADER_PART, synonym=phrase)


def _by_content(index: int, name: str, seen: Profile, named: Set[Field]) -> Iterable[Candidate]:
    """Meanings that the cells alone suggest, whatever the header says or when it says nothing."""
    book = vocabulary()

    def candidate(field: Field, confidence: int, percent: int) -> Candidate:
        return Candidate(index, field, confidence, state(Why.CONTENT, percent=percent))

    if not seen.filled:
        return
    if seen.email >= 60:
        yield candidate(Field.EMAIL, 92, seen.email)
    if seen.term_words >= 60 or (seen.term >= 80 and Field.DUE_ON in named):
        yield candidate(Field.TERM_DAYS, 84, seen.term)
    if Field.CONTACT_NAME in named and seen.phone >= 60:
        yield candidate(Field.PHONE, 80, seen.phone)
    if Field.TERM_DAYS in named and seen.day >= 60:
        yield candidate(Field.DUE_ON, 74, seen.day)
    if Field.PAID_AMOUNT in named and seen.day >= 60:
        yield candidate(Field.PAID_ON, 78, seen.day)
    if seen.flag >= 90 and (
        name in book.paid_headers or name in book.open_headers or name in book.void_headers
    ):
        yield candidate(Field.STATUS, 90, seen.flag)
    elif seen.status >= 60:
        yield candidate(Field.STATUS, 76, seen.status)
    if seen.currency >= 90 and seen.distinct <= 12 and not seen.amount:
        yield candidate(Field.CURRENCY, 80, seen.currency)


def _assign(
    candidates: Iterable[Candidate], profiles: Sequence[Profile], headers: Sequence[str]
) -> dict[int, Candidate]:
    """Best candidates first; a column takes one field, a field one column."""
    taken: dict[int, Candidate] = {}
    used: set[Field] = set()
    totals = {
        candidate.field
        for candidate in candidates
        if candidate.field in (Field.WITHHOLDING, Field.TAX)
        and headers[candidate.index] in vocabulary().part_totals
    }
    for candidate in sorted(candidates, key=lambda c: (-c.confidence, -profiles[c.index].fill, c.index)):
        if candidate.index in taken or (candidate.field in used and candidate.field not in SEVERAL):
            continue
        if candidate.field in totals and headers[candidate.index] not in vocabulary().part_totals:
            continue
        if candidate.field in totals and candidate.field in used:
            continue
        taken[candidate.index] = candidate
        used.add(candidate.field)
    return taken


def _fill_gaps(
    taken: dict[int, Candidate],
    candidates: Sequence[Candidate],
    headers: Sequence[str],
    profiles: Sequence[Profile],
) -> dict[int, Candidate]:
    """Columns whose header says nothing, by their content, for the fields an invoice cannot do without."""
    free = [
        index
        for index, seen in enumerate(profiles)
        if index not in taken
        and seen.filled
        and not any(candidate.index == index for candidate in candidates)
    ]
    used = {candidate.field for candidate in taken.values()}
    if (
        not used & {Field.TOTAL, Field.OPEN_AMOUNT, Field.DUE_ON, Field.ISSUED_ON, Field.EMAIL, Field.PHONE}
        and len(free) < 3
    ):
        return taken
    for field, test, confidence in _GAPS:
        if field in used or (field is Field.TOTAL and Field.OPEN_AMOUNT in used):
            continue
        if field is Field.CUSTOMER_NAME and used & {Field.CUSTOMER_REFERENCE, Field.CUSTOMER_TAX_ID}:
            continue
        fits = [index for index in free if test(profiles[index])]
        if fits:
            percent = profiles[fits[0]].fill
            taken[fits[0]] = Candidate(fits[0], field, confidence, state(Why.CONTENT, percent=percent))
            used.add(field)
            free.remove(fits[0])
    return taken


def _plain_amount(seen: Profile) -> bool:
    if seen.amount < 90 or seen.day >= 10 or seen.tax_valid >= 50 or seen.flag >= 50:
        return False
    return seen.decimals >= 30 or seen.unique >= 30


def _plain_number(seen: Profile) -> bool:
    return (
        seen.id_shape >= 90 and seen.unique >= 95 and seen.day < 10 and seen.decimals < 10 and seen.phone < 90
    )


_GAPS: Final[tuple[tuple[Field, Callable[[Profile], bool], int], ...]] = (
    (Field.CUSTOMER_TAX_ID, lambda seen: seen.tax_valid >= 80 and seen.decimals < 10 and seen.day < 10, 58),
    (Field.ISSUED_ON, lambda seen: seen.day >= 90, 50),
    (Field.DUE_ON, lambda seen: seen.day >= 90, 50),
    (Field.TOTAL, lambda seen: _plain_amount(seen) and seen.decimals >= 30, 48),
    (Field.INVOICE_NUMBER, _plain_number, 50),
    (Field.TOTAL, _plain_amount, 46),
    (Field.PHONE, lambda seen: seen.phone >= 90 and seen.dialled >= 50, 45),
    (
        Field.CUSTOMER_NAME,
        lambda seen: seen.letters >= 90 and seen.status < 20 and seen.currency < 20 and seen.distinct > 1,
        45,
    ),
)


def _guess(
    index: int,
    name: str,
    folded: str,
    seen: Profile,
    taken: Candidate | None,
    candidates: Sequence[Candidate],
) -> ColumnGuess:
    if taken is not None:
        return ColumnGuess(index, name, taken.field, taken.why, min(99, taken.confidence), seen.samples)
    mine = [candidate for candidate in candidates if candidate.index == index]
    if mine:
        best = max(mine, key=lambda candidate: candidate.confidence)
        return ColumnGuess(index, name, Field.IGNORE, state(Why.TAKEN, field=best.field), 50, seen.samples)
    if not seen.filled:
        return ColumnGuess(index, name, Field.IGNORE, str(Why.EMPTY_COLUMN), 99, ())
    meant = [why for field, _, why in _by_header(folded, "") if field is not Field.IGNORE]
    if meant:
        synonym = meant[0].partition("synonym=")[2].replace("+", " ")
        return ColumnGuess(index, name, Field.IGNORE, state(Why.UNFIT, synonym=synonym), 60, seen.samples)
    return ColumnGuess(index, name, Field.IGNORE, str(Why.UNKNOWN), 50, seen.samples)
