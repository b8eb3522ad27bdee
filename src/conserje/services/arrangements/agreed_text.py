# SPDX-License-Identifier: Apache-2.0
"""The exact words of an agreement, the hash both sides' consent is tied to, and who signed.

One shape for every kind of agreement: what is shown, what is hashed, what is kept, what a PDF is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conserje.data.arrangements.models import Agreement, PlanAgreement
from conserje.domain.kit import canonical
from conserje.domain.kit.money import Money
from conserje.services.arrangements.speaker import CUSTOMER
from conserje.services.tenancy.act import step


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
    """All that is agreed on, in the words of `locale`: paragraphs, the amounts under `head`, and what is said after."""

    locale: str
    title: str
    creditor: Party
    customer: Party
    before: tuple[str, ...]
    head: tuple[str, ...]
    amounts: tuple[AmountRow, ...]
    after: tuple[str, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return canonical.digest(self)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who consented. `by` is "customer", "person:<id>" or "rule", `source` the network address it came from.

    `name` is what they typed to sign, empty where nobody types one.
    """

    by: str
    at: datetime
    source: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SignedText:
    """A text with who consented to it, the one who did so first at the beginning."""

    text: AgreementText
    signatures: tuple[Signature, ...]

    def signed_for(self, one: Signature) -> str:
        """The side that a signature binds, as the text names it."""
        return (self.text.customer if one.by == CUSTOMER else self.text.creditor).name


def kept(text: AgreementText) -> dict[str, Any]:
    """The text as a row keeps it."""
    shape = canonical.plain(text)
    return dict(shape)


def read(shape: Mapping[str, Any]) -> AgreementText | None:
    """The text that `kept` made `shape` of; None when it was erased."""
    return canonical.build(AgreementText, dict(shape)) if shape else None


@step
def altered(*, creditor_id: int) -> list[str]:
    """One sentence for each agreement whose kept text is not the one that was signed; erased texts cannot be."""
    plans = PlanAgreement.objects.filter(creditor_id=creditor_id).exclude(text={})
    others = Agreement.objects.filter(creditor_id=creditor_id).exclude(text={})
    found = []
    for name, rows in (
        ("agreement of plan", plans.values_list("plan_id", "text", "sha256")),
        ("agreement", others.values_list("id", "text", "text_hash")),
    ):
        for row_id, shape, signed in rows.iterator():
            if _hash_of(shape) != signed:
                found.append(f"{name} {row_id}: its text is not the one that was signed")
    return found


def _hash_of(shape: Mapping[str, Any]) -> str:
    try:
        text = read(shape)
    except (TypeError, ValueError, KeyError):
        return ""
    return text.hash if text is not None else ""
