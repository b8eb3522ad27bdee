# SPDX-License-Identifier: Apache-2.0
"""A file that was read, applied to the books in the order in which things depend on one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from conserje.data.integrations.models import ImportTrouble
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.connector import BadRow, ContactRow, FilePlan, FoundDocument, InvoiceRow, Row
from conserje.services.integrations import (
    intake_changes,
    intake_lines,
    intake_missing,
    intake_money,
    intake_people,
)
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.intake_compare import Comparison, compare
from conserje.services.integrations.intake_corrections import with_cells
from conserje.services.integrations.intake_directory import Ambiguous, Directory
from conserje.services.integrations.intake_money import Written
from conserje.services.integrations.intake_outcome import Outcome
from conserje.services.integrations.intake_people import People
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.receivables import document
from conserje.services.receivables.document import NewDocument
from conserje.services.tenancy.act import step

_FRESH = """
INSERT INTO receivables_freshness (creditor_id, source, recorded_through_on, limit_business_days, stated_at)
VALUES (%s, 'import', %s, 2, %s)
ON CONFLICT (creditor_id, source) DO UPDATE SET recorded_through_on = excluded.recorded_through_on,
       stated_at = excluded.stated_at
 WHERE receivables_freshness.recorded_through_on < excluded.recorded_through_on"""

_BY_NUMBER = "SELECT number_key, id FROM receivables_invoice WHERE creditor_id = %s AND number_key = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as it was read: its name, hash, plan and rows, the documents beside it, and the creditor's day."""

    file_name: str
    sha256: str
    plan: FilePlan
    rows: Sequence[Row]
    papers: Sequence[FoundDocument | BadRow]
    today: date


@dataclass(slots=True)
class _Sorted:
    """Rows with the customers they mean."""

    invoices: list[tuple[int, InvoiceRow]]
    contacts: list[tuple[int, ContactRow]]
    bad: list[BadRow]


@step
def apply(*, creditor_id: int, run_id: int, delivery: Delivery, answers: Answers, now: datetime) -> Outcome:
    """Write everything `delivery` brings that the books do not know; returns what came of it."""
    book = intake_people.directory(creditor_id=creditor_id)
    rows = _sort(book, delivery.rows)
    lines = intake_lines.gather(rows=rows.invoices, today=delivery.today)
    before = intake_changes.marks(creditor_id=creditor_id)
    known_ids = {index: one.id for index, one in enumerate(book.customers) if one.touched}
    found = compare(creditor_id=creditor_id, lines=lines, customer_ids=known_ids)
    wanted = _wanted(rows, known_ids, found)
    people = intake_people.write(creditor_id=creditor_id, book=book, wanted=wanted, answers=answers, now=now)
    intake_people.write_contacts(
        creditor_id=creditor_id, book=book, people=people, rows=rows.contacts, now=now
    )
    money = intake_money.write(
        creditor_id=creditor_id,
        found=found,
        ids=people.ids,
        withheld_as=intake_money.withholding_kind(delivery.plan),
        today=delivery.today,
        now=now,
    )
    attached, unmatched = _attach(creditor_id, delivery.papers, now)
    if answers.payments_through:
        with connection.cursor() as cursor:
            cursor.execute(_FRESH, [creditor_id, answers.payments_through, now])
    rows.bad += [*lines.bad, *found.bad, *money.bad]
    rows.bad += [paper for paper in delivery.papers if isinstance(paper, BadRow)]
    bad = with_cells(rows.bad, plan=delivery.plan, rows=delivery.rows)
    outcome = Outcome(
        run_id=run_id,
        counts=_counts(people, found, money, len(bad))
        | {
            "customers_changed": intake_changes.changed(creditor_id=creditor_id, since=before),
            "documents_attached": attached,
            "documents_known": _documents(delivery) - attached - len(unmatched),
            "documents_unmatched": len(unmatched),
        },
        bad_rows=tuple(bad),
        missing=intake_missing.missing(creditor_id=creditor_id, customer_ids=list(people.ids.values())),
        warnings=_warnings(creditor_id, book, lines, found, people),
        unmatched=tuple(unmatched),
        suggestions=intake_missing.suggestions(
            creditor_id=creditor_id, customer_ids=list(people.ids.values())
        ),
        customer_ids=tuple(sorted(people.ids.values())),
    )
    _keep(creditor_id, outcome, answers.stated_by, now)
    _wake(creditor_id, people, money, now)
    return outcome


