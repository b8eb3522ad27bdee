# SPDX-License-Identifier: Apache-2.0
"""The customer's pages over a real book: opened by a link, drawn from the books, and changing nothing by being seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import harness
from tests.integration import book, build, visitor
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import PortalLink
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.services.outreach import portal_link, send, sweep, telling
from conserje.services.receivables import invoice as invoices
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

MOST_QUERIES = 15
HEAVIEST = 60 * 1024


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clear_messages()
    return shared_world


def test_a_link_becomes_a_cookie_and_leaves_the_address(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)

    answer = here.client.get(here.link)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{creditor.public_id}/")
    cookie = answer.cookies["account"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        f"/c/{creditor.public_id}/",
        True,
        "Lax",
    )
    assert cookie["max-age"] <= 12 * 3600
    assert here.token not in cookie.value
    home = here.client.get(answer.headers["Location"])
    assert home.status_code == 200
    assert "$\xa03.808.000\xa0COP" in home.content.decode()
    assert here.token not in home.content.decode()
    assert cautious(home)


def cautious(answer: HttpResponse) -> bool:
    """Whether an answer is kept nowhere, tells nobody, and lets nothing of others in."""
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    return (
        headers["Cache-Control"] == "no-store"
        and headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        and headers["X-Content-Type-Options"] == "nosniff"
        and "unsafe-inline" not in policy
        and "frame-ancestors 'none'" in policy
    )


def test_links_that_do_not_open_cannot_be_told_apart(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)
    expired = visitor.visit(creditor, here.customer, now=TUESDAY - timedelta(days=31))
    revoked = visitor.visit(creditor, here.customer)
    with acting(creditor_id=creditor.id):
        PortalLink.objects.filter(token_hash=portal_link.hash_of(revoked.token)).update(revoked_at=TUESDAY)
    stranger = build.creditor(name="Otro estudio", legal_name="Otro")
    paths = [
        f"/p/{creditor.public_id}/{'x' * 43}/",
        f"/p/{creditor.public_id}/no:such%20token/",
        expired.link,
        revoked.link,
        f"/p/{stranger.public_id}/{here.token}/",
        f"/p/nobody/{here.token}/",
        f"{expired.link}preferences/",
        f"/c/{creditor.public_id}/",
        "/c/nobody/preferences/",
        f"/u/{creditor.public_id}/{'x' * 43}/",
        f"/u/nobody/{here.token}/",
    ]

    answers = [Client(SERVER_NAME="127.0.0.1").get(path) for path in paths]
    # Of each request alone, drawn by chance.
    assert len({answer.headers.pop("X-Request-ID") for answer in answers}) == len(paths)

    # An address that is a link offers to send a new one; one that is none cannot. Nothing else tells them apart.
    for shape in ("/p/", "/c/", "/u/"):
        same = [answer for path, answer in zip(paths, answers, strict=True) if path.startswith(shape)]
        told = {(answer.status_code, answer.content, str(answer.headers)) for answer in same}
        assert told == {(404, same[0].content, str(same[0].headers))}, shape
    assert all(not answer.cookies for answer in answers)
    assert cautious(answers[0])


def test_a_cookie_of_another_creditor_or_a_forged_one_opens_nothing(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)
    stranger = build.creditor(name="Otro estudio", legal_name="Otro")
    here.get()

    foreign = Client(SERVER_NAME="127.0.0.1", cookies=None)
    foreign.cookies["account"] = here.client.cookies["account"].value
    forged = Client(SERVER_NAME="127.0.0.1")
    forged.cookies["account"] = here.client.cookies["account"].value + "x"

    assert foreign.get(f"/c/{stranger.public_id}/").status_code == 404
    assert forged.get(here.path()).status_code == 404


def test_a_link_that_is_revoked_ends_its_cookie(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)
    assert here.get().status_code == 200

    with acting(creditor_id=creditor.id):
        PortalLink.objects.update(revoked_at=TUESDAY)

    assert here.get().status_code == 404


PAGES = ["", "paid/", "scheduled/", "preferences/", "genuine/", "brand.css"]


def test_looking_at_everything_changes_nothing(creditor: Creditor, database: harness.Clone) -> None:
    here = visitor.open_account(creditor, invoices=3)
    paper = visitor.attach(creditor, "FE-1042.pdf", b"%PDF-1.7")
    before = rows_of(database)

    for path in (here.link, f"{here.link}preferences/", f"{here.link}genuine/", here.stop_link):
        assert here.client.get(path).status_code in (200, 303)
        assert here.client.head(path).status_code in (200, 303)
    for page in (*PAGES, f"document/{paper}/FE-1042.pdf"):
        assert here.get(page).status_code == 200, page
        assert here.client.head(here.path(page)).status_code == 200, page

    assert rows_of(database) == before


def rows_of(database: harness.Clone) -> dict[str, tuple[int, int]]:
    """The number of rows of each table, and a sum over everything that stands in them."""
    tables = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname"
    found = {}
    with database.connect("admin") as server:
        for (name,) in server.execute(tables).fetchall():
            query = f'SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0)::bigint FROM "{name}" t'
            found[name] = server.execute(query).fetchone()
    assert len(found) > 40
    return found


def test_the_account_costs_the_same_however_long_it_is(creditor: Creditor) -> None:
    here = visitor.open_account(creditor, invoices=10)
    few = queries(here)
    amount = Money("COP", 119_000)
    many = [
        NewInvoice(here.customer.id, f"Z-{day}", amount, (Due(book.days_late(day % 120 - 20), amount),))
        for day in range(990)
    ]
    with acting(creditor_id=creditor.id):
        invoices.open_many(creditor_id=creditor.id, invoices=many, now=TUESDAY)

    assert queries(here) == few
    assert few <= MOST_QUERIES


def queries(here: visitor.Visitor) -> int:
    """How many statements draw the account, those that open and close the transaction left out."""
    here.get()
    with CaptureQueriesContext(connection) as seen:
        answer = here.get()
    assert answer.status_code == 200
    frame = (
        "BEGIN",
        "COMMIT",
        "WITH former",
        "SELECT organisation_id FROM tenancy_creditor",
    )
    return sum(not query["sql"].strip().startswith(frame) for query in seen.captured_queries)


def test_a_usual_account_is_light(creditor: Creditor) -> None:
    here = visitor.open_account(creditor, invoices=10)

    page = here.get().content
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.decode())
    weight = len(page) + sum(len(b"".join(here.client.get(sheet))) for sheet in sheets)

    assert len(sheets) >= 4
    assert weight <= HEAVIEST, weight


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("es_CO", "Qué sigue y cuándo"),
        ("en", "What comes next, and when"),
        ("pt_BR", "O que vem a seguir, e quando"),
    ],
)
def test_the_account_speaks_the_readers_language(creditor: Creditor, locale: str, said: str) -> None:
    here = visitor.open_account(creditor)
    with acting(creditor_id=creditor.id):
        here.customer.contacts.update(locale=locale)

    answer = here.get()

    assert said in answer.content.decode()
    assert answer.headers["Content-Language"].startswith(locale[:2])
    assert "conserje" not in (answer.content.decode() + str(answer.headers)).lower()


def test_the_account_tells_what_was_and_what_comes(creditor: Creditor, world: World) -> None:
    here = visitor.open_account(creditor, world=world)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    later = TUESDAY + timedelta(hours=2)
    visitor.set_clock(creditor, later)

    page = here.get().content.decode()

    with reading(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id,
            customer_id=here.customer.id,
            now=later,
            until=later.date() + timedelta(days=120),
        )
    days = [decision.contact.on for decision in told.coming if decision.contact]
    assert len(days) >= 4
    assert [f'datetime="{day}"' in page for day in days] == [True] * len(days)
    assert "Laura Pérez" in page
    assert "La fecha de pago había pasado hacía 5 días." in page
    assert f'datetime="{TUESDAY.date()}"' in page


def test_the_link_of_a_letter_opens_its_reader_and_its_other_pages(creditor: Creditor, world: World) -> None:
    here = visitor.open_account(creditor, world=world)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    details = world.details(world.messages()[0].number)
    client = Client(SERVER_NAME="127.0.0.1")

    links = [link.rstrip(",.") for link in details["links"] if "/p/" in link or "/u/" in link]

    assert any(link.endswith("/preferences/") for link in links)
    for link in links:
        answer = client.get(link.partition("8000")[2], follow=True)
        assert answer.status_code == 200, link
    assert "Laura" in here.get().content.decode()


def test_files_are_kept_and_never_opened_in_place(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)
    pdf = visitor.attach(creditor, 'Factura "ñ"\r\nX: y.pdf', b"%PDF-1.7")
    page = visitor.attach(creditor, "factura.html", b"<script>alert(1)</script>", kind="text/html")

    kept, other = here.get(f"document/{pdf}/x.pdf"), here.get(f"document/{page}/x")

    assert kept.content == b"%PDF-1.7"
    assert kept.headers["Content-Type"] == "application/pdf"
    assert kept.headers["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in kept.headers["Content-Disposition"]
    assert other.headers["Content-Type"] == "application/octet-stream"
    assert cautious(kept)


def test_files_of_somebody_else_do_not_open(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)
    other = book.customer(creditor, "Otra S.A.S.")
    book.invoice(creditor, other, "FE-99", due_on=book.days_late(1))
    paper = visitor.attach(creditor, "FE-99.pdf", b"%PDF-1.7", number="FE-99")

    assert here.get(f"document/{paper}/FE-99.pdf").content == here.get("document/99999/x.pdf").content


def test_the_colour_is_kept_by_browsers_and_nothing_else_is(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)
    address = re.findall(r'href="([^"]+brand.css[^"]+)"', here.get().content.decode())[0]

    sheet = Client(SERVER_NAME="127.0.0.1").get(address)

    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert b"--brand:#7a3b2e" in sheet.content
    assert not sheet.cookies
