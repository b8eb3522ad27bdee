# SPDX-License-Identifier: Apache-2.0
"""Disputes end in an agreement that the Ledger shows to the cent; what does not hold is refused, whoever asks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from tests.integration import book, receivables_book
from tests.integration.book import TUESDAY
from tests.integration.dispute_book import ANA, PAY_BY, STORY, disputed

from conserje.data.arrangements.models import Agreement, Dispute, Proposal
from conserje.data.journal.models import Entry
from conserje.data.receivables.models import CreditNote, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.outreach import position
from conserje.services.arrangements import agreement as agreements
from conserje.services.arrangements import dispute, dispute_look, proposal
from conserje.services.arrangements.dispute import Said
from conserje.services.arrangements.speaker import Speaker
from conserje.services.outreach import telling
from conserje.services.receivables import agreement, fiscal_task, future_credit
from conserje.services.tenancy.act import acting, reading

LATE = TUESDAY + timedelta(days=13)


def sums(creditor: Creditor) -> dict[str, int]:
    with reading(creditor_id=creditor.id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, sum(amount_minor)::bigint FROM receivables_ledgerentry"
            " WHERE creditor_id = %s GROUP BY account",
            [creditor.id],
        )
        return dict(cursor.fetchall())


def test_the_scope_dispute_to_the_cent(creditor: Creditor) -> None:
    case = disputed(creditor)
    theirs = case.propose(Terms(1_100_000, 0, 400_000, PAY_BY), case.them)
    ours = case.propose(STORY, ANA, seen=theirs)
    made = case.accept(ours, case.them)
    assert case.accept(ours, case.them) == made

    recorded = case.pays(1_300_000)

    assert recorded.unallocated.minor == 0
    assert sums(creditor) == {
        "receivable": 0,
        "sales": -1_500_000,
        "cash": 1_300_000,
        "unallocated": 0,
        "credits": 400_000,
        "credit_unapplied": -200_000,
    }
    with reading(creditor_id=creditor.id):
        assert Invoice.objects.get().open_minor == 0
        notes = CreditNote.objects.order_by("id").values_list("kind", "amount_minor", "unapplied_minor")
        assert list(notes) == [("agreement", 400_000, 200_000)]
        assert Agreement.objects.get().state == "carried_out"
        ended = Dispute.objects.get()
        assert (ended.outcome, ended.closed_at) == ("agreed", TUESDAY)
        states = list(Proposal.objects.order_by("id").values_list("state", "answers_id"))
        assert states == [("countered", None), ("accepted", theirs)]
        assert [
            item.minor for item in future_credit.kept(creditor_id=creditor.id, customer_id=case.customer.id)
        ] == [200_000]
    receivables_book.sound(creditor.id)


def test_only_the_disputed_part_stops_and_an_agreement_holds_the_rest(creditor: Creditor) -> None:
    case = disputed(creditor)

    def chased(days: int) -> int:
        with reading(creditor_id=creditor.id):
            found = telling.case(creditor_id=creditor.id, customer_id=case.customer.id, now=TUESDAY)
        on = TUESDAY.date() + timedelta(days=days)
        return sum(due.open_minor for due in position.on_day(found, on=on, soon_days=0).overdue)

    assert [chased(days) for days in (0, 30)] == [1_100_000, 1_100_000]
    case.accept(case.propose(STORY, ANA), case.them)
    # Through the day to pay and its grace nothing; then, if it lapsed, what was never disputed.
    assert [chased(days) for days in (0, 12, 13)] == [0, 0, 1_100_000]
    with reading(creditor_id=creditor.id):
        found = telling.case(creditor_id=creditor.id, customer_id=case.customer.id, now=TUESDAY)
        whole = [block for block in found.blocks if block.kind == "agreement"]
        assert [(block.amount_minor, block.until) for block in whole] == [(None, PAY_BY + timedelta(days=2))]
        assert agreements.to_pay(creditor_id=creditor.id, customer_id=case.customer.id) == {
            case.invoice_id: 1_300_000
        }


def test_the_evidence_of_an_agreement(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    made = case.accept(ours, case.them, now=TUESDAY + timedelta(hours=2))
    proposed = case.text_hash(ours)
    with reading(creditor_id=creditor.id):
        found = agreements.one(creditor_id=creditor.id, agreement_id=made, customer_id=case.customer.id)
        assert found is not None
        assert found.signed is not None
        assert [(item.by, item.source) for item in found.signed.signatures] == [
            ("person:7", "192.0.2.7"),
            ("customer", "198.51.100.4"),
        ]
        assert found.signed.text.hash == found.text_hash == proposed
        said = " ".join(found.signed.text.before)
        assert "US$ 13.000" in said or "13.000,00" in said
        assert "crédito" in said
        assert [row.amount.minor for row in found.signed.text.amounts] == [
            1_500_000,
            1_300_000,
            200_000,
            200_000,
        ]
        (told,) = Entry.objects.filter(kind="arrangements.agreement.accepted")
        assert told.payload["text"] == found.text_hash


def test_evidence_cannot_be_written_over(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.accept(case.propose(STORY, ANA), case.them)
    for change in ("pay_minor = 1", "accepted_at = now()", "text_hash = ''", "accepted_by = 'x'"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(creditor_id=creditor.id),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE arrangements_agreement SET {change}")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(1_300_000, 200_001, 0, PAY_BY), "proposal_not_exact"),
        (Terms(1_300_000, 0, 0, PAY_BY), "proposal_not_exact"),
        (Terms(1_700_000, -200_000, 0, PAY_BY), "proposal_negative"),
        (Terms(1_300_000, 200_000, 0, date(2026, 11, 16)), "proposal_deadline_passed"),
        (Terms(1_300_000, 200_000, 0, date(2027, 3, 1)), "proposal_deadline_too_late"),
    ],
)
def test_terms_that_do_not_hold_are_refused(creditor: Creditor, terms: Terms, code: str) -> None:
    case = disputed(creditor)
    with pytest.raises(proposal.Refused, match=code):
        case.propose(terms, case.them)


def test_the_database_too_wants_an_exact_sum_and_one_open(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.propose(STORY, ANA)

    def plant(**changed: object) -> None:
        with acting(creditor_id=creditor.id):
            row = Proposal.objects.get(state="open")
            facts = {
                field.attname: getattr(row, field.attname)
                for field in Proposal._meta.local_fields
                if field.name != "id"
            }
            Proposal.objects.create(**{**facts, **changed})

    with pytest.raises(IntegrityError, match="proposal_one_open"):
        plant()
    with pytest.raises(IntegrityError, match="proposal_exact"):
        plant(state="withdrawn", closed_at=TUESDAY, pay_minor=1)


def test_one_proposal_is_open_at_a_time(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    assert case.propose(STORY, ANA) == ours
    with pytest.raises(proposal.Refused, match="proposal_yours_open"):
        case.propose(Terms(1_400_000, 100_000, 0, PAY_BY), ANA)
    with pytest.raises(proposal.Refused, match="proposal_changed"):
        case.propose(Terms(1_100_000, 0, 400_000, PAY_BY), case.them)
    theirs = case.propose(Terms(1_100_000, 0, 400_000, PAY_BY), case.them, seen=ours)
    with pytest.raises(proposal.Refused, match="proposal_countered"):
        case.accept(ours, case.them)
    proposal.withdraw(creditor_id=case.id, proposal_id=theirs, by=case.them, now=TUESDAY)
    with pytest.raises(proposal.Refused, match="proposal_withdrawn"):
        case.accept(theirs, ANA)


def test_nobody_accepts_their_own(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    with pytest.raises(proposal.Refused, match="proposal_yours_open"):
        case.accept(ours, Speaker("person:8"))


def test_the_deadline_is_a_day_where_the_customer_is(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    last = TUESDAY.replace(day=28, hour=4, minute=59)
    assert proposal.judge_due(creditor_id=case.id, now=last) == 0
    with pytest.raises(proposal.Refused, match="proposal_expired"):
        case.accept(ours, case.them, now=last + timedelta(minutes=1))
    assert proposal.judge_due(creditor_id=case.id, now=last + timedelta(minutes=1)) == 1
    with reading(creditor_id=case.id):
        assert Proposal.objects.get().state == "expired"


def test_a_proposal_is_accepted_through_its_last_minute(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    assert case.accept(ours, case.them, now=TUESDAY.replace(day=28, hour=4, minute=59))


def test_money_that_came_meanwhile_makes_a_proposal_another_one(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    case.pays(1_100_000)
    with pytest.raises(proposal.Refused, match="proposal_amount_changed"):
        case.accept(ours, case.them)
    assert proposal.judge_due(creditor_id=case.id, now=TUESDAY) == 1
    case.propose(Terms(200_000, 200_000, 0, PAY_BY), ANA)


def test_a_text_that_was_not_read_is_not_accepted(creditor: Creditor) -> None:
    case = disputed(creditor)
    ours = case.propose(STORY, ANA)
    with pytest.raises(proposal.Refused, match="proposal_text_changed"):
        case.accept(ours, case.them, hash_="0" * 64)
    with acting(creditor_id=case.id):
        Creditor.objects.filter(id=case.id).update(legal_name="Otra S.A.S.")
    with pytest.raises(proposal.Refused, match="proposal_text_changed"):
        case.accept(ours, case.them)


def test_anothers_dispute_is_no_dispute(creditor: Creditor) -> None:
    case = disputed(creditor)
    other = disputed(creditor, name="Ajena S.A.", number="AJ-1", set_up=False)
    ours = case.propose(STORY, ANA)
    with pytest.raises(dispute.UnknownDispute):
        case.accept(ours, other.them)
    with pytest.raises(dispute.UnknownDispute):
        case.propose(STORY, other.them, seen=ours)
    with pytest.raises(dispute.UnknownDispute):
        dispute.write(
            creditor_id=case.id,
            dispute_id=case.dispute_id,
            said=Said("hola", "k"),
            by=other.them,
            now=TUESDAY,
        )
    made = case.accept(ours, case.them)
    with pytest.raises(dispute.UnknownDispute):
        case.accept(ours, other.them)
    with reading(creditor_id=case.id):
        found = {"creditor_id": case.id, "customer_id": other.customer.id}
        assert dispute_look.one(**found, dispute_id=case.dispute_id) is None
        assert agreements.one(**found, agreement_id=made) is None


def test_an_agreement_not_paid_in_time_ends_and_the_dispute_goes_on(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.accept(case.propose(STORY, ANA), case.them)
    case.pays(500_000)
    assert agreements.judge_due(creditor_id=case.id, now=TUESDAY.replace(day=29)) == 0
    assert agreements.judge_due(creditor_id=case.id, now=TUESDAY.replace(day=30)) == 1
    with reading(creditor_id=case.id):
        row = Dispute.objects.get()
        assert (row.closed_at, row.propose_by) == (None, date(2026, 12, 7))
        assert Invoice.objects.get().open_minor == 1_000_000
        assert not CreditNote.objects.exists()
    case.propose(Terms(800_000, 200_000, 0, date(2026, 12, 10)), ANA, now=LATE)
    receivables_book.sound(creditor.id)


def test_paid_in_two_wires_it_is_carried_out_by_the_second(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.accept(case.propose(STORY, ANA), case.them)
    case.pays(500_000)
    with reading(creditor_id=case.id):
        assert Agreement.objects.get().state == "accepted"
    case.pays(800_000, "w2")
    with reading(creditor_id=case.id):
        assert (Agreement.objects.get().state, Invoice.objects.get().open_minor) == ("carried_out", 0)
    assert agreement.carry_out_due(creditor_id=case.id, now=TUESDAY) == 0
    receivables_book.sound(creditor.id)


def test_what_needs_no_payment_is_carried_out_at_once(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.pays(1_100_000)
    case.accept(case.propose(Terms(0, 0, 400_000, PAY_BY), case.them), ANA)
    with reading(creditor_id=case.id):
        assert (Agreement.objects.get().state, Invoice.objects.get().open_minor) == ("carried_out", 0)
        assert not CreditNote.objects.filter(kind="future").exists()
    receivables_book.sound(creditor.id)


def test_credit_for_future_work_lowers_the_next_invoice(creditor: Creditor) -> None:
    case = disputed(creditor)
    case.accept(case.propose(STORY, ANA), case.them)
    case.pays(1_300_000)
    assert future_credit.apply_due(creditor_id=case.id, now=TUESDAY) == 0

    def opens(number: str, minor: int) -> int:
        due_on = TUESDAY.date() + timedelta(days=40)
        with acting(creditor_id=case.id):
            CreditNote.objects.update(created_at=TUESDAY - timedelta(minutes=1))
        return book.invoice(creditor, case.customer, number, due_on=due_on, minor=minor, currency="USD")

    opens("US-16", 50_000)
    opens("US-17", 500_000)
    assert future_credit.apply_due(creditor_id=case.id, now=TUESDAY) == 2
    assert future_credit.apply_due(creditor_id=case.id, now=TUESDAY) == 0
    with reading(creditor_id=case.id):
        assert dict(Invoice.objects.values_list("number", "open_minor")) == {
            "US-15": 0,
            "US-16": 0,
            "US-17": 350_000,
        }
        assert [one.number for one in fiscal_task.waiting(creditor_id=case.id)] == [""]
    receivables_book.sound(creditor.id)
