# SPDX-License-Identifier: Apache-2.0
"""The exact words of an agreement, the hash both sides' consent is tied to, and who signed.

One shape for every kind of agreement: what is shown, what is hashed, what is kept, what a PDF is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conserje.domain.kit import canonical
from conserje.domain.kit.money import Money


@dataclass(frozen=True, slots=True)
class Party:
    """One side: its name in law and its tax number with its label ("NIT 900.000.000-0"), empty when not known."""

    name: str
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class AmountRow:
    """A line of the table of amounts; `on` is its day, None when it has none."""

    label: str
    amount: Money
    on: date | None = None


@dataclass(frozen=True, slots=True)
class AgreementText:
    """All that is agreed on, in the words of `locale`."""

    locale: str
    title: str
    creditor: Party
    customer: Party
    paragraphs: tuple[str, ...]
    amounts: tuple[AmountRow, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return canonical.digest(self)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who consented. `by` is "customer" or "person:<id>", `source` the network address it came from."""

    by: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class SignedText:
    """A text with the consent of both sides: the one who proposed it first."""

    text: AgreementText
    signatures: tuple[Signature, ...]


def kept(text: AgreementText) -> dict[str, Any]:
    """The text as a row keeps it."""
    shape = canonical.plain(text)
    return dict(shape)


def read(shape: dict[str, Any]) -> AgreementText | None:
    """The text that `kept` made `shape` of; None when it was erased."""
    return canonical.build(AgreementText, shape) if shape else None
