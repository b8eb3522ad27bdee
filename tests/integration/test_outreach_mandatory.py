# SPDX-License-Identifier: Apache-2.0
"""No letter leaves without a text that the law of its reader asks for, whatever was broken on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration import book
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.journal.models import Entry
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import letter, send, sweep
from conserje.services.tenancy.act import acting
from conserje.testing.world.handle import World
from conserje.wording import render, shelf

Break = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def planned(creditor: Creditor, world: World) -> Creditor:
    """One customer with a letter planned for now."""
    book.set_up(creditor, world=world)
    wb.fill(creditor, 1)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    return creditor


def _read_anew() -> None:
    render._shipped.cache_clear()
    render._compiled.cache_clear()


def _pack_says_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(letter.law_texts, "texts", lambda **given: {})


def _template(patch: pytest.MonkeyPatch, path: str, change: Callable[[str], str]) -> None:
    whole: Any = shelf.source

    def source(locale: str, wanted: str) -> str:
        text: str = whole(locale, wanted)
        return change(text) if wanted == path else text

    for module in (shelf, render.shelf):
        patch.setattr(module, "source", source)
    patch.setattr("conserje.wording.markup.source", source)
    _read_anew()


def _lost_signature(patch: pytest.MonkeyPatch) -> None:
    _template(patch, "blocks/signature", lambda text: "Ana")


def _lost_amount(patch: pytest.MonkeyPatch) -> None:
    _template(patch, "blocks/balance", lambda text: "Saldo abierto.")


def _lost_number(patch: pytest.MonkeyPatch) -> None:
    _template(patch, "friendly/body", lambda text: text.replace("{{ about }}", "su factura"))


def _lost_way_out(patch: pytest.MonkeyPatch) -> None:
    _template(patch, "blocks/footer", lambda text: text.replace("({{ links.stop }})", "({{ links.portal }})"))


def _lost_rest_of_footer(patch: pytest.MonkeyPatch) -> None:
    _template(patch, "blocks/footer", lambda text: text.replace("{{ mandatory.complaint_body }}", ""))


@pytest.mark.parametrize(
    ("broken", "rules"),
    [
        (_pack_says_nothing, ["CO.T5", "CO.T6"]),
        (_lost_signature, ["CO.T1"]),
        (_lost_amount, ["CO.T3"]),
        (_lost_number, ["CO.T2"]),
        (_lost_way_out, ["CO.T4"]),
        (_lost_rest_of_footer, ["CO.T6"]),
    ],
)
def test_nothing_leaves_without_it_and_the_rule_is_named(
    planned: Creditor, world: World, monkeypatch: pytest.MonkeyPatch, broken: Break, rules: list[str]
) -> None:
    broken(monkeypatch)
    try:
        send.send_due(creditor_id=planned.id, clock=book.at(TUESDAY))
    finally:
        monkeypatch.undo()
        _read_anew()
    assert world.messages() == []
    assert wb.states(planned) == ["failed"]
    with acting(creditor_id=planned.id):
        entry = Entry.objects.get(kind="outreach.touch.failed")
    assert entry.payload["reason"] == "cannot_be_written"
    assert entry.payload["rules"] == rules


def test_an_unbroken_letter_leaves(planned: Creditor, world: World) -> None:
    send.send_due(creditor_id=planned.id, clock=book.at(TUESDAY))
    assert len(world.messages()) == 1
    assert wb.states(planned) == ["accepted"]
