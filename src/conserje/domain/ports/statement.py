# SPDX-License-Identifier: Apache-2.0
"""Bank statements in our words, whatever the format: lines that keep their identity when periods overlap."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import fold
from conserje.domain.ports.connector import FileRefused

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_LINES: Final = 100_000
HEAD_BYTES: Final = 4096


class Unfit(StrEnum):
    """Why a file is not taken as a bank statement."""

    TOO_LARGE = "too_large"
    EMPTY = "empty"
    UNKNOWN_FORMAT = "unknown_format"
    UNSAFE = "unsafe"
    UNREADABLE = "unreadable"
    NO_LINES = "no_lines"
    TOO_MANY_LINES = "too_many_lines"
    AMOUNT = "amount"
    DATE = "date"
    WHOSE = "whose"
    CURRENCY_UNKNOWN = "currency_unknown"
    DOES_NOT_ADD_UP = "does_not_add_up"


def _N(sentence: str) -> str:  # noqa: N802 - the catalogues' marker
    """Marks `sentence` for the message catalogues and returns it unchanged."""
    return sentence


SENTENCES: Final = {
    Unfit.TOO_LARGE: _N("The file is larger than 32 MB. Export a shorter period."),
    Unfit.EMPTY: _N("The file is empty. Download it again from the bank."),
    Unfit.UNKNOWN_FORMAT: _N(
        "This is no bank statement we can read. Export it as camt.053, MT940, OFX, CSV or Excel."
    ),
    Unfit.UNSAFE: _N(
        "The file declares entities of its own, which no bank does. Download it again from the bank."
    ),
    Unfit.UNREADABLE: _N("The file is damaged or cut short at line {line}. Download it again from the bank."),
    Unfit.NO_LINES: _N(
        "No table with dates and amounts was found. Export the list of movements, with its headings."
    ),
    Unfit.TOO_MANY_LINES: _N("The file has more than 100,000 lines. Export a shorter period."),
    Unfit.AMOUNT: _N(
        "An amount could not be read at line {line}. Correct it in the file, or export it in another format."
    ),
    Unfit.DATE: _N(
        "A date could not be read at line {line}. Correct it in the file, or export it in another format."
    ),
    Unfit.WHOSE: _N("The file does not say of which account it is. Give the account's number."),
    Unfit.CURRENCY_UNKNOWN: _N(
        "The file's currency is not clear at line {line}. Export it in another format."
    ),
    Unfit.DOES_NOT_ADD_UP: _N(
        "Opening balance and lines do not give the closing balance: something is missing. "
        "Download the statement again."
    ),
}


class StatementRefused(FileRefused):
    """Nothing of the file was taken: `why`, and at which `line` of it, 0 when it is the whole."""

    def __init__(self, why: Unfit, *, line: int = 0) -> None:
        self.why = why
        self.line = line
        super().__init__(SENTENCES[why].format(line=line))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked movement. `amount` is signed: what came in is positive. `key` tells it from any other of the account.

    `is_return` marks a movement that undoes another one. What the file does not say is empty.
    """

    key: str
    booked_on: date
    value_on: date
    amount: Money
    text: str
    bank_reference: str = ""
    end_to_end_id: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_tax_id: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of one account over a period, in the order of the file. Balances are None where it has none."""

    bank_account: str
    currency: str
    lines: tuple[StatementLine, ...]
    opening: Money | None = None
    closing: Money | None = None
    closed_on: date | None = None

    @property
    def adds_up(self) -> bool | None:
        """Whether opening balance and lines give the closing balance; None when a balance is missing."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening.minor + sum(line.amount.minor for line in self.lines) == self.closing.minor


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken where a file is silent: whose account it is, in which currency (ISO code)."""

    bank_account: str
    currency: str


@runtime_checkable
class StatementReader(Protocol):
    """A reader of one format. `recognises` looks at the first `HEAD_BYTES`; of two readers at most one says yes.

    `statements` raises `StatementRefused`, and `FileRefused` for what its own limits refuse. Reading twice is the same.
    """

    name: str

    def recognises(self, head: bytes) -> bool: ...
    def statements(self, path: Path, *, assumed: Assumed) -> tuple[Statement, ...]: ...


def content_of(path: Path) -> bytes:
    """The bytes of a file within `MOST_BYTES`. Raises `StatementRefused`."""
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise StatementRefused(Unfit.TOO_LARGE)
    if not content.strip():
        raise StatementRefused(Unfit.EMPTY)
    return content


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement as a format tells it, before it has its key."""

    booked_on: date
    value_on: date
    minor: int
    text: str
    bank_reference: str = ""
    end_to_end_id: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_tax_id: str = ""
    is_return: bool = False


def keyed(movements: Sequence[Movement], *, bank_account: str, currency: str) -> tuple[StatementLine, ...]:
    """The lines with their keys: the bank's reference or else the text, with account, date, amount and ordinal.

    The ordinal counts movements that are equal in all of these, so an overlapping period gives the same keys. Banks
    repeat references ("0", "NONREF"), so a reference alone is no identity. Raises `StatementRefused`.
    """
    if len(movements) > MOST_LINES:
        raise StatementRefused(Unfit.TOO_MANY_LINES)
    seen: Counter[tuple[str, ...]] = Counter()
    lines = []
    for item in movements:
        told = ("ref", item.bank_reference) if item.bank_reference else ("text", fold(item.text))
        parts = (
            fold(bank_account),
            currency,
            item.booked_on.isoformat(),
            str(item.minor),
            *told,
            item.end_to_end_id,
        )
        seen[parts] += 1
        key = hashlib.sha256("\x1f".join((*parts, str(seen[parts]))).encode()).hexdigest()[:40]
        amount = Money(currency, item.minor)
        lines.append(
            StatementLine(
                key,
                item.booked_on,
                item.value_on,
                amount,
                item.text,
                item.bank_reference,
                item.end_to_end_id,
                item.payer_name,
                item.payer_account,
                item.payer_tax_id,
                item.is_return,
            )
        )
    return tuple(lines)