def _sort(book: Directory, rows: Sequence[Row]) -> _Sorted:
    found = _Sorted([], [], [])
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        if isinstance(row, BadRow):
            found.bad.append(row)
            continue
        try:
            index = book.find(
                reference=row.customer_reference, name=row.customer_name, tax_id=row.customer_tax_id
            )
        except Ambiguous:
            name = row.customer_name
            found.bad.append(
                intake_lines.refused(row, reason="customer_ambiguous", remedy="write_tax_id", value=name)
            )
            continue
        if row.facts:
            intake_people.learn(book.customers[index], row=row)
        if isinstance(row, InvoiceRow):
            found.invoices.append((index, row))
        elif (who := (index, row.name, row.role, row.emails, row.phones)) not in seen:
            seen.add(who)
            found.contacts.append((index, row))
    return found


def _wanted(rows: _Sorted, known_ids: Mapping[int, int | None], found: Comparison) -> set[int]:
    """Customers of the books, those who get an invoice, and those of whom the file says nothing but how to reach them.

    A new name all of whose lines were refused may be a mistake: it makes no customer.
    """
    wanted = {index for index, customer_id in known_ids.items() if customer_id is not None}
    wanted.update(told.customer for told in found.new)
    wanted.update(credit.customer for credit in found.new_credits)
    with_lines = {index for index, _ in rows.invoices}
    wanted.update(index for index, _ in rows.contacts if index not in with_lines)
    return wanted


def _attach(
    creditor_id: int, papers: Sequence[FoundDocument | BadRow], now: datetime
) -> tuple[int, list[str]]:
    """(documents that were new, names of those that belong to no invoice or to more than one)."""
    documents = [paper for paper in papers if isinstance(paper, FoundDocument)]
    if not documents:
        return 0, []
    owners: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, [creditor_id, sorted({paper.key for paper in documents})])
        for key, invoice_id in cursor.fetchall():
            owners[key].append(invoice_id)
    matched = [paper for paper in documents if len(owners[paper.key]) == 1]
    new = [
        NewDocument(owners[paper.key][0], paper.file_name.rpartition("/")[2], paper.media_type, paper.content)
        for paper in matched
    ]
    attached = document.attach(creditor_id=creditor_id, documents=new, now=now)
    return attached, [paper.file_name for paper in documents if len(owners[paper.key]) != 1]


def _documents(delivery: Delivery) -> int:
    return sum(isinstance(paper, FoundDocument) for paper in delivery.papers)


def _counts(people: People, found: Comparison, money: Written, bad: int) -> dict[str, int]:
    return {
        "customers_new": people.created,
        "customers_known": len(people.ids) - people.created,
        "contacts_new": people.contacts_new,
        "contacts_known": people.contacts_given - people.contacts_new,
        "invoices_new": money.invoices,
        "invoices_unchanged": found.unchanged,
        "invoices_paid_down": len(found.paid),
        "credit_notes_new": money.credits,
        "credit_notes_known": found.known_credits,
        "payments_new": money.payments,
        "withholdings_new": money.withholdings,
        "disputes_new": money.disputes,
        "permissions_new": people.permissions_new,
        "bad_rows": bad,
    }


def _warnings(
    creditor_id: int, book: Directory, lines: intake_lines.Lines, found: Comparison, people: People
) -> dict[str, int]:
    ours = Creditor.objects.values_list("role", flat=True).get(pk=creditor_id)
    roles = (book.customers[index].facts.get("creditor_role", ours) for index in people.ids)
    counted = Counter(people.doubts)
    counted["instalments"] = lines.instalments
    counted["settled_credits"] = lines.settled_credits
    counted["empty_lines"] = lines.empty
    counted["behind"] = found.behind
    counted["void"] = found.void
    counted["role_differs"] = sum(role != ours for role in roles)
    return {code: count for code, count in sorted(counted.items()) if count}


def _keep(creditor_id: int, outcome: Outcome, by: str, now: datetime) -> None:
    """The lines for a person, and one journal entry for the whole file."""
    ImportTrouble.objects.bulk_create(
        [
            ImportTrouble(
                creditor_id=creditor_id,
                run_id=outcome.run_id,
                sheet=bad.sheet[:80],
                line=bad.line,
                column=bad.column[:120],
                value=bad.value[:240],
                reason=bad.reason.partition("?")[0][:60],
                remedy=bad.remedy.partition("?")[0][:60],
            )
            for bad in outcome.bad_rows
        ],
        batch_size=1000,
    )
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind="integrations.import.finished",
                actor=by if by.startswith("person:") else "system",
                subject_kind="import_run",
                subject_id=outcome.run_id,
                payload=dict(outcome.counts),
            )
        ],
    )


def _wake(creditor_id: int, people: People, money: Written, now: datetime) -> None:
    """Look again at those whose books moved; at everybody of the file when something was stated about them."""
    stated = people.facts_new or people.permissions_new or people.contacts_new or people.created
    ids = people.ids.values() if stated else money.customer_ids
    review.wake_many(creditor_id=creditor_id, customer_ids=list(ids), now=now, reason="integrations.import")
