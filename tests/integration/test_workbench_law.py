# SPDX-License-Identifier: Apache-2.0
"""The law console: which packs bind whom, every rule in words, and a contact tried without changing anything."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from click.testing import CliRunner
from tests.integration import workbench_book as wb

from conserje.cli.law import law
from conserje.data.journal.models import Entry
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.registry import countries
from conserje.services.outreach import law_bound
from conserje.services.tenancy.act import acting, reading
from conserje.workbench.law import slug

TRY = "law/try/"


def plain(html: str) -> str:
    """The page's words, on one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture
def bound(creditor: Creditor) -> Creditor:
    """Five customers in Colombia, two in Brazil (one in São Paulo), one in a country without rules."""
    wb.in_demo(creditor)
    ids = wb.fill(creditor, 8)
    with acting(creditor_id=creditor.id):
        rows = Customer.objects.filter(creditor=creditor)
        rows.filter(id__in=ids[5:7]).update(country="BR", debtor_type="natural_consumer")
        rows.filter(id=ids[5]).update(subdivision="SP")
        rows.filter(id=ids[6]).update(subdivision="RJ")
        rows.filter(id=ids[7]).update(country="JP")
    return creditor


def test_each_pack_says_how_many_customers_it_binds(bound: Creditor) -> None:
    with reading(creditor_id=bound.id):
        shelves, unbound = law_bound.shelves(creditor_id=bound.id)
    counts = {item.pack.id: item.customers for item in shelves if item.customers}
    assert (counts["CO"], counts["BR"], counts["BR-SP"], unbound) == (5, 2, 1, 1)
    assert counts["WHATSAPP"] == 7
    assert "MX" not in counts
    words = plain(wb.desk(bound).get(wb.at(bound, "law/")).content.decode())
    assert "Colombia 5 clientes" in words
    assert "1 cliente no tiene un país con reglas" in words
    assert "ningún abogado lo ha firmado" in words


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, 8))])
def test_every_pack_can_be_opened_and_shows_each_of_its_rules(bound: Creditor, part: int) -> None:
    client = wb.desk(bound)
    for pack in [pack for folder in countries.all() for pack in folder.packs()][part::8]:
        answer = client.get(wb.at(bound, f"law/pack/{slug(pack)}/"))
        assert answer.status_code == 200, pack.id
        shown = answer.content.decode()
        assert [rule.id for rule in pack.rules() if f"<code>{rule.id}</code>" not in shown] == []
        assert "Ningún abogado ha firmado este paquete." in shown
        assert "no da lo esperado" not in shown
    assert client.get(wb.at(bound, "law/pack/QQ/")).status_code == 404


def test_a_worked_case_stands_in_words_with_what_is_expected(bound: Creditor) -> None:
    words = plain(wb.desk(bound).get(wb.at(bound, "law/pack/CO/")).content.decode())
    start = words.index("Call me tomorrow at 20:30")
    case = words[start : words.index("Once it has ended", start)]
    assert "viernes 20 de noviembre de 2026, 20:30" in case
    assert "Canal: llamada" in case
    assert "Se espera: Se puede hacer, con las palabras que debe llevar." in case
    assert "CO.A2" in case


def test_made_up_facts_are_judged_as_the_command_judges_them(bound: Creditor) -> None:
    asked = {
        "channel": "sms",
        "purpose": "collection",
        "recipient": "debtor",
        "at": "2026-11-20T19:30",
        "customer": "",
        "country": "CO",
        "part": "",
        "debtor_type": "natural_consumer",
        "creditor_role": "first_party",
        "consent": "granted",
    }
    words = plain(wb.desk(bound).get(wb.at(bound, TRY), asked).content.decode())
    said = CliRunner().invoke(law, ["why", "CO", "--at", "2026-11-20 19:30", "--channel", "sms", "--json"])
    told = json.loads(said.output)
    assert told["says"] in words
    assert all(reason["rule"] in words for reason in told["reasons"])
    assert told["next"] == "2026-11-21T08:00:00-05:00"
    assert "Próximo momento permitido: 21 nov, 08:00" in words
    assert "Fuera del horario" in words
    assert "CO.W1 · ley · CO-2" in words


def test_a_real_customer_is_judged_and_nothing_changes(bound: Creditor) -> None:
    client = wb.desk(bound)
    with reading(creditor_id=bound.id):
        before = Entry.objects.filter(creditor=bound).count()
    asked = {"channel": "email", "customer": "cliente 0003", "at": "2026-11-17T10:00"}
    words = plain(client.get(wb.at(bound, TRY), asked).content.decode())
    assert "Cliente 0003 S.A.S." in words
    assert "Se puede hacer, con las palabras que debe llevar." in words
    assert "quién escribe" in words
    refused = plain(client.get(wb.at(bound, TRY), asked | {"channel": "sms"}).content.decode())
    assert "No se puede hacer." in refused
    with reading(creditor_id=bound.id):
        assert Entry.objects.filter(creditor=bound).count() == before


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"channel": "email", "customer": "nadie así"}, "Ningún cliente empieza por «nadie así»"),
        ({"channel": "paloma"}, "Eso no se puede juzgar"),
        ({"channel": "email", "at": "mañana"}, "Eso no se puede juzgar"),
    ],
)
def test_what_cannot_be_judged_is_said(bound: Creditor, asked: dict[str, str], told: str) -> None:
    client = wb.desk(bound)
    answer = client.get(wb.at(bound, TRY), asked)
    assert (answer.status_code, told in plain(answer.content.decode())) == (422, True)
    assert client.get(wb.at(bound, TRY), asked, headers={"HX-Request": "true"}).status_code == 200
