# SPDX-License-Identifier: Apache-2.0
"""The code that opens what a link alone does not: sent through the one gate, good once, in time, for its own link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.integration import book, build, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Message, PortalCode, PortalLink, Touch
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import portal_code, portal_link, send, suppression
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World

LATE = timedelta(minutes=10)


@pytest.fixture
def here(creditor: Creditor, world: World) -> Visitor:
    return visitor.open_account(creditor, world=world)


def link_of(here: Visitor) -> int:
    with reading(creditor_id=here.creditor.id):
        rows = PortalLink.objects.filter(token_hash=portal_link.hash_of(here.token))
        return int(rows.values_list("id", flat=True).get())


def point_of(here: Visitor) -> int:
    with reading(creditor_id=here.creditor.id):
        (contact,) = here.customer.contacts.all()
        return int(contact.points.values_list("id", flat=True).get())


def ask(here: Visitor, *, now=TUESDAY) -> int:  # type: ignore[no-untyped-def]
    return portal_code.ask(
        creditor_id=here.creditor.id,
        link_id=link_of(here),
        customer_id=here.customer.id,
        point_id=point_of(here),
        now=now,
    )


def sent_code(here: Visitor, world: World, *, now=TUESDAY) -> str:  # type: ignore[no-untyped-def]
    """Ask for a code, let the letter leave, and read it in the mailbox."""
    before = len(world.messages())
    ask(here, now=now)
    send.send_due(creditor_id=here.creditor.id, clock=book.at(now))
    letter = world.messages()[before:][0]
    (code,) = re.findall(r"(?m)^\W*(\d{6})\W*$", world.details(letter.number)["text"])
    return code


def check(here: Visitor, code: str, *, link_id: int | None = None, now=TUESDAY) -> bool:  # type: ignore[no-untyped-def]
    return portal_code.check(
        creditor_id=here.creditor.id,
        link_id=link_of(here) if link_id is None else link_id,
        customer_id=here.customer.id,
        code=code,
        now=now,
    )


def test_a_code_arrives_by_mail_and_is_good_once(here: Visitor, world: World) -> None:
    code = sent_code(here, world)

    assert check(here, code)
    assert not check(here, code)


def test_the_sixth_try_is_refused_even_when_it_is_right(here: Visitor, world: World) -> None:
    code = sent_code(here, world)
    wrong = "000000" if code != "000000" else "111111"

    assert [check(here, wrong) for _ in range(5)] == [False] * 5
    assert not check(here, code)


def test_a_code_ends_after_ten_minutes(here: Visitor, world: World) -> None:
    code = sent_code(here, world)

    assert not check(here, code, now=TUESDAY + LATE)
    assert check(here, code, now=TUESDAY + LATE - timedelta(seconds=1))


def test_a_code_of_another_link_or_creditor_opens_nothing(here: Visitor, world: World) -> None:
    code = sent_code(here, world)
    other = visitor.visit(here.creditor, here.customer)
    stranger = visitor.open_account(build.creditor(name="Otro estudio", legal_name="Otro"), world=world)

    assert not check(here, code, link_id=link_of(other))
    assert not check(stranger, code)
    assert check(here, code)


def test_only_the_latest_code_counts(here: Visitor, world: World) -> None:
    first = sent_code(here, world)
    later = TUESDAY + timedelta(minutes=1)
    second = sent_code(here, world, now=later)

    assert first == second or not check(here, first, now=later)
    assert check(here, second, now=later)


def test_at_most_three_leave_within_an_hour_and_a_double_tap_is_one(here: Visitor) -> None:
    times = [TUESDAY + timedelta(minutes=n) for n in range(3)]
    assert ask(here, now=times[0]) == ask(here, now=times[0] + timedelta(seconds=5))
    ask(here, now=times[1])
    ask(here, now=times[2])

    with pytest.raises(portal_code.TooMany):
        ask(here, now=TUESDAY + timedelta(minutes=59))
    assert ask(here, now=TUESDAY + timedelta(minutes=61))


def test_codes_go_to_addresses_on_file_that_may_be_written_to_and_nowhere_else(here: Visitor) -> None:
    stranger = book.customer(here.creditor, "Otra")
    with reading(creditor_id=here.creditor.id):
        foreign = stranger.contacts.get().points.get()
    with pytest.raises(portal_code.UnknownAddress):
        portal_code.ask(
            creditor_id=here.creditor.id,
            link_id=link_of(here),
            customer_id=here.customer.id,
            point_id=foreign.id,
            now=TUESDAY,
        )
    point_id = point_of(here)
    with acting(creditor_id=here.creditor.id):
        address_hash = suppression.hash_of_point(creditor_id=here.creditor.id, point_id=point_id)
        suppression.stop(
            creditor_id=here.creditor.id,
            address_hash=address_hash,
            channel=book.Channel.EMAIL,
            how="portal",
            now=TUESDAY,
        )
    with pytest.raises(portal_code.UnknownAddress):
        ask(here)


def test_the_code_stands_in_no_table_and_in_no_journal(here: Visitor, world: World) -> None:
    code = sent_code(here, world)
    check(here, code)

    with reading(creditor_id=here.creditor.id):
        kept = [str(row) for row in Message.objects.values()] + [str(row) for row in Entry.objects.values()]
        kept += [str(row) for row in PortalCode.objects.values()] + [
            str(row) for row in Touch.objects.values()
        ]
        kinds = list(Entry.objects.filter(kind__startswith="outreach.code").values_list("kind", flat=True))
    # Ids and hashes have digits of their own: six of ours, apart from others, stand nowhere.
    assert not [text for text in kept if re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", text)]
    assert sorted(kinds) == ["outreach.code.asked", "outreach.code.used"]
    assert "••••••" in next(text for text in kept if "Su código" in text)


def test_a_letter_that_waited_too_long_does_not_leave(here: Visitor, world: World) -> None:
    ask(here)
    before = len(world.messages())
    send.send_due(creditor_id=here.creditor.id, clock=book.at(TUESDAY + timedelta(minutes=31)))

    assert len(world.messages()) == before
