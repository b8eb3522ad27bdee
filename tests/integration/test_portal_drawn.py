# SPDX-License-Identifier: Apache-2.0
"""What makes the account quick must not make it wrong: plans and parts that are kept, lists without a template."""

from __future__ import annotations

from datetime import date
from html import escape
from types import SimpleNamespace

from django.db import connection
from django.template import Context, engines
from django.test.utils import CaptureQueriesContext
from tests.integration import build, visitor
from tests.integration.book import TUESDAY

from conserje.data.tenancy import planned
from conserje.domain.kit.money import Money
from conserje.portal.pages import AmountLine, CurrencyGroup, Document, NextStep, OpenInvoice
from conserje.portal.templatetags import portal, slips
from conserje.services.tenancy.act import acting, reading

# PostgreSQL plans a prepared statement anew for its values so many times, then sees whether one plan does for all.
PLANNED_ANEW = 5
HOSTILE = """<script>"&'"""


def test_what_every_account_asks_is_planned_once_a_connection(database: object) -> None:
    here = visitor.open_account(build.creditor(), invoices=10)
    here.get()
    before = plans()
    for _ in range(PLANNED_ANEW + 3):
        assert here.get().status_code == 200

    after = plans()
    asked = [sql for sql, (once, _anew) in after.items() if once > before.get(sql, (0, 0))[0]]
    assert len(asked) >= 12
    assert len(after) == len(before), "a statement that differs from visit to visit is planned at each"


def plans() -> dict[str, tuple[int, int]]:
    """How often each statement of this connection ran by the one plan, and by one made for its values."""
    found = planned.anew(
        "SELECT statement || parameter_types::text, generic_plans, custom_plans FROM pg_prepared_statements",
        [],
    )
    return {sql: (once, anew) for sql, once, anew in found}


def test_numbers_of_every_size_have_one_plan(database: object) -> None:
    creditor = build.creditor()
    sql = "SELECT id FROM receivables_customer WHERE creditor_id = %s AND id = %s"
    with reading(creditor_id=creditor.id):
        for number in (1, 70_000, 5_000_000_000):
            assert planned.rows(sql, [creditor.id, number]) == []
        assert sum("receivables_customer WHERE creditor_id = $1" in text for text in plans()) == 1


def test_a_transaction_that_writes_prepares_nothing(database: object) -> None:
    creditor = build.creditor()
    before = plans()
    with acting(creditor_id=creditor.id):
        assert planned.rows("SELECT %s::int", [7]) == [(7,)]
        assert plans() == before


def test_whoever_listens_is_told_the_statement_with_its_values(database: object) -> None:
    with CaptureQueriesContext(connection) as heard:
        assert planned.rows("SELECT %s::int", [7]) == [(7,)]
    assert [query["sql"] for query in heard.captured_queries] == ["SELECT 7::int"]


def test_a_kept_part_is_handed_nothing_of_a_customer() -> None:
    part = (
        engines["django"]
        .from_string(
            "{% load portal %}{% kept brand %}{{ page.brand.name }}:{{ page.customer }}{{ secret }}{% endkept %}"
        )
        .template
    )
    for who in ("Ana", "Beto"):
        page = SimpleNamespace(brand=SimpleBrand("Taller"), customer=who)
        assert part.render(Context({"page": page, "secret": who})) == "Taller:"
    other = SimpleNamespace(brand=SimpleBrand("Otro"), customer="Ana")
    assert part.render(Context({"page": other})) == "Otro:"


class SimpleBrand(str):
    """A value that has a name."""

    @property
    def name(self) -> str:
        return str(self)


def test_every_value_of_a_list_is_escaped() -> None:
    invoice = OpenInvoice(
        id=HOSTILE,
        number=HOSTILE,
        open=Money("COP", 100),
        due_on=date(2026, 11, 1),
        issued_on=date(2026, 10, 1),
        lines=(AmountLine(HOSTILE, Money("COP", 100)), AmountLine("net", Money("COP", 1), HOSTILE)),
        subject=HOSTILE,
        purchase_order=HOSTILE,
        documents=(Document(HOSTILE, HOSTILE, HOSTILE),),
        progress=HOSTILE,
        progress_url=HOSTILE,
        pay_label=HOSTILE,
    )
    drawn = [str(slips.slips(group(invoice, count), TUESDAY.date())) for count in (1, 2, 4)]
    step = NextStep(TUESDAY.date(), HOSTILE, channel=HOSTILE, recipients=(HOSTILE,), note=HOSTILE)
    drawn.append(str(portal.steps([step], TUESDAY.date())))
    for text in drawn:
        assert HOSTILE not in text
        assert text.count(escape(HOSTILE)) >= 4


def group(invoice: OpenInvoice, count: int) -> CurrencyGroup:
    """A group that says it has `count` invoices and shows one."""
    nothing = Money("COP", 0)
    return CurrencyGroup("COP", nothing, nothing, nothing, (invoice,), count=count, can_pay=True)
