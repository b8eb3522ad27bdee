# SPDX-License-Identifier: Apache-2.0
"""A bare sheet and one answer make a first lawful week that is not empty; without the answer, an empty one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.integration.intake.conftest import CONTRACT, NOW, BringIn

from conserje.data.tenancy.models import Creditor
from conserje.domain.outreach.decision import Kind
from conserje.services.integrations.intake_answers import Answers
from conserje.services.outreach import strategy, sweep
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting
from conserje.testing import book

TODAY = date(2026, 11, 24)
FRESH = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("answers", "is_empty"),
    [
        (replace(CONTRACT, payments_through=FRESH), False),
        (Answers(country="CO", payments_through=FRESH), True),
        (replace(CONTRACT, country="", payments_through=FRESH), True),
    ],
    ids=["permission stated", "permission not stated", "country not stated"],
)
def test_the_first_week_of_a_bare_sheet(
    creditor: Creditor, bring_in: BringIn, tmp_path: Path, answers: Answers, is_empty: bool
) -> None:
    with acting(creditor_id=creditor.pk):
        strategy.adopt(creditor_id=creditor.pk, content=strategy.default(), by="system", now=NOW)
        connection.set_up(
            creditor_id=creditor.pk,
            kind="channel",
            adapter="email_smtp",
            values={"host": "127.0.0.1", "port": 2525, "security": "none"},
            now=NOW,
        )
    outcome = bring_in(book.write_bare(tmp_path, seed=7, today=TODAY), answers=answers)
    assert outcome.counts["invoices_new"] == 140

    told = sweep.foretell(creditor_id=creditor.pk, now=NOW)
    assert len(told) == 42
    contacts = [item.decision.contact for item in told if item.decision.kind is Kind.CONTACT]
    assert (not contacts) is is_empty
    assert all(
        contact is not None and contact.step.startswith(("friendly", "preventive")) for contact in contacts
    )
