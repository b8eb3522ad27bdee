# SPDX-License-Identifier: Apache-2.0
"""A text as the content check reads it: plain words of each sentence, and where each of their letters stands.

Whatever hides a word is undone first: accents, capitals, invisible characters, look-alike letters of other alphabets,
HTML entities and tags, digits in the place of letters, letters set apart by spaces or dots.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# A sentence without an end is cut into pieces that overlap by more words than any phrase has.
WINDOW: Final = 90
OVERLAP: Final = 34
_APART: Final = 4
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]{0,300})?/?>")
_BREAKING: Final = frozenset({"br", "p", "div", "li", "td", "th", "tr", "h1", "h2", "h3"})
_ENDS = re.compile(r"(?:[!?;]+|(?<!\.)\.(?!\.))(?=[\s\"'\u00bb\u201d)\]*]|$)|\n[ \t\r]*\n|[\u2022|]")
_WORD = re.compile(r"[a-z0-9%$]+")
_NUMBER_FOR_LETTER: Final = str.maketrans("013457", "oleast")
_LETTERED = re.compile(r"[a-z]+(?:[013457]+[a-z]+)+[013457]?")
_ALIKE: Final = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u051b\u051d\u043c\u043d\u0442\u043a"
        "\u0432\u03b1\u03b5\u03bf\u03c1\u03c5\u03c7\u03b9\u03ba\u03bd\u03c4\u0131\u0261\u1d0f\u1d00\u1d07",
        "aeopcyxisjhdqwmhtkbaeopuxikvtigoae",
        strict=True,
    )
)


class Sentence:
    """The plain words of a sentence with one space between (`words`), and where they stand (`place`).

    `asked` tells whether it is a question. `joined` are the words whose letters were set apart, as spans of `words`.
    """

    __slots__ = ("_span", "_text", "asked", "joined", "words")

    def __init__(self, text: _Read, span: tuple[int, int], found: list[str], *, asked: bool) -> None:
        self._text = text
        self._span = span
        self.asked = asked
        self.joined: list[tuple[int, int]] = []
        if len([word for word in found if len(word) == 1]) >= _APART:
            found = self._together()
        elif not "".join(found).isalpha():
            found = [word if word.isalpha() else _lettered(word) for word in found]
        self.words = " ".join(found)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """From where to where in the text the letters `start` to `end` of `words` were written."""
        at, first, last = 0, -1, -1
        for group in self._groups():
            for begin, finish in group:
                for letter in range(begin, finish):
                    if at == start:
                        first = letter
                    if at == end - 1:
                        last = letter
                    at += 1
            at += 1
        return self._text.written(first)[0], self._text.written(last)[1]

    def _groups(self) -> list[list[tuple[int, int]]]:
        return _groups(
            self._text.text, [match.span() for match in _WORD.finditer(self._text.text, *self._span)]
        )

    def _together(self) -> list[str]:
        words, length = [], 0
        for group in self._groups():
            word = "".join([self._text.text[start:end] for start, end in group])
            if len(group) > 1:
                self.joined.append((length, length + len(word)))
            words.append(word if word.isalpha() else _lettered(word))
            length += len(word) + 1
        return words


class _Read:
    """A text letter by letter, plain (`text`); and from where to where each of them stands in what was written."""

    __slots__ = ("_pieces", "_spans", "text")

    def __init__(self, written: str) -> None:
        self._pieces: list[tuple[int, list[str]]] = []
        self._spans: list[tuple[int, int]] = []
        place = 0
        for start, end, instead in _hidden(written):
            self._add(place, written[place:start])
            self._pieces.append((start - end, [plain for char in instead for plain in _PLAIN[char]] or [""]))
            place = end
        self._add(place, written[place:])
        self.text = "".join(["".join(found) for _, found in self._pieces])

    def _add(self, place: int, text: str) -> None:
        if text:
            self._pieces.append((place, list(map(_PLAIN.__getitem__, text))))

    def written(self, letter: int) -> tuple[int, int]:
        """Where the letter of `text` stands; worked out for all of them when the first is asked for."""
        if not self._spans:
            at = 0
            for place, found in self._pieces:
                if place < 0:
                    self._spans += [(at, at - place)] * len("".join(found))
                    at -= place
                    continue
                at = place
                for piece in found:
                    self._spans += [(at, at + 1)] * len(piece)
                    at += 1
        return self._spans[letter]


class _Plain(dict[str, str]):
    """What a character is read as; worked out once for each."""

    def __missing__(self, char: str) -> str:
        found = []
        for part in unicodedata.normalize("NFKD", char).casefold():
            if unicodedata.combining(part) or unicodedata.category(part) in ("Cf", "Mn") or part in _DROPPED:
                continue
            found.append(" " if part.isspace() and part != "\n" else _ALIKE.get(part, part))
        self[char] = "".join(found)
        return self[char]


_DROPPED: Final = "'\u2019\u2018`\u00b4"
_PLAIN: Final = _Plain()


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text`, in order; one without an end in pieces that one look can take in."""
    read = _Read(text)
    start = 0
    for end in _ENDS.finditer(read.text):
        yield from _cut(read, start, end.start(), asked="?" in end.group())
        start = end.end()
    yield from _cut(read, start, len(read.text), asked=False)


def _hidden(text: str) -> list[tuple[int, int, str]]:
    """Entities and tags of HTML, each with what is read in its place."""
    found = []
    if "&" in text:
        found += [(m.start(), m.end(), html.unescape(m.group())) for m in _ENTITY.finditer(text)]
    if "<" in text:
        for m in _TAG.finditer(text):
            found.append((m.start(), m.end(), " " if m.group(2).lower() in _BREAKING else ""))
    return sorted(found)


def _cut(read: _Read, start: int, end: int, *, asked: bool) -> Iterator[Sentence]:
    found = _WORD.findall(read.text, start, end)
    if not found:
        return
    asked = asked or read.text.find("\u00bf", start, end) >= 0
    if len(found) <= WINDOW:
        yield Sentence(read, (start, end), found, asked=asked)
        return
    spans = [match.span() for match in _WORD.finditer(read.text, start, end)]
    for first in range(0, len(found), WINDOW - OVERLAP):
        piece = spans[first : first + WINDOW]
        yield Sentence(read, (piece[0][0], piece[-1][1]), found[first : first + WINDOW], asked=asked)
        if first + WINDOW >= len(found):
            return


def _groups(text: str, spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Each word alone; letters that stand apart, four or more in a row, as one word."""
    if sum(end - start == 1 for start, end in spans) < _APART:
        return [[span] for span in spans]
    found: list[list[tuple[int, int]]] = []
    run: list[tuple[int, int]] = []
    for span in [*spans, (0, 0)]:
        if span[1] - span[0] == 1 and text[span[0]].isalpha():
            run.append(span)
            continue
        found += [run] if len(run) >= _APART else [[one] for one in run]
        run = []
        found.append([span])
    return found[:-1]


def _lettered(word: str) -> str:
    return word.translate(_NUMBER_FOR_LETTER) if _LETTERED.fullmatch(word) else word
