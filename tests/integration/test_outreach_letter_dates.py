# SPDX-License-Identifier: Apache-2.0
"""A letter says only what will happen: nobody is written to before the day they were given to answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import Touch
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import draft, send, strategy, sweep, telling
from conserje.services.tenancy.act import acting
from conserje.testing.world import start


@pytest.mark.parametrize(
    ("step", "answer_by"), [("formal", date(2026, 12, 17)), ("formal_second", date(2026, 12, 28))]
)
def test_nobody_is_written_to_before_the_day_they_were_given(
    creditor: Creditor, step: str, answer_by: date
) -> None:
    with start() as world:
        book.set_up(creditor, world=world)
        book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
        moment, touch = TUESDAY, None
        while touch is None:
            sweep.sweep(creditor_id=creditor.id, now=moment)
            send.send_due(creditor_id=creditor.id, clock=book.at(moment))
            moment += timedelta(days=1)
            with acting(creditor_id=creditor.id):
                touch = Touch.objects.filter(step=step, state="accepted").first()
        text = str(world.details(world.messages()[-1].number)["text"])

    assert f"{answer_by.day} de diciembre" in text
    following = TUESDAY + timedelta(days=60)
    with acting(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id, customer_id=touch.customer_id, now=moment, until=following.date()
        )
    assert told.coming[0].contact is not None
    assert told.coming[0].contact.on > answer_by


def test_a_step_that_is_only_simulated_is_told_to_nobody(creditor: Creditor) -> None:
    content = strategy.default()
    content["modes"] = {**dict.fromkeys(content["modes"], "draft"), "follow_up": "simulate"}
    with start() as world:
        book.set_up(creditor, world=world)
        book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
        with acting(creditor_id=creditor.id):
            strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)
        sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
        with acting(creditor_id=creditor.id):
            (waiting,) = draft.waiting(creditor_id=creditor.id)
            seen = draft.preview(creditor_id=creditor.id, touch_id=waiting.touch_id, now=TUESDAY)
    assert seen.written is not None
    assert "le escribimos un solo correo" not in seen.written.letter.text
    assert "una persona de" in seen.written.letter.text
