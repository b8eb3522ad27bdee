# SPDX-License-Identifier: Apache-2.0
"""MT940: fields in the order of the file; pages of one account that follow on from each other are one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from conserje.connectors.mt940 import details
from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.statement import (
    Assumed,
    Movement,
    Statement,
    StatementRefused,
    Unfit,
    content_of,
    keyed,
)

_MARK: Final = re.compile(rb"(?:^|[\r\n])\s*:20:[^\r\n]*[\r\n]+(?:.*[\r\n]+){0,8}?:25[A-Z]?:", re.MULTILINE)
_TAG: Final = re.compile(r":([0-9]{2}[A-Z]?):(.*)")
_BALANCE: Final = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]{1,15},?[0-9]{0,4})")
_LINE: Final = re.compile(
    r"(?P<value>[0-9]{6})(?P<booked>[0-9]{4})?(?P<way>R?[CD])(?P<funds>[A-Z])?(?P<amount>[0-9]{1,15},?[0-9]{0,4})"
    r"(?P<type>[A-Z][A-Z0-9]{3})?(?P<rest>.*)"
)
_NOTHING: Final = frozenset({"", "NONREF", "NOTPROVIDED"})


class Mt940:
    """A reader of MT940 statements."""

    name = "mt940"

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so is one of these."""
        return _MARK.search(head) is not None

    def statements(self, path: Path, *, assumed: Assumed) -> tuple[Statement, ...]:
        """The statements of the file. Raises `StatementRefused` for a page cut short."""
        pages: list[_Page] = []
        for number, tag, value in _fields(_decoded(content_of(path))):
            if tag == "20" or not pages:
                pages.append(_Page())
            _take(pages[-1], number, tag, value)
        joined: list[_Page] = []
        for page in pages:
            if joined and page.own == joined[-1].own and _follows(joined[-1], page):
                joined[-1].movements += page.movements
                joined[-1].closing = page.closing
            elif page.own or page.movements:
                joined.append(page)
        if not joined:
            raise StatementRefused(Unfit.NO_LINES)
        return tuple(_statement(page, assumed) for page in joined)


@dataclass(slots=True)
class _Page:
    own: str = ""
    opening: tuple[Money, date] | None = None
    closing: tuple[Money, date] | None = None
    movements: list[tuple[int, str, str]] = field(default_factory=list)
    last_tag: str = ""
    last_line: int = 0


def _follows(before: _Page, page: _Page) -> bool:
    """Whether a page goes on where another ended: equal lines on both are then counted as two."""
    return before.closing is not None and page.opening is not None and before.closing[0] == page.opening[0]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, tag, value) of each field; a value runs on until the next tag. SWIFT's braces are left out."""
    number, tag, value = 0, "", [""]
    for at, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().removeprefix("{4:")
        if line.startswith("{") or line in ("-", "-}", ""):
            continue
        match = _TAG.match(line)
        if match:
            if tag:
                yield number, tag, "\n".join(value)
            number, tag, value = at, match[1], [match[2]]
        else:
            value.append(line.removesuffix("-}"))
    if tag:
        yield number, tag, "\n".join(value)


def _take(page: _Page, number: int, tag: str, value: str) -> None:
    if tag in ("25", "25P"):
        page.own = value.split("\n", 1)[0].strip()
    elif tag in ("60F", "60M"):
        page.opening = _balance(number, value)
    elif tag in ("62F", "62M"):
        page.closing = _balance(number, value)
    elif tag == "61":
        page.movements.append((number, value, ""))
    elif tag == "86" and page.last_tag == "61":
        at, line, _ = page.movements[-1]
        page.movements[-1] = (at, line, value)
    page.last_tag, page.last_line = tag, number


def _statement(page: _Page, assumed: Assumed) -> Statement:
    own = page.own or assumed.bank_account
    if not own:
        raise StatementRefused(Unfit.WHOSE)
    if page.opening is None or page.closing is None:
        raise StatementRefused(Unfit.UNREADABLE, line=page.last_line)
    opening, closing = page.opening[0], page.closing[0]
    if opening.currency != closing.currency:
        raise StatementRefused(Unfit.CURRENCY_UNKNOWN, line=page.last_line)
    movements = [_movement(at, line, told, opening.currency) for at, line, told in page.movements]
    lines = keyed(movements, bank_account=own, currency=opening.currency)
    return Statement(own, opening.currency, lines, opening, closing, page.closing[1])


def _movement(number: int, value: str, told: str, currency: str) -> Movement:
    first, _, further = value.partition("\n")
    match = _LINE.match(first)
    if match is None:
        raise StatementRefused(Unfit.UNREADABLE, line=number)
    value_on = _day(number, match["value"])
    customer, _, bank = match["rest"].partition("//")
    known = details.read(told)
    minor = _minor(number, match["amount"], currency)
    way = match["way"]
    comes_in = way in ("C", "RD")
    text = known.text or " ".join((further or customer).split())
    return Movement(
        booked_on=_booked(number, value_on, match["booked"] or ""),
        value_on=value_on,
        minor=minor if comes_in else -minor,
        text=text,
        bank_reference=_given(bank),
        end_to_end_id=known.end_to_end_id or _given(customer),
        payer_name=known.name,
        payer_account=known.number,
        is_return=way.startswith("R") or match["type"] == "NRTI",
    )


def _given(text: str) -> str:
    bare = text.strip()
    return "" if bare.upper() in _NOTHING else bare


def _balance(number: int, value: str) -> tuple[Money, date]:
    match = _BALANCE.match(value.strip())
    if match is None:
        raise StatementRefused(Unfit.AMOUNT, line=number)
    minor = _minor(number, match[4], match[3])
    return Money(match[3], minor if match[1] == "C" else -minor), _day(number, match[2])


def _minor(number: int, text: str, currency: str) -> int:
    whole, _, fraction = text.partition(",")
    places = exponent(currency)
    if fraction[places:].strip("0"):
        raise StatementRefused(Unfit.AMOUNT, line=number)
    return int(whole + fraction[:places].ljust(places, "0"))


def _day(number: int, text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise StatementRefused(Unfit.DATE, line=number) from error


def _booked(number: int, value_on: date, text: str) -> date:
    """The booking day, told without its year: the one nearest to the value date."""
    if not text:
        return value_on
    near = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            near.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    if not near:
        raise StatementRefused(Unfit.DATE, line=number)
    return min(near, key=lambda day: abs(day - value_on))
