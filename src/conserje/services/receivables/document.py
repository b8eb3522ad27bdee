# SPDX-License-Identifier: Apache-2.0
"""Files that belong to invoices."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conserje.data.receivables.models import Document
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file for an invoice: its PDF, its XML."""

    invoice_id: int
    file_name: str
    media_type: str
    content: bytes


@step
def attach(*, creditor_id: int, documents: Sequence[NewDocument], now: datetime) -> int:
    """Keep `documents`; a content that its invoice has already is not kept twice. Returns how many were new."""
    before = Document.objects.filter(creditor_id=creditor_id).count()
    Document.objects.bulk_create(
        [
            Document(
                creditor_id=creditor_id,
                invoice_id=document.invoice_id,
                file_name=document.file_name[:200],
                media_type=document.media_type[:100],
                sha256=hashlib.sha256(document.content).hexdigest(),
                size=len(document.content),
                content=document.content,
                created_at=now,
            )
            for document in documents
        ],
        batch_size=50,
        ignore_conflicts=True,
    )
    return Document.objects.filter(creditor_id=creditor_id).count() - before
