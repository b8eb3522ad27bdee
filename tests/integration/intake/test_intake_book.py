# SPDX-License-Identifier: Apache-2.0
"""The invented book, whole: what its files become, and that the same files again change nothing."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from tests import harness
from tests.integration.intake.conftest import BringIn, everything, rows

from conserje.services.integrations import intake_outcome
from conserje.services.integrations.intake_answers import Answers
from conserje.testing import book
from conserje.testing.book import BookFiles

TODAY = date(2026, 11, 24)


@pytest.fixture
def files(tmp_path: Path) -> BookFiles:
    return book.write(tmp_path, seed=7, today=TODAY)


def test_the_book_comes_in_to_the_cent(files: BookFiles, bring_in: BringIn, database: harness.Clone) -> None:
    bring_in(files.contacts)
    outcome = bring_in(files.xlsx, documents=files.documents)
    assert not outcome.bad_rows
    assert outcome.counts["invoices_new"] == 140
    assert outcome.counts["withholdings_new"] == sum(bool(line.withheld_minor) for line in files.lines)

    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in files.lines:
        if line.total_minor > 0:
            expected[line.number][0] += line.total_minor
            expected[line.number][1] += line.open_minor
    (credit,) = (line for line in files.lines if line.total_minor < 0)
    expected[credit.subject.rpartition(" ")[2]][1] += credit.total_minor
    found = rows(database, "SELECT number, total_minor, open_minor FROM receivables_invoice")
    assert {number: [total, left] for number, total, left in found} == dict(expected)
    assert (
        rows(
            database,
            "SELECT 1 FROM receivables_ledgerentry GROUP BY transaction_id HAVING sum(amount_minor) <> 0",
        )
        == []
    )
    assert rows(database, "SELECT count(DISTINCT invoice_id) FROM receivables_document")[0][0] == 140
    assert set(outcome.unmatched) == {"FE-9999.pdf", "enviadas/NC-12.pdf"}


def test_the_three_stories_are_in_it(files: BookFiles, bring_in: BringIn, database: harness.Clone) -> None:
    bring_in(files.csv)
    names = (book.FORGOTTEN, book.STARTUP, book.SCOPE)
    found = rows(
        database,
        "SELECT c.name, i.currency, i.open_minor, DATE '2026-11-24' - i.first_due_on FROM receivables_invoice i"
        " JOIN receivables_customer c ON c.id = i.customer_id WHERE i.number IN ('FE-1042', 'FE-1051', 'FE-1060')",
    )
    assert sorted(found) == sorted(
        zip(names, ["USD"] * 3, [320_000, 850_000, 1_500_000], [12, 15, 30], strict=True)
    )


def test_the_same_file_changes_nothing_however_it_is_named_or_saved(
    files: BookFiles, bring_in: BringIn, database: harness.Clone, tmp_path: Path
) -> None:
    bring_in(files.contacts)
    bring_in(files.xlsx, documents=files.documents)
    before = everything(database)
    renamed = tmp_path / "otra copia (2).xlsx"
    shutil.copy(files.xlsx, renamed)
    for path in (files.xlsx, renamed, files.csv, files.contacts):
        outcome = bring_in(path, documents=files.documents)
        assert not outcome.bad_rows
        assert [key for key, count in outcome.counts.items() if key.endswith("_new") and count] == []
    assert outcome.counts["documents_attached"] == 0
    assert everything(database) == before


def test_a_bare_sheet_without_permission_says_so_in_one_sentence(
    files: BookFiles, bring_in: BringIn, database: harness.Clone
) -> None:
    outcome = bring_in(files.bare, answers=Answers(country="CO"))
    assert outcome.counts["invoices_new"] == 140
    assert rows(database, "SELECT count(*) FROM outreach_permission") == [(0,)]
    (missing,) = (item for item in outcome.missing if item.fact == "permission")
    sentence = intake_outcome.sentence(missing)
    assert missing.count == 42
    assert "42" in sentence
    assert sentence.count(".") == 1

    later = bring_in(files.bare)
    assert later.counts["permissions_new"] == 42
    assert not any(item.fact == "permission" for item in later.missing)
    assert rows(
        database, "SELECT DISTINCT channel, consent, basis, source, stated_by FROM outreach_permission"
    ) == [("email", "granted", "contract", "Contrato marco de prueba", "person:1")]


def test_everybody_of_the_file_is_looked_at_again(
    files: BookFiles, bring_in: BringIn, database: harness.Clone
) -> None:
    bring_in(files.bare)
    assert rows(database, "SELECT count(*), count(next_review_at) FROM outreach_review") == [(42, 42)]
    versions = rows(database, "SELECT customer_id, version FROM outreach_review ORDER BY 1")
    bring_in(files.bare)
    assert rows(database, "SELECT customer_id, version FROM outreach_review ORDER BY 1") == versions
