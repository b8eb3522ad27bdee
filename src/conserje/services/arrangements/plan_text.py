# SPDX-License-Identifier: Apache-2.0
"""The exact words of the agreement of a plan, as they are shown before anybody agrees, kept and hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from conserje.data.arrangements.models import PlanAgreement
from conserje.domain.arrangements.deed import Deed
from conserje.domain.arrangements.plan import Part
from conserje.domain.arrangements.policy import Policy
from conserje.domain.kit.canonical import build, digest, plain
from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money, total
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import step
from conserje.wording import formats
from conserje.wording.agreement import agreement


@dataclass(frozen=True, slots=True)
class Signature:
    """Who agreed: the name as they typed it, when and from where."""

    name: str
    at: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement ready to be shown or printed: the table stands after the paragraph number `table_after` (from 0).

    `sha256` is of everything but itself and the signatures: the words they agreed to.
    """

    title: str
    paragraphs: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    table_after: int
    language: str
    sha256: str = ""
    signatures: tuple[Signature, ...] = ()


@step
def of_plan(
    *,
    creditor_id: int,
    customer: str,
    numbers: Sequence[str],
    parts: Sequence[Part],
    policy: Policy,
    locale: str,
) -> Agreement:
    """The agreement of a plan of these parts over the invoices with these numbers, unsigned."""
    facts = creditors.by_id(creditor_id=creditor_id)
    legal = facts.legal_name or facts.name
    label = f", {creditors.tax_label(country=facts.country)} {facts.tax_id}" if facts.tax_id else ""
    amount: Money = total((part.amount for part in parts), currency=parts[0].amount.currency)
    values: dict[str, Any] = {
        "creditor": {"name": facts.name, "identity": legal + label},
        "customer": customer,
        "numbers": list(numbers),
        "amount": amount,
        "grace_days": policy.grace(),
        "move_after_days": policy.plans.move_after_days,
        "date_changes": policy.plans.date_changes,
        "date_change_days": policy.plans.date_change_days,
    }
    words = agreement(kind="plan", locale=locale, values=values)
    rows = tuple(
        (str(part.position), formats.day(part.due_on, "day_long", locale), formats.money(part.amount, locale))
        for part in parts
    )
    text = Agreement(words.title, words.paragraphs, words.heads, rows, words.table_after, words.language)
    return replace(text, sha256=digest(text))


@step
def signed(*, creditor_id: int, plan_id: int) -> Agreement | None:
    """The agreement of a plan as it was signed; None while nobody has, or once its words were erased."""
    row = PlanAgreement.objects.filter(creditor_id=creditor_id, plan_id=plan_id).first()
    if row is None or not row.text:
        return None
    text = build(Agreement, row.text)
    return replace(
        text, sha256=row.sha256, signatures=(Signature(row.signed_by, row.signed_at, row.signed_from),)
    )


def as_deed(*, text: Agreement, zone_name: str) -> Deed:
    """A signed text as papers print it, its hours those of `zone_name`."""
    signatures = []
    for one in text.signatures:
        at = one.at.astimezone(zone(zone_name))
        signatures.append((one.name, f"{formats.day(at.date(), 'day_long', text.language)}, {at:%H:%M}"))
    return Deed(text.title, text.paragraphs, text.heads, text.rows, tuple(signatures), text.sha256)


def stored(text: Agreement) -> dict[str, Any]:
    """The plain form in which the words of an agreement are kept: without signatures and hash."""
    kept: dict[str, Any] = plain(replace(text, sha256="", signatures=()))
    return kept


def is_whole(text: Agreement) -> bool:
    """Whether the words are those that were hashed."""
    return digest(replace(text, sha256="", signatures=())) == text.sha256
