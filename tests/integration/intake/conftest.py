# SPDX-License-Identifier: Apache-2.0
"""One way to bring a file in, and to look at everything it wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests import harness

from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Channel
from conserje.services.integrations import intake
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.intake_outcome import Outcome
from conserje.services.outreach.permission import Basis

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
CONTRACT = Answers(
    country="CO",
    permission=Basis.CONTRACT,
    channels=(Channel.EMAIL,),
    permission_source="Contrato marco de prueba",
    stated_by="person:1",
)
TABLES = (
    "receivables_customer",
    "receivables_customerfact",
    "receivables_contact",
    "receivables_contactpoint",
    "receivables_invoice",
    "receivables_invoicedue",
    "receivables_payment",
    "receivables_allocation",
    "receivables_creditnote",
    "receivables_withholding",
    "receivables_document",
    "receivables_ledgertransaction",
    "receivables_ledgerentry",
    "outreach_permission",
    "arrangements_dispute",
)
BringIn = Callable[..., Outcome]


@pytest.fixture
def bring_in(creditor: Creditor) -> BringIn:
    """Understands and brings in a file with `answers`, at `now`."""

    def act(
        path: Path, answers: Answers = CONTRACT, now: datetime = NOW, documents: Path | None = None
    ) -> Outcome:
        plan = intake.understand(creditor_id=creditor.pk, path=path, now=now)
        return intake.bring_in(
            creditor_id=creditor.pk, path=path, plan=plan, answers=answers, now=now, documents=documents
        )

    return act


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV of `lines` (cells divided by `|`) as Excel in Spanish does."""

    def write(*lines: str, name: str = "cartera.csv") -> Path:
        path = tmp_path / name
        path.write_text("\r\n".join(line.replace("|", ";") for line in lines) + "\r\n", encoding="cp1252")
        return path

    return write


def everything(database: harness.Clone) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Every row of the books, as the backup role reads them."""
    with database.connect("backup") as link:
        return {table: link.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in TABLES}  # type: ignore[call-overload]


def rows(database: harness.Clone, query: str) -> list[tuple[Any, ...]]:
    """The answer to `query`, as the backup role reads it."""
    with database.connect("backup") as link:
        return link.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]
