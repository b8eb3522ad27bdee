# SPDX-License-Identifier: Apache-2.0
"""Single lines against the books: facts and who overrides them, balances that move, lines for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import translation
from tests import harness
from tests.integration.intake.conftest import CONTRACT, NOW, BringIn, everything, rows

from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Channel
from conserje.services.integrations import customer_facts, intake
from conserje.services.integrations.intake_answers import Answers
from conserje.services.outreach import permission
from conserje.services.tenancy.act import acting

Sheet = Callable[..., Path]
HEADERS = "Factura|Cliente|NIT|Fecha|Vence|Total|Abonos|Saldo|Retefuente"
FIRST = "FE-1|Panadería El Ejemplo|900.000.101-1|13/10/2026|12/11/2026|1.190.000,00||1.190.000,00|"
OPEN = "SELECT open_minor FROM receivables_invoice ORDER BY id"


def test_answers_become_dated_facts_and_a_column_overrides_them(
    sheet: Sheet, bring_in: BringIn, database: harness.Clone
) -> None:
    path = sheet(
        "Factura|Cliente|Correo|Fecha|Vence|Saldo|País|Tipo de cliente|Permiso|Ciudad",
        "FE-1|Panadería El Ejemplo|a@uno.example|13/10/2026|12/11/2026|1.000.000,00||||Cali",
        "FE-2|Fulana Muestra|b@dos.example|13/10/2026|12/11/2026|2.000.000,00|México|persona|no|",
    )
    outcome = bring_in(path, answers=replace(CONTRACT, kind="company", role="first_party"))
    found = rows(
        database,
        "SELECT c.name, f.name, f.value, f.source, f.stated_by FROM receivables_customerfact f"
        " JOIN receivables_customer c ON c.id = f.customer_id WHERE f.name NOT IN ('name', 'tax_id') ORDER BY 1, 2",
    )
    assert found == [
        ("Fulana Muestra", "country", "MX", "import/column", "person:1"),
        ("Fulana Muestra", "creditor_role", "first_party", "import/answer", "person:1"),
        ("Fulana Muestra", "kind", "person", "import/column", "person:1"),
        ("Panadería El Ejemplo", "city", "Cali", "import/column", "person:1"),
        ("Panadería El Ejemplo", "country", "CO", "import/answer", "person:1"),
        ("Panadería El Ejemplo", "creditor_role", "first_party", "import/answer", "person:1"),
        ("Panadería El Ejemplo", "kind", "company", "import/answer", "person:1"),
        ("Panadería El Ejemplo", "time_zone", "America/Bogota", "import/country", "person:1"),
    ]
    assert rows(database, "SELECT name, country, time_zone, kind FROM receivables_customer ORDER BY 1") == [
        ("Fulana Muestra", "MX", "", "person"),
        ("Panadería El Ejemplo", "CO", "America/Bogota", "company"),
    ]
    assert {(item.fact, item.count) for item in outcome.missing} == {
        ("time_zone", 1),
        ("payments_through", 1),
    }
    revoked = rows(database, "SELECT DISTINCT customer_id FROM outreach_permission WHERE consent = 'revoked'")
    assert len(revoked) == 1


def test_what_a_person_said_is_not_taken_back_by_a_file(
    sheet: Sheet, bring_in: BringIn, creditor: Creditor, database: harness.Clone
) -> None:
    path = sheet(HEADERS, FIRST)
    bring_in(path, answers=replace(CONTRACT, kind="company"))
    ((customer_id,),) = rows(database, "SELECT id FROM receivables_customer")
    from conserje.domain.receivables.customer import Fact, NewCustomer
    from conserje.services.receivables import customer

    with acting(creditor_id=creditor.pk):
        told = NewCustomer("900.000.101-1", "Panadería El Ejemplo", (Fact("kind", "person", "a call"),))
        customer.upsert_many(
            creditor_id=creditor.pk, customers=[told], stated_by="person:1", now=NOW + timedelta(1)
        )
        permission.revoke(
            creditor_id=creditor.pk,
            customer_id=customer_id,
            channels=[Channel.EMAIL],
            by="customer",
            how="portal",
            now=NOW + timedelta(days=1),
        )
    before = everything(database)
    bring_in(path, answers=replace(CONTRACT, kind="company"), now=NOW + timedelta(days=2))
    assert everything(database) == before
    with acting(creditor_id=creditor.pk):
        stated = customer_facts.StatedFact(customer_id, "kind", "company", customer_facts.COLUMN)
        assert not customer_facts.state_many(creditor_id=creditor.pk, facts=[stated], by="person:1", now=NOW)


def test_a_lower_balance_is_a_payment_and_a_higher_one_is_for_a_person(
    sheet: Sheet, bring_in: BringIn, database: harness.Clone
) -> None:
    bring_in(sheet(HEADERS, FIRST))
    lower = sheet(HEADERS, FIRST.replace("||1.190.000,00|", "|500.000,00|690.000,00|"), name="diciembre.csv")
    outcome = bring_in(lower, now=NOW + timedelta(days=7))
    assert (outcome.counts["invoices_paid_down"], outcome.counts["payments_new"]) == (1, 1)
    assert rows(database, OPEN) == [(69_000_000,)]
    assert rows(database, "SELECT amount_minor, source, value_on FROM receivables_payment") == [
        (50_000_000, "import", date(2026, 12, 1))
    ]
    before = everything(database)
    assert bring_in(lower, now=NOW + timedelta(days=8)).counts["invoices_unchanged"] == 1
    higher = bring_in(sheet(HEADERS, FIRST), now=NOW + timedelta(days=9))
    assert [bad.reason for bad in higher.bad_rows] == ["open_amount_grew"]
    total = bring_in(sheet(HEADERS, FIRST.replace("1.190.000,00", "1.200.000,00")))
    assert [bad.reason for bad in total.bad_rows] == ["changed_total"]
    assert everything(database) == before


def test_what_was_paid_and_withheld_before_the_first_import(
    sheet: Sheet, bring_in: BringIn, database: harness.Clone
) -> None:
    path = sheet(HEADERS, FIRST.replace("||1.190.000,00|", "|400.000,00|750.000,00|40.000,00"))
    outcome = bring_in(path)
    assert (outcome.counts["payments_new"], outcome.counts["withholdings_new"]) == (1, 1)
    assert rows(database, OPEN) == [(75_000_000,)]
    assert rows(database, "SELECT kind, amount_minor FROM receivables_withholding") == [
        ("retefuente", 4_000_000)
    ]
    assert bring_in(path).counts["invoices_unchanged"] == 1


def test_an_invoice_under_another_name_is_not_opened_twice(
    sheet: Sheet, bring_in: BringIn, database: harness.Clone
) -> None:
    bring_in(sheet(HEADERS, FIRST))
    before = everything(database)
    misspelt = FIRST.replace("Panadería El Ejemplo|900.000.101-1", "Panaderia El Ejenplo|")
    outcome = bring_in(sheet(HEADERS, misspelt))
    assert [bad.reason for bad in outcome.bad_rows] == ["number_of_other_customer"]
    assert everything(database) == before


def test_bad_lines_are_corrected_and_come_in(
    sheet: Sheet, bring_in: BringIn, creditor: Creditor, database: harness.Clone
) -> None:
    path = sheet(
        HEADERS,
        FIRST,
        "FE-2|Ferretería La Muestra|900.000.102-9|13/10/2026|31/31/2026|500.000,00||500.000,00|",
        "FE-3|Café de Mentiras|900.000.103-6|13/10/2026|12/11/2026|500.000,00||600.000,00|",
        FIRST,
    )
    outcome = bring_in(path)
    assert sorted((bad.line, bad.reason.partition("?")[0]) for bad in outcome.bad_rows) == [
        (3, "date_unreadable"),
        (4, "open_over_total"),
        (5, "duplicate"),
    ]
    assert rows(database, "SELECT line, reason FROM integrations_importtrouble ORDER BY 1") == [
        (3, "date_unreadable"),
        (4, "open_over_total"),
        (5, "duplicate"),
    ]
    plan = intake.understand(creditor_id=creditor.pk, path=path, now=NOW)
    (target,) = intake.write_corrections(path=path, plan=plan, outcome=outcome)
    text = target.read_text("utf-8-sig")
    assert intake.say(statement="open_over_total") in text
    target.write_text(
        text.replace("31/31/2026;500", "30/11/2026;500").replace("600000,00", "300000,00"),
        encoding="utf-8-sig",
    )
    again = bring_in(target)
    assert again.counts["invoices_new"] == 2
    assert again.counts["invoices_unchanged"] == 1
    assert not again.bad_rows
    assert rows(database, OPEN) == [(119_000_000,), (50_000_000,), (30_000_000,)]


def test_lines_that_are_void_or_in_dispute(sheet: Sheet, bring_in: BringIn, database: harness.Clone) -> None:
    outcome = bring_in(
        sheet(
            "Factura|Cliente|Fecha|Vence|Total|Estado",
            "FE-1|Panadería El Ejemplo|13/10/2026|12/11/2026|1.190.000,00|Anulada",
            "FE-2|Panadería El Ejemplo|13/10/2026|12/11/2026|500.000,00|En disputa",
            "FE-3|Panadería El Ejemplo|13/10/2026|12/11/2026|700.000,00|Pagada",
            "FE-4|Panadería El Ejemplo|13/10/2026|12/11/2026|800.000,00|Pendiente",
        )
    )
    assert outcome.warnings["void"] == 1
    assert rows(database, "SELECT number, open_minor FROM receivables_invoice ORDER BY number") == [
        ("FE-2", 50_000_000),
        ("FE-3", 0),
        ("FE-4", 80_000_000),
    ]
    assert rows(
        database,
        "SELECT i.number FROM arrangements_dispute d JOIN receivables_invoice i ON i.id = d.invoice_id",
    ) == [("FE-2",)]


def test_payments_are_known_through_the_day_stated(
    sheet: Sheet, bring_in: BringIn, database: harness.Clone
) -> None:
    path = sheet(HEADERS, FIRST)
    bring_in(path, answers=replace(CONTRACT, payments_through=date(2026, 11, 23)))
    outcome = bring_in(path, answers=replace(CONTRACT, payments_through=date(2026, 11, 20)))
    query = "SELECT source, recorded_through_on FROM receivables_freshness"
    assert rows(database, query) == [("import", date(2026, 11, 23))]
    assert not any(item.fact == "payments_through" for item in outcome.missing)


def test_nothing_stated_is_nothing_guessed(sheet: Sheet, bring_in: BringIn, database: harness.Clone) -> None:
    outcome = bring_in(sheet(HEADERS, FIRST.replace("Ejemplo|", "Ejemplo S.A.S.|")), answers=Answers())
    query = "SELECT country, time_zone, kind, debtor_type FROM receivables_customer"
    assert rows(database, query) == [("", "", "unknown", "unknown")]
    assert [item.fact for item in outcome.missing] == [
        "country",
        "kind",
        "email",
        "permission",
        "payments_through",
    ]
    assert [item.kind for item in outcome.suggestions] == ["company"]


@pytest.mark.parametrize("word", ["Panadería El Ejemplo|900.000.101-1", "PANADERIA EL EJEMPLO|900000101"])
def test_a_confirmed_plan_is_found_again(
    sheet: Sheet, bring_in: BringIn, creditor: Creditor, word: str
) -> None:
    bring_in(sheet(HEADERS, FIRST))
    later = sheet(HEADERS, FIRST.replace("FE-1", "FE-9").replace("Panadería El Ejemplo|900.000.101-1", word))
    plan = intake.understand(creditor_id=creditor.pk, path=later, now=NOW)
    with translation.override("es"):
        said = {intake.say(statement=column.why) for column in plan.sheets[0].columns}
    assert said == {"Guardado de una importación anterior."}
    assert bring_in(later).counts["customers_known"] == 1
