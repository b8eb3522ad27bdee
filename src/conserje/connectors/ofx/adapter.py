# SPDX-License-Identifier: Apache-2.0
"""OFX: one walk over its tags reads both versions, closed or not, and never resolves an entity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from pathlib import Path
from typing import Final

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

_MARK: Final = re.compile(rb"OFXHEADER|<OFX>", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)([A-Za-z0-9_.]+)>([^<\r\n]*)")
_AMOUNT: Final = re.compile(r"([+-]?)([0-9]{1,18})(?:[.,]([0-9]{1,5}))?")
_CHARSET: Final = re.compile(rb"CHARSET:\s*([A-Za-z0-9-]+)|encoding=[\"']([A-Za-z0-9-]+)", re.IGNORECASE)
_STATEMENTS: Final = ("STMTRS", "CCSTMTRS")
_BLOCKS: Final = frozenset({"STMTTRN", "LEDGERBAL", "AVAILBAL", *_STATEMENTS})


class Ofx:
    """A reader of OFX statements of bank accounts and cards."""

    name = "ofx"

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so is one of these."""
        return _MARK.search(head) is not None

    def statements(self, path: Path, *, assumed: Assumed) -> tuple[Statement, ...]:
        """The statements of the file. OFX tells no opening balance, so lines and balance cannot be compared."""
        content = content_of(path)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise StatementRefused(Unfit.UNSAFE)
        found = [_statement(one, assumed) for one in _walk(_decoded(content))]
        if not found:
            raise StatementRefused(Unfit.NO_LINES)
        return tuple(found)


@dataclass(slots=True)
class _Told:
    """One statement as its tags tell it: its own values, its balance, and one mapping for each movement."""

    values: dict[str, str] = field(default_factory=dict)
    balance: dict[str, str] = field(default_factory=dict)
    movements: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def _decoded(content: bytes) -> str:
    named = _CHARSET.search(content[:1024])
    charset = (named[1] or named[2]).decode() if named else ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252" if charset in ("", "1252", "NONE") else "latin-1", errors="replace")


def _walk(text: str) -> Iterator[_Told]:
    told: _Told | None = None
    into: dict[str, str] | None = None
    at, line = 0, 1
    for match in _TAG.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        closing, tag, value = bool(match[1]), match[2].upper(), unescape(match[3]).strip()
        if tag in _STATEMENTS:
            if closing and told is not None:
                yield told
            told, into = (None, None) if closing else (_Told(), None)
        elif told is None:
            continue
        elif tag in _BLOCKS:
            into = None
            if not closing and tag == "STMTTRN":
                into = {}
                told.movements.append((line, into))
            elif not closing:
                into = told.balance if tag == "LEDGERBAL" else {}
        elif not closing and value:
            (told.values if into is None else into).setdefault(tag, value)
    if told is not None:
        raise StatementRefused(Unfit.UNREADABLE, line=line)


def _statement(told: _Told, assumed: Assumed) -> Statement:
    own = told.values.get("ACCTID") or assumed.bank_account
    currency = told.values.get("CURDEF", assumed.currency).upper()
    if not own:
        raise StatementRefused(Unfit.WHOSE)
    if not re.fullmatch("[A-Z]{3}", currency):
        raise StatementRefused(Unfit.CURRENCY_UNKNOWN)
    own = "-".join(part for part in (told.values.get("BANKID", ""), own) if part)
    movements = [_movement(line, values, currency) for line, values in told.movements]
    closing = closed_on = None
    if "BALAMT" in told.balance:
        closing = Money(currency, _minor(0, told.balance["BALAMT"], currency))
        closed_on = _day(0, told.balance["DTASOF"]) if "DTASOF" in told.balance else None
    return Statement(
        own, currency, keyed(movements, bank_account=own, currency=currency), None, closing, closed_on
    )


def _movement(line: int, values: dict[str, str], currency: str) -> Movement:
    booked_on = _day(line, values.get("DTPOSTED", ""))
    name, memo = values.get("NAME", ""), values.get("MEMO", "")
    return Movement(
        booked_on=booked_on,
        value_on=_day(line, values["DTAVAIL"]) if "DTAVAIL" in values else booked_on,
        minor=_minor(line, values.get("TRNAMT", ""), currency),
        text=" ".join(dict.fromkeys(part for part in (name, memo, values.get("CHECKNUM", "")) if part)),
        bank_reference=values.get("FITID", ""),
        end_to_end_id=values.get("REFNUM", ""),
        payer_name=name if memo and name != memo else "",
        is_return="CORRECTFITID" in values,
    )


def _minor(line: int, text: str, currency: str) -> int:
    match = _AMOUNT.fullmatch(text)
    places = exponent(currency)
    fraction = (match[3] or "") if match else ""
    if match is None or fraction[places:].strip("0"):
        raise StatementRefused(Unfit.AMOUNT, line=line)
    minor = int(match[2] + fraction[:places].ljust(places, "0"))
    return -minor if match[1] == "-" else minor


def _day(line: int, text: str) -> date:
    """The day of `20261117`, `20261117120000[-5:EST]`: the bank's own, whatever its zone."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError as error:
        raise StatementRefused(Unfit.DATE, line=line) from error
