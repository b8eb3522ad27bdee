# SPDX-License-Identifier: Apache-2.0
"""An owner sees, sets and ends the creditor's own rules in the law console; nobody relaxes what is law."""

from __future__ import annotations

from datetime import date

from tests.integration import workbench_book as wb
from tests.integration.test_law_overrides import policy
from tests.integration.workbench_book import at, told

from conserje.data.outreach.models import LawOverride
from conserje.data.tenancy.models import Creditor
from conserje.services.tenancy.act import reading

OWN = "law/own/"


def placed(creditor: Creditor) -> list[LawOverride]:
    with reading(creditor_id=creditor.id):
        return list(LawOverride.objects.order_by("id"))


def test_an_owner_tightens_and_ends_with_a_reason_and_every_judgement_knows(creditor: Creditor) -> None:
    wb.in_demo(creditor)
    wb.fill(creditor, 2)
    client = wb.desk(creditor)
    assert "Ninguna: los paquetes rigen como están." in told(client.get(at(creditor, OWN)))
    form = {"kind": "channel", "channels": ["sms", "email"], "reason": "Acordado con el gremio"}
    assert client.post(at(creditor, OWN), form).status_code == 302
    (row,) = placed(creditor)
    assert (sorted(row.channels), row.placed_by[:7], row.until) == (["email", "sms"], "person:", None)
    for path in (OWN, "law/"):
        page = told(client.get(at(creditor, path)))
        assert "Acordado con el gremio" in page
        assert "Ana" in page
        assert "más estricta" in page
        assert "hasta que se termine" in page
    path = at(creditor, f"{OWN}{row.id}/end/")
    client.post(path, {"reason": " "})
    assert placed(creditor)[0].ended_at is None, "nothing ends without a reason"
    client.post(path, {"reason": "El gremio cambió de idea"})
    (row,) = placed(creditor)
    assert (row.end_reason, row.ended_by[:7]) == ("El gremio cambió de idea", "person:")
    assert "El gremio cambió de idea" in told(client.get(at(creditor, OWN)))
    assert "Acordado" not in told(client.get(at(creditor, "law/"))), "what is over does not bind"
    assert client.post(path, {"reason": "otra vez"}).status_code == 404


def test_each_form_is_read_as_it_is_written(creditor: Creditor) -> None:
    wb.in_demo(creditor)
    wb.fill(creditor, 2)
    client = wb.desk(creditor)
    forms = (
        {"kind": "day", "days": ["fri", "holiday"]},
        {"kind": "at_most", "number": "1", "per": "day", "channels": ["email"]},
        {"kind": "gap", "number": "3", "since": "2026-12-01", "until": "2026-12-31"},
        {"relaxes": policy(), "until": "2027-01-31"},
    )
    for form in forms:
        assert client.post(at(creditor, OWN), {**form, "reason": "Porque sí"}).status_code == 302, form
    day, most, gap, relaxed = placed(creditor)
    assert (sorted(day.shut), most.at_most, most.per, most.channels) == (
        ["fri", "holiday"],
        1,
        "day",
        ["email"],
    )
    assert (gap.gap_days, gap.since, gap.until) == (3, date(2026, 12, 1), date(2026, 12, 31))
    assert (relaxed.relaxes, relaxed.until) == (policy(), date(2027, 1, 31))
    page = told(client.get(at(creditor, OWN)))
    assert "Mientras tanto no rige:" in page
    assert "aún no" in page


def test_what_is_law_is_not_relaxed_and_nothing_that_was_typed_is_lost(creditor: Creditor) -> None:
    wb.in_demo(creditor)
    wb.fill(creditor, 2)
    client = wb.desk(creditor)
    for form, why in (
        ({"relaxes": "CO.W1", "until": "2026-12-31"}, "Es ley, o regla de una plataforma."),
        ({"relaxes": policy(), "until": "2028-12-31"}, "a más tardar 366 días después"),
        ({"kind": "channel"}, "Falta algo"),
        ({"kind": "at_most", "number": "0"}, "Falta algo"),
        ({"kind": "gap", "number": "2", "until": "2020-01-01"}, "no antes del primero"),
        ({"kind": "gap", "number": "2", "until": "nunca"}, "no antes del primero"),
    ):
        refused = client.post(at(creditor, OWN), {**form, "reason": "Porque lo pidió el gremio"})
        assert (refused.status_code, why in told(refused)) == (422, True), form
        assert "Porque lo pidió el gremio" in refused.content.decode()
    options = client.get(at(creditor, OWN)).content.decode()
    assert f'value="{policy()}"' in options
    assert 'value="CO.W1"' not in options
    assert placed(creditor) == []


def test_only_an_owner_sets_and_ends(creditor: Creditor) -> None:
    wb.in_demo(creditor)
    wb.fill(creditor, 2)
    owner = wb.desk(creditor)
    owner.post(at(creditor, OWN), {"kind": "channel", "channels": ["sms"], "reason": "x"})
    (row,) = placed(creditor)
    for role in ("manager", "collector", "viewer"):
        client = wb.desk(creditor, f"{role}@taller.example", role)
        page = told(client.get(at(creditor, OWN)))
        assert "Solo un dueño las pone o las termina." in page
        form = {"kind": "channel", "channels": ["email"], "reason": "x"}
        assert client.post(at(creditor, OWN), form).status_code == 403
        assert client.post(at(creditor, f"{OWN}{row.id}/end/"), {"reason": "x"}).status_code == 403
    assert [item.ended_at for item in placed(creditor)] == [None]
