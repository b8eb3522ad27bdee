# SPDX-License-Identifier: Apache-2.0
"""Receipts of payments made elsewhere: kept as they came, shown to a person, and opened by no program of ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from conserje.data.arrangements.models import PaymentClaim, ProofOfPayment
from conserje.data.arrangements.proof import SIZE_MAX
from conserje.domain.arrangements.proof import media_type
from conserje.domain.kit.money import Money
from conserje.services.tenancy.act import step

__all__ = ["SIZE_MAX", "File", "Refused", "Waiting", "attach", "content", "keep", "waiting"]


class Refused(ValueError):
    """The file cannot be taken; its first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class File:
    """What was sent: the file's own name and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """One claim that waits for a person, with what the customer said; `proof_id` None without a receipt.

    `open` is what is still open of its invoice; None when it is about everything.
    """

    claim_id: int
    customer_id: int
    customer: str
    invoice: str
    paid_on: date | None
    method: str
    words: str
    made_at: datetime
    proof_id: int | None
    file_name: str
    media_type: str
    open: Money | None


_WAITING = """
SELECT q.id, q.customer_id, u.name, coalesce(i.number, ''), q.paid_on, q.method, q.words, q.made_at, f.id,
       coalesce(f.file_name, ''), coalesce(f.media_type, ''), i.currency, i.open_minor
  FROM arrangements_paymentclaim q
  JOIN receivables_customer u ON u.creditor_id = q.creditor_id AND u.id = q.customer_id
  LEFT JOIN receivables_invoice i ON i.creditor_id = q.creditor_id AND i.id = q.invoice_id
  LEFT JOIN arrangements_proofofpayment f ON f.creditor_id = q.creditor_id AND f.id = q.proof_id
 WHERE q.creditor_id = %s AND q.answered_at IS NULL ORDER BY q.made_at, q.id LIMIT 200"""


@step
def keep(*, creditor_id: int, customer_id: int, file: File, now: datetime) -> int:
    """Keep a file; returns its id. The same bytes again are the same proof. Raises `Refused`."""
    kind = media_type(file.content)
    if not kind:
        raise Refused("proof_of_unknown_kind")
    if len(file.content) > SIZE_MAX:
        raise Refused("proof_too_large")
    row, _made = ProofOfPayment.objects.get_or_create(
        creditor_id=creditor_id,
        customer_id=customer_id,
        sha256=hashlib.sha256(file.content).hexdigest(),
        defaults={
            "file_name": file.name.replace("\\", "/").rpartition("/")[2][-240:] or "-",
            "media_type": kind,
            "size": len(file.content),
            "content": file.content,
            "sent_at": now,
        },
    )
    return row.id


@step
def content(*, creditor_id: int, proof_id: int) -> tuple[str, str, bytes] | None:
    """File name, media type and bytes; None when there is no such proof or it was erased."""
    rows = ProofOfPayment.objects.filter(creditor_id=creditor_id, id=proof_id).exclude(content=b"")
    row = rows.values_list("file_name", "media_type", "content").first()
    return None if row is None else (row[0], row[1], bytes(row[2]))


@step
def waiting(*, creditor_id: int) -> list[Waiting]:
    """Claims that wait for a person to look for their money, the oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [creditor_id])
        rows = cursor.fetchall()
    return [
        Waiting(*[*row, None if minor is None else Money(currency, minor)]) for *row, currency, minor in rows
    ]


@step
def attach(*, creditor_id: int, customer_id: int, proof_id: int, now: datetime) -> None:
    """Give a proof to those claims of a customer that have none yet."""
    PaymentClaim.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, answered_at=None, proof_id=None, made_at__lte=now
    ).update(proof_id=proof_id)
