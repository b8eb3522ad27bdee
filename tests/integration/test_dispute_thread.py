# SPDX-License-Identifier: Apache-2.0
"""What both sides say in a dispute and by when, the files they hand in, and the paper that is left to be made."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.integration.book import TUESDAY
from tests.integration.dispute_book import ANA, STORY, disputed

from conserje.data.arrangements.models import Dispute, DisputeFile
from conserje.data.receivables.models import CreditNote, FiscalTask
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.proposal import Terms
from conserje.services.arrangements import attachments, dispute, dispute_look
from conserje.services.arrangements.attachments import NewFile
from conserje.services.arrangements.dispute import Said
from conserje.services.arrangements.speaker import Speaker
from conserje.services.insights import waiting
from conserje.services.receivables import fiscal_task
from conserje.services.receivables.refusals import AlreadySettled
from conserje.services.tenancy.act import reading


def test_a_fiscal_paper_is_a_task_until_its_number_is_there(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.accept(case.propose(STORY, ANA), case.them)
    case.pays(1_300_000)
    with reading(creditor_id=case.id):
        (task,) = fiscal_task.waiting(creditor_id=case.id)
    assert (task.amount.minor, task.country, task.number) == (400_000, "CO", "")

    for number in ("NC-55", "NC-55"):
        fiscal_task.record(creditor_id=case.id, task_id=task.id, number=number, by="person:7", now=TUESDAY)
    with pytest.raises(AlreadySettled):
        fiscal_task.record(creditor_id=case.id, task_id=task.id, number="NC-56", by="person:7", now=TUESDAY)
    with reading(creditor_id=case.id):
        assert [one.number for one in fiscal_task.waiting(creditor_id=case.id)] == ["NC-55"]
        assert CreditNote.objects.get(kind="agreement").number == "NC-55"
        assert FiscalTask.objects.get().recorded_by == "person:7"


def test_what_the_customer_says_starts_the_clock_and_an_answer_stops_it(creditor: Creditor) -> None:
    case = disputed(creditor)

    def clock() -> tuple[date | None, date | None]:
        with reading(creditor_id=case.id):
            row = Dispute.objects.get()
            return row.answer_by, row.propose_by

    def counted(on: date) -> tuple[int, int]:
        with reading(creditor_id=case.id):
            found = waiting.count(creditor_id=case.id, today=on, zone="UTC")
            return found.disputes, found.disputes_late

    def says(words: str, by: Speaker, now: object) -> None:
        dispute.write(
            creditor_id=case.id, dispute_id=case.dispute_id, said=Said(words, words), by=by, now=now
        )

    assert clock() == (date(2026, 11, 18), date(2026, 11, 24))
    says("Le respondo hoy", ANA, TUESDAY)
    assert clock() == (None, date(2026, 11, 24))
    assert [counted(date(2026, 11, day)) for day in (24, 25)] == [(1, 0), (1, 1)]
    friday = TUESDAY + timedelta(days=3)
    says("¿Y entonces?", case.them, friday)
    says("¿Hola?", case.them, friday + timedelta(days=2))
    assert clock() == (date(2026, 11, 23), date(2026, 11, 24))
    assert [counted(date(2026, 11, day)) for day in (23, 24)] == [(1, 0), (1, 1)]
    with reading(creditor_id=case.id):
        (found,) = dispute_look.listed(creditor_id=case.id)
        assert found.due_on == date(2026, 11, 23)
    case.propose(Terms(1_400_000, 100_000, 0, date(2026, 12, 1)), ANA, now=friday)
    assert clock() == (None, None)


def test_files_are_looked_at_kept_once_and_given_to_their_own(creditor: Creditor) -> None:
    pdf = NewFile("acta.pdf", b"%PDF-1.7 acta")
    case = disputed(creditor, files=(pdf,))
    bad = Said("mire", "k1", (NewFile("foto.jpg", b"MZ\x90"),))
    with pytest.raises(attachments.Refused) as refused:
        dispute.write(creditor_id=case.id, dispute_id=case.dispute_id, said=bad, by=case.them, now=TUESDAY)
    assert refused.value.args == ("file_unknown_kind", "foto.jpg")
    said = Said("otra vez", "k2", (pdf, NewFile("otra.pdf", b"%PDF-1.7 otra")))
    for _ in range(2):
        dispute.write(creditor_id=case.id, dispute_id=case.dispute_id, said=said, by=case.them, now=TUESDAY)
    other = disputed(creditor, name="Ajena S.A.", number="AJ-1", set_up=False)
    with reading(creditor_id=case.id):
        found = dispute_look.one(
            creditor_id=case.id, dispute_id=case.dispute_id, customer_id=case.customer.id
        )
        assert found is not None
        assert [line.words for line in found.lines] == ["El alcance no era ese.", "otra vez"]
        file_id = DisputeFile.objects.order_by("id").first().id  # type: ignore[union-attr]
        asked = {"creditor_id": case.id, "dispute_id": case.dispute_id, "file_id": file_id}
        kept = dispute_look.file(**asked, customer_id=case.customer.id)
        assert kept is not None
        assert kept.content == pdf.content
        assert dispute_look.file(**asked, customer_id=other.customer.id) is None
        assert DisputeFile.objects.filter(dispute_id=case.dispute_id).count() == 2


@pytest.mark.parametrize(
    ("kind", "amount", "code"),
    [
        ("already_paid", None, "dispute_is_paid"),
        ("import", None, "dispute_kind_unknown"),
        ("scope", 1_500_001, "dispute_over_open_amount"),
        ("scope", 0, "dispute_over_open_amount"),
    ],
)
def test_a_dispute_that_does_not_fit_is_refused(
    creditor: Creditor, kind: str, amount: int | None, code: str
) -> None:
    case = disputed(creditor)
    about = dispute.About(amount, kind)
    with pytest.raises(dispute.Refused, match=code):
        dispute.open_(
            creditor_id=case.id, invoice_id=case.invoice_id, about=about, by="customer", now=TUESDAY
        )
