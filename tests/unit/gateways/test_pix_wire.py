# SPDX-License-Identifier: Apache-2.0
"""Amounts, transaction ids and days as the Pix API writes them; and who may ring at the door."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.settings import SettingsRefused
from conserje.domain.receivables import reference as references
from conserje.gateways.pix import ADAPTER, wire
from conserje.gateways.pix.settings import PixSettings

VALUES = {
    "base_url": "https://pix.example.com/api",
    "sign_in_url": "https://pix.example.com/oauth/token",
    "client_id": "cliente",
    "client_secret": "segredo",
    "pix_key": "5f84a4c5-c5cb-4599-9f13-7eb4d419dacc",
    "hook_secret": "um_segredo_so_do_endereco_2026",
}


@given(st.integers(1, 10**12 - 1))
def test_amounts_survive_the_way_there_and_back(minor: int) -> None:
    text = wire.to_wire(Money("BRL", minor))
    assert text is not None
    assert re.fullmatch(r"\d{1,10}\.\d{2}", text)
    assert wire.from_wire(text) == Money("BRL", minor)


@pytest.mark.parametrize("amount", [Money("BRL", 0), Money("BRL", -1), Money("BRL", 10**12), Money("USD", 1)])
def test_what_cannot_be_written_is_not(amount: Money) -> None:
    assert wire.to_wire(amount) is None


@pytest.mark.parametrize(
    "text", ["1,00", "1.0", "1.000", ".50", "-1.00", "1e3", "", None, 1.5, "١.٠٠", "1.00\n"]
)
def test_what_is_no_amount_is_not_read_as_one(text: object) -> None:
    assert wire.from_wire(text) is None


@given(st.text(min_size=1, max_size=80), st.text(max_size=40), st.text(min_size=1, max_size=80))
def test_a_transaction_id_is_allowed_for_any_key_and_another_for_another(
    key: str, reference: str, other: str
) -> None:
    own = wire.txid(key=key, reference=reference)
    assert re.fullmatch(r"[a-zA-Z0-9]{26,35}", own)
    assert own == wire.txid(key=key, reference=reference)
    assert (key == other) == (own == wire.txid(key=other, reference=reference))


@given(st.integers(0, 25**8 - 1), st.text(min_size=1, max_size=40))
def test_a_statement_that_shows_the_transaction_id_shows_our_reference(number: int, key: str) -> None:
    reference = references.from_number(number=number)
    assert references.found_in(text=f"PIX {wire.txid(key=key, reference=reference)}")[:1] == (reference,)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31T02:59:59.999Z", "2026-12-30"),
        ("2026-12-31T03:00:00Z", "2026-12-31"),
        ("2026-12-31T23:59:59-03:00", "2026-12-31"),
        ("2026-12-31T02:59:59", None),
        ("0001-01-01T00:00:00Z", None),
        ("ontem", None),
        (None, None),
    ],
)
def test_the_day_of_money_is_that_of_brasilia(text: object, day: str | None) -> None:
    found = wire.day_in_brazil(text)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("name", "tax_id", "kept"),
    [
        ("Ana", "123.456.789-09", {"cpf": "12345678909", "nome": "Ana"}),
        ("Oficina", "12.abc.345/01de-35", {"cnpj": "12ABC34501DE35", "nome": "Oficina"}),
        ("Ana", "123", None),
        ("Ana", "1234567890A", None),
        (" ", "123.456.789-09", None),
    ],
)
def test_a_debtor_has_a_name_and_a_number(name: str, tax_id: str, kept: dict[str, str] | None) -> None:
    assert wire.debtor(name, tax_id) == kept


@pytest.mark.parametrize(
    ("path", "query", "trusted"),
    [
        ("/hooks/x/pix/um_segredo_so_do_endereco_2026/pix", "", True),
        ("/hooks/x/pix/", "secret=um_segredo_so_do_endereco_2026&end=/pix", True),
        ("/hooks/x/pix/", "other=um_segredo_so_do_endereco_2026", False),
        ("/hooks/x/pix/um_segredo_so_do_endereco_2026x/pix", "", False),
        ("/hooks/x/pix/um_segredo/so_do_endereco_2026/pix", "", False),
        ("/hooks/x/pix/UM_SEGREDO_SO_DO_ENDERECO_2026/pix", "", False),
        ("/hooks/x/pix/pix", "", False),
        ("", "", False),
    ],
)
def test_the_door_opens_to_the_whole_secret_alone(path: str, query: str, trusted: bool) -> None:
    raw = RawRequest("POST", path, {}, query, b'{"pix": []}')
    assert ADAPTER.trusts(raw, PixSettings(**VALUES), now_epoch=0) is trusted


@pytest.mark.parametrize(
    "changed",
    [
        {"base_url": "pix.example.com"},
        {"client_secret": ""},
        {"pix_key": "x" * 78},
        {"hook_secret": "curto"},
        {"hook_secret": "com/barra/que/parte/o/endereco"},
        {"certificate": "-----BEGIN CERTIFICATE-----"},
        {"private_key": "-----BEGIN PRIVATE KEY-----"},
        {"certificate": "x", "private_key": "-----BEGIN PRIVATE KEY-----"},
        {"days_after_due": 61},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused):
        PixSettings(**(VALUES | changed))  # type: ignore[arg-type]
