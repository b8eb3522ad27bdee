# SPDX-License-Identifier: Apache-2.0
"""Missing permissions are stated for many at once, with their evidence; who said no is left alone."""

from __future__ import annotations

from tests.integration import build
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Permission, Review
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.services.insights import unpermitted
from conserje.services.tenancy.act import acting, reading

GIVEN = {"basis": "contract", "source": "Contrato marco, cláusula 7", "channel": ["email", "whatsapp"]}


def book(creditor: Creditor) -> tuple[int, int, int]:
    """Three customers who owe: one may be written to, one took it back, of one nothing is known."""
    known, gone, silent = wb.fill(creditor, 3, allowed=2)
    with acting(creditor_id=creditor.id):
        Permission.objects.create(
            creditor=creditor,
            customer_id=gone,
            channel="email",
            consent="revoked",
            basis="customer",
            source="portal",
            stated_by="customer",
            stated_at=TUESDAY,
        )
    return known, gone, silent


def test_only_those_of_whom_nothing_is_known_are_listed_and_granted(creditor: Creditor) -> None:
    _, gone, silent = book(creditor)
    client = wb.desk(creditor)
    page = client.get(wb.at(creditor, "permission/")).content.decode()
    assert f'value="{silent}"' in page
    assert f'value="{gone}"' not in page
    assert "1 cliente retiró la autorización" in page
    assert "¿Nos autoriza a escribirle sobre sus facturas?" in page
    answer = client.post(wb.at(creditor, "permission/"), {**GIVEN, "customer": [silent, gone]}, follow=True)
    assert "quedó guardada" in answer.content.decode()
    with reading(creditor_id=creditor.id):
        said = Permission.objects.filter(customer_id=silent).order_by("channel")
        assert [(row.channel, row.consent, row.basis, row.source) for row in said] == [
            (channel, "granted", "contract", "Contrato marco, cláusula 7")
            for channel in ("email", "whatsapp")
        ]
        assert Permission.objects.filter(customer_id=gone).latest("stated_at", "id").consent == "revoked"
        assert Entry.objects.filter(kind="outreach.permission.stated", customer_id=silent).count() == 1
        assert Review.objects.get(customer_id=silent).reason == "permission.stated"
        assert unpermitted.listed(creditor_id=creditor.id).total == 0


def test_all_means_also_those_not_shown_and_strangers_are_passed_over(
    creditor: Creditor,
) -> None:
    _, _, silent = book(creditor)
    other = build.creditor(name="Otro Taller")
    theirs = wb.fill(other, 1)[0]
    client = wb.desk(creditor)
    client.post(wb.at(creditor, "permission/"), {**GIVEN, "who": "all", "customer": [theirs]})
    with reading(creditor_id=creditor.id):
        assert Permission.objects.filter(customer_id=silent, consent="granted").count() == 2
    client.post(wb.at(creditor, "permission/"), {**GIVEN, "customer": [theirs]})
    with reading(creditor_id=other.id):
        assert set(Permission.objects.filter(customer_id=theirs).values_list("channel", flat=True)) == {
            "email"
        }


def test_an_answer_that_lacks_something_loses_nothing(creditor: Creditor) -> None:
    _, _, silent = book(creditor)
    client = wb.desk(creditor)
    answer = client.post(
        wb.at(creditor, "permission/"), {"customer": [silent], "channel": ["sms"], "source": "Orden 7"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Elija cómo le dieron sus direcciones." in page
    assert 'value="Orden 7"' in page
    assert f'value="{silent}" checked' in page
    with reading(creditor_id=creditor.id):
        assert not Permission.objects.filter(customer_id=silent).exists()
        assert Customer.objects.filter(id=silent).exists()
