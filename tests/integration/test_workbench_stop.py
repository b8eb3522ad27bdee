# SPDX-License-Identifier: Apache-2.0
"""The first screen tells what is stopped, since when, by whom and why; owners and managers press and lift."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import SenderStop
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import fuse, stop
from conserje.services.tenancy.act import acting


@pytest.fixture
def desk(creditor: Creditor) -> Client:
    wb.in_mode(creditor, "automatic")
    wb.fill(creditor, 1)
    return wb.desk(creditor)


def told(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode())).replace("\u00a0", " ")


def in_force(creditor: Creditor) -> list[str]:
    with acting(creditor_id=creditor.id):
        return [item.channel for item in stop.in_force(creditor_id=creditor.id)]


def test_what_the_fuse_stopped_is_told_and_lifted(creditor: Creditor, desk: Client) -> None:
    stop.place(creditor_id=creditor.id, channel="email", reason=fuse.TOO_MANY, by="system", now=TUESDAY)
    home = told(desk.get(wb.at(creditor)))
    assert re.search(r"Detenido: \S.* desde el 17 nov, 10:00 · se detuvo por sí solo", home)
    assert "iba a recibir un cuarto mensaje en una hora" in home
    assert "conserje stop lift" in home
    assert "Reanudar los envíos" in home
    assert "Detener todos los envíos" not in home

    answer = desk.post(wb.at(creditor, "stop/lift/"), {"channel": "email"}, follow=True)
    assert "Reanudado" in told(answer)
    assert "Reanudar los envíos" not in told(answer)
    assert in_force(creditor) == []
    again = desk.post(wb.at(creditor, "stop/lift/"), {"channel": "email"}, follow=True)
    assert "Eso no estaba detenido" in told(again)


def test_an_owner_stops_everything_in_their_own_words(creditor: Creditor, desk: Client) -> None:
    assert "Detener todos los envíos" in told(desk.get(wb.at(creditor)))
    answer = desk.post(wb.at(creditor, "stop/"), {"reason": "revisamos <precios>"}, follow=True)
    assert "Todo está detenido: no sale nada" in told(answer)
    assert "revisamos &lt;precios&gt;" in answer.content.decode()
    assert " · Ana " in told(answer)
    assert in_force(creditor) == [""]
    with acting(creditor_id=creditor.id):
        (row,) = SenderStop.objects.all()
    assert row.placed_by == f"person:{desk.session['_auth_user_id']}"


@pytest.mark.parametrize("role", ["collector", "viewer"])
def test_others_see_it_and_cannot_lift_it(creditor: Creditor, desk: Client, role: str) -> None:
    stop.place(creditor_id=creditor.id, channel="", reason="alto", by="person:0", now=TUESDAY)
    client = wb.desk(creditor, "luz@taller.example", role)
    home = told(client.get(wb.at(creditor)))
    assert "por alguien en el servidor" in home
    assert "Lo reanuda aquí quien es titular o administra la cuenta" in home
    assert "Reanudar los envíos" not in home
    assert client.post(wb.at(creditor, "stop/lift/"), {"channel": ""}).status_code == 403
    assert client.post(wb.at(creditor, "stop/"), {"reason": "x"}).status_code == 403
    assert in_force(creditor) == [""]


def test_a_forged_form_lifts_nothing(creditor: Creditor, desk: Client) -> None:
    stop.place(creditor_id=creditor.id, channel="", reason="alto", by="person:0", now=TUESDAY)
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.login(username=wb.ANA, password=wb.PASSWORD)
    assert client.post(wb.at(creditor, "stop/lift/"), {"channel": ""}).status_code == 403
    assert in_force(creditor) == [""]
