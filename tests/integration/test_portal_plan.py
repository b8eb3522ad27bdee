# SPDX-License-Identifier: Apache-2.0
"""Paying in parts on the reader's page: chosen, seen, signed, paid early, moved; and the desk's side of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration import book, plans, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.arrangements.models import PaymentPlan
from conserje.data.tenancy.models import Creditor
from conserje.services.arrangements import plan
from conserje.services.tenancy.act import reading

TODAY = TUESDAY.date()
FIRST = (TODAY + timedelta(days=14)).isoformat()
ASKED = {"currency": "COP", "number": "3", "spacing": "monthly", "first_on": FIRST}
_SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


def choose(reader: Visitor, **asked: str) -> str:
    """The page with what was chosen, as text."""
    query = "&".join(f"{key}={value}" for key, value in {"new": "1", **ASKED, **asked}.items())
    answer = reader.get(f"plan/?{query}")
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def sign(reader: Visitor, *, name: str = "Laura Pérez", **asked: str) -> Any:
    """Sign what the page with these choices shows."""
    (seen,) = set(_SEEN.findall(choose(reader, **asked)))
    return reader.post("plan/", **{**ASKED, **asked}, name=name, seen=seen)


def states(creditor: Creditor) -> list[str]:
    with reading(creditor_id=creditor.id):
        return list(PaymentPlan.objects.order_by("id").values_list("state", flat=True))


def test_signing_asks_for_the_code_first(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    answer = sign(reader)
    assert "Envíenme el código" in answer.content.decode()
    assert states(creditor) == []


def test_looking_and_choosing_agree_to_nothing(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor).with_code()

    assert "¿En cuántas cuotas?" in reader.get("plan/").content.decode()
    text = choose(reader)

    assert text.count("1.269.333") == 3
    assert "1 dic 2026" in text
    assert states(creditor) == []


def test_a_name_signs_and_the_plan_is_shown(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor).with_code()

    assert sign(reader, name=" ").status_code == 400
    assert states(creditor) == []
    assert sign(reader).status_code == 303

    text = reader.get("plan/").content.decode()
    assert states(creditor) == ["active"]
    assert "Laura Pérez (" in text
    assert '<time datetime="2026-12-01">' in reader.get().content.decode()


def test_words_that_changed_are_shown_again(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor).with_code()
    choose(reader)

    answer = reader.post("plan/", **ASKED, name="Laura Pérez", seen="0" * 64)

    assert answer.status_code == 400
    assert "Algo cambió" in answer.content.decode()
    assert states(creditor) == []


@pytest.mark.parametrize(
    "form",
    [{"number": "x"}, {"number": "0"}, {"number": "361"}, {"spacing": "daily"}, {"first_on": "2020-01-01"}],
)
def test_bad_input_gives_the_form_again(creditor: Creditor, form: dict[str, str]) -> None:
    reader = visitor.open_account(creditor).with_code()
    reader.get("plan/")

    answer = reader.post("plan/", **{**ASKED, **form}, name="Laura Pérez", seen="0" * 64)

    assert answer.status_code == 400
    assert states(creditor) == []
    assert (
        reader.get(
            "plan/?new=1&" + "&".join(f"{key}={value}" for key, value in {**ASKED, **form}.items())
        ).status_code
        == 200
    )


def test_a_plan_in_force_pays_its_next_part_and_moves_a_day(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor).with_code()
    sign(reader)

    later = (TODAY + timedelta(days=16)).isoformat()
    assert reader.post("plan/day/", position="1", on=later).status_code == 303
    assert plans.due(creditor, reader.customer)[0][0] == later
    assert reader.post("plan/day/", position="1", on="2027-12-01").status_code == 409
    assert reader.post("plan/day/", position="x", on=later).status_code == 409


def test_somebody_elses_offer_cannot_be_taken_up(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor).with_code()
    other = book.customer(creditor, "Otra S.A.S.")
    book.invoice(creditor, other, "FE-77", due_on=TODAY, minor=1_000)
    offered = plan.offer(
        creditor_id=creditor.id,
        customer_id=other.id,
        wish=plans.wish(currency="COP"),
        until=TODAY,
        by="person:1",
        now=TUESDAY,
    )
    reader.get("plan/")

    answer = reader.post("plan/", offer=str(offered.plan_id), name="Laura Pérez", seen="0" * 64)

    assert answer.status_code == 400
    assert states(creditor) == ["offered"]


@pytest.mark.parametrize("invoices", [10, 60])
def test_the_pages_are_light_for_many_invoices(creditor: Creditor, invoices: int) -> None:
    reader = visitor.open_account(creditor, invoices=invoices).with_code()
    reader.get()
    for path in ("plan/?new=1&" + "&".join(f"{key}={value}" for key, value in ASKED.items()), "plan/"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = reader.get(path)
        said = [
            item
            for item in asked.captured_queries
            if item["sql"].lstrip().upper().startswith(("SELECT", "WITH"))
        ]
        assert (answer.status_code, len(said) <= 15, len(answer.content) <= 60_000) == (200, True, True), len(
            said
        )
    sign(reader)
    with CaptureQueriesContext(connection) as asked:
        answer = reader.get("plan/")
    said = [
        item for item in asked.captured_queries if item["sql"].lstrip().upper().startswith(("SELECT", "WITH"))
    ]
    assert (answer.status_code, len(said) <= 15) == (200, True), len(said)
