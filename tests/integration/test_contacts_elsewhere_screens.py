# SPDX-License-Identifier: Apache-2.0
"""A contact made elsewhere is written down on the customer's page, told to both sides, and taken back."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.cli.contacts import contacts as contacts_command
from conserje.data.outreach.models import ContactElsewhere
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome
from conserje.portal import past
from conserje.portal.visit import Visit
from conserje.services.outreach import elsewhere
from conserje.services.tenancy.act import acting, reading

FORM = {"channel": "call", "at": "2026-11-17T09:00", "outcome": "two_way", "direction": "outbound"}


@pytest.fixture
def desk(creditor: Creditor) -> Client:
    wb.in_mode(creditor, "automatic")
    wb.fill(creditor, 1)
    return wb.desk(creditor)


@pytest.fixture
def customer_id(creditor: Creditor, desk: Client) -> int:
    assert desk is not None
    with acting(creditor_id=creditor.id):
        return Customer.objects.get().id


def told(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_it_is_written_down_shown_and_taken_back(creditor: Creditor, desk: Client, customer_id: int) -> None:
    where = wb.at(creditor, f"customer/{customer_id}/")
    assert "Anotar un contacto" in told(desk.get(where))
    assert "Por qué medio" in told(desk.get(f"{where}contact/"))
    page = desk.post(f"{where}contact/", FORM, follow=True)
    assert "Contacto hecho por fuera: llamada" in told(page)
    assert "Conversamos" in told(page)
    with acting(creditor_id=creditor.id):
        row = ContactElsewhere.objects.get()
    assert (row.at, row.said_by.startswith("person:")) == (TUESDAY - timedelta(hours=1), True)

    undone = desk.post(wb.at(creditor, f"contacts/{row.id}/undo/"), follow=True)
    assert "Contacto por fuera deshecho" in told(undone)
    with reading(creditor_id=creditor.id):
        assert elsewhere.told(creditor_id=creditor.id, customer_id=customer_id) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "2027-01-01T10:00"}, "Ese momento aún no llega"),
        ({"at": "2020-01-01T10:00"}, "hace más de un año"),
        ({"at": ""}, "Diga cuándo fue"),
        ({"channel": "pigeon"}, "Diga cuándo fue"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    creditor: Creditor, desk: Client, customer_id: int, change: dict[str, str], said: str
) -> None:
    answer = desk.post(wb.at(creditor, f"customer/{customer_id}/contact/"), FORM | change)
    assert answer.status_code == 400
    assert said in told(answer)
    assert '<option value="two_way" selected>' in answer.content.decode()
    with acting(creditor_id=creditor.id):
        assert not ContactElsewhere.objects.exists()


def test_the_customer_reads_it_among_the_contacts(creditor: Creditor, customer_id: int) -> None:
    contact = elsewhere.Contacted(Channel.CALL, TUESDAY, ContactOutcome.ATTEMPTED)
    elsewhere.log(
        creditor_id=creditor.id, customer_id=customer_id, contact=contact, by="person:1", now=TUESDAY
    )
    with reading(creditor_id=creditor.id):
        outside = elsewhere.told(creditor_id=creditor.id, customer_id=customer_id)
    reader = SimpleNamespace(now=TUESDAY)
    (line,) = past.touches(cast(Visit, reader), (), outside)
    assert (line.on, line.channel, line.state) == (TUESDAY.date(), "call", "no_conversation")


def test_the_command_writes_it_down_and_takes_it_back(creditor: Creditor, customer_id: int) -> None:
    def asked(*words: str) -> Any:
        return CliRunner().invoke(contacts_command, [*words, "--creditor", creditor.public_id])

    log = ("log", str(customer_id), "--channel", "call", "--at")
    done = asked(*log, "2025-01-01T10:00")
    assert done.exit_code == 1
    assert "more than a year ago" in done.output
    number = json.loads(asked(*log, "2026-11-16T10:00", "--json").output)["contact"]
    again = json.loads(asked(*log, "2026-11-16T10:00", "--json").output)["contact"]
    assert again == number
    assert asked("undo", str(number)).exit_code == 0
    assert asked("undo", str(number)).exit_code == 1
