# SPDX-License-Identifier: Apache-2.0
"""Plans on the desk: a proposal is answered, a plan is offered, the policy has versions, a promise is noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration import book, plans, workbench_book
from tests.integration.book import TUESDAY
from tests.integration.workbench_book import at, desk

from conserje.data.arrangements.models import ArrangementPolicy, PaymentPlan, PromiseToPay
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements import policy as rules
from conserje.services.arrangements import policy
from conserje.services.tenancy.act import reading

TODAY = TUESDAY.date()
OFFER = {
    "currency": "USD",
    "number": "12",
    "spacing": "weekly",
    "first_on": (TODAY + timedelta(days=7)).isoformat(),
    "until": (TODAY + timedelta(days=5)).isoformat(),
}


@pytest.fixture
def owing(creditor: Creditor) -> Customer:
    workbench_book.in_demo(creditor)
    creditor.clock_at = TUESDAY
    creditor.save(update_fields=["clock_at"])
    book.set_up(creditor, world=None)
    customer = book.customer(creditor)
    book.invoice(creditor, customer, "FE-1", due_on=book.days_late(20), minor=850_000, currency="USD")
    return customer


def proposed(creditor: Creditor, customer: Customer) -> int:
    content = {**rules.DEFAULT, "plans": {**rules.DEFAULT["plans"], "number_max": 2}}
    policy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)
    return plans.take(creditor, customer, plans.wish()).plan_id


@pytest.mark.parametrize(("answer", "state"), [("accept", "active"), ("refuse", "refused")])
def test_a_proposal_is_answered(creditor: Creditor, owing: Customer, answer: str, state: str) -> None:
    plan_id = proposed(creditor, owing)
    sitting = desk(creditor)
    waiting = sitting.get(at(creditor, "plans/")).content.decode()
    assert "Más cuotas de las que admite la política." in waiting

    done = sitting.post(at(creditor, f"plans/{plan_id}/decision/"), {"as": answer})

    assert done.status_code == 302
    assert plans.row(creditor, plan_id).state == state


def test_plans_are_in_the_menu(creditor: Creditor, owing: Customer) -> None:
    page = desk(creditor).get(at(creditor)).content.decode()
    assert f'<a href="{at(creditor, "plans/")}">Planes</a>' in page


def test_who_only_looks_decides_nothing(creditor: Creditor, owing: Customer) -> None:
    plan_id = proposed(creditor, owing)
    viewer = desk(creditor, "mira@taller.example", "viewer")

    assert viewer.post(at(creditor, f"plans/{plan_id}/decision/"), {"as": "accept"}).status_code == 403
    assert viewer.post(at(creditor, "plans/policy/"), {}).status_code == 403
    assert plans.row(creditor, plan_id).state == "proposed"


def test_an_offer_is_seen_with_its_cost_and_then_made(creditor: Creditor, owing: Customer) -> None:
    sitting, address = desk(creditor), at(creditor, f"customer/{owing.id}/plans/offer/")
    seen = sitting.get(address, OFFER).content.decode()
    assert "En promedio el dinero llega en 46 días." in seen
    assert "Más cuotas de las que admite la política." in seen

    assert sitting.post(address, OFFER).status_code == 302

    with reading(creditor_id=creditor.id):
        row = PaymentPlan.objects.get()
    assert (row.state, row.offered_until) == ("offered", TODAY + timedelta(days=5))
    assert sitting.post(address, {**OFFER, "number": "x"}).status_code == 400
    assert sitting.post(address, {**OFFER, "first_on": "2026-01-01"}).status_code == 400


def test_the_policy_is_changed_by_version_and_refused_when_it_does_not_hold(
    creditor: Creditor, owing: Customer
) -> None:
    sitting, address = desk(creditor), at(creditor, "plans/policy/")
    page = sitting.get(address).content.decode()
    assert "Versión 0." in page
    plain = {key: str(value) for key, value in rules.DEFAULT["plans"].items() if isinstance(value, int)}
    form = {
        **plain,
        **{
            key: str(value)
            for key, value in {**rules.DEFAULT["promises"], **rules.DEFAULT["grace_days"]}.items()
        },
        "kinds": ["company"],
        "spacings": ["monthly"],
        "least": "1000.50",
        "person_above": "",
        "number_max": "4",
    }

    assert sitting.post(address, form).status_code == 302
    assert sitting.post(address, form).status_code == 302
    assert sitting.post(address, {**form, "number_max": "999"}).status_code == 400

    with reading(creditor_id=creditor.id):
        (row,) = ArrangementPolicy.objects.all()
    assert (row.version, row.content["plans"]["number_max"], row.content["plans"]["kinds"]) == (
        1,
        4,
        ["company"],
    )
    assert row.content["plans"]["least"] == {creditor.currency: 100_050}


def test_a_promise_taken_on_the_telephone_is_noted(creditor: Creditor, owing: Customer) -> None:
    sitting, address = desk(creditor), at(creditor, f"customer/{owing.id}/promise/")
    assert sitting.get(address).status_code == 200

    assert sitting.post(address, {"on": "2026-11-20", "rail": "card"}).status_code == 302
    assert sitting.post(address, {"on": "2026-01-20"}).status_code == 400
    assert sitting.post(address, {"on": "x"}).status_code == 400

    with reading(creditor_id=creditor.id):
        row = PromiseToPay.objects.get()
    assert (row.made_through, row.grace_days, row.due_then) == ("collector", 1, {"USD": 850_000})


def test_the_customers_page_leads_to_its_plans(creditor: Creditor, owing: Customer) -> None:
    plans.take(creditor, owing, plans.wish())
    sitting = desk(creditor)

    assert (
        f"customer/{owing.id}/plans/" in sitting.get(at(creditor, f"customer/{owing.id}/")).content.decode()
    )
    assert "en vigor" in sitting.get(at(creditor, f"customer/{owing.id}/plans/")).content.decode()
    assert sitting.get(at(creditor, "customer/999999/plans/")).status_code == 404
