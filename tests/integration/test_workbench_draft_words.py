# SPDX-License-Identifier: Apache-2.0
"""A draft in a person's own words: kept and sent only when nobody is told what may not be said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.integration import book
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import DraftEdit, Message, Touch
from conserje.data.receivables.models import Invoice
from conserje.data.tenancy.models import Creditor
from conserje.services.integrations.turn import turn
from conserje.services.outreach import content, draft, draft_edit, sweep
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World

WHY = "¿Por qué no ha pagado la factura?"


@pytest.fixture
def ready(creditor: Creditor, world: World) -> Creditor:
    """A demo book of two customers, a draft waiting for each."""
    wb.in_mode(creditor, "draft", port=world.smtp_port)
    wb.fill(creditor, 2)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    return creditor


def first(creditor: Creditor) -> int:
    with acting(creditor_id=creditor.id):
        return Touch.objects.order_by("planned_at", "id").values_list("id", flat=True)[0]


def words(creditor: Creditor) -> draft_edit.Words:
    touch_id = first(creditor)
    with reading(creditor_id=creditor.id):
        return draft_edit.opened(creditor_id=creditor.id, touch_id=touch_id, now=TUESDAY).words


def form(creditor: Creditor, extra: str = "", **more: str) -> dict[str, str]:
    """What the page would post, with `extra` as a paragraph of its own."""
    own = words(creditor)
    body = own.body.replace("::: pay", f"{extra}\n\n::: pay") if extra else own.body
    return {"subject": own.subject, "body": body, **more}


def page(creditor: Creditor) -> str:
    return wb.at(creditor, f"drafts/{first(creditor)}/words/")


def kinds(creditor: Creditor) -> list[str]:
    with acting(creditor_id=creditor.id):
        found = Entry.objects.filter(kind__startswith="outreach.draft.").order_by("id")
        return list(found.values_list("kind", flat=True))


def kept(creditor: Creditor) -> int:
    with acting(creditor_id=creditor.id):
        return DraftEdit.objects.count()


def test_what_is_forbidden_is_marked_and_neither_kept_nor_approved(ready: Creditor, world: World) -> None:
    client = wb.desk(ready)
    for do in ("save", "approve"):
        answer = client.post(page(ready), form(ready, WHY, do=do))
        told = wb.told(answer)
        assert answer.status_code == 422
        assert "<mark" in answer.content.decode()
        for said in ("Por qué no ha pagado", "CO.X1", "CO-2", "Pregunta por qué no se pagó"):
            assert said in told, said
        assert "Diga: “¿Qué fecha o qué forma de pago le sirve más?”" in told
    turn(creditor_id=ready.id, clock=book.at(TUESDAY))
    assert (kept(ready), kinds(ready), wb.states(ready), world.messages()) == (0, [], ["proposed"] * 2, [])


def test_one_tap_sets_the_alternative_in(ready: Creditor) -> None:
    client = wb.desk(ready)
    marked = client.post(page(ready), form(ready, WHY, do="look")).content.decode()
    (which,) = re.findall(r'name="put" value="([^"]+)"', marked)
    better = client.post(page(ready), form(ready, WHY, put=which)).content.decode()
    assert "¿Qué fecha o qué forma de pago le sirve más?" in better
    assert WHY not in better
    assert 'name="put"' not in better
    assert kept(ready) == 0


def test_own_words_leave_as_they_were_approved_with_the_parts_of_the_hour(
    ready: Creditor, world: World
) -> None:
    client = wb.desk(ready)
    mine = "Fue un gusto verla el jueves; aquí va lo que conversamos."
    seen = client.post(wb.at(ready, f"drafts/{first(ready)}/words/preview/"), form(ready, mine))
    assert mine in seen.content.decode()
    assert "sandbox" in seen.headers["Content-Security-Policy"]
    answer = client.post(page(ready), form(ready, mine, do="approve"), follow=True)
    assert "1 mensaje aprobado" in wb.told(answer)
    turn(creditor_id=ready.id, clock=book.at(TUESDAY))

    (letter,) = world.messages()
    with acting(creditor_id=ready.id):
        said = Message.objects.get()
    assert mine in said.text
    assert mine in said.html
    for part in (
        "intereses y gastos 0",
        "Ver el detalle",
        "Qué sigue:",
        "Superintendencia de Industria y Comercio",
    ):
        assert part in said.text, part
    assert letter.subject == said.subject
    assert kinds(ready) == ["outreach.draft.edited", "outreach.draft.approved"]
    with acting(creditor_id=ready.id):
        (entry,) = Entry.objects.filter(kind="outreach.draft.edited")
    assert mine not in str(entry.payload)
    assert entry.actor == f"person:{client.session['_auth_user_id']}"


def test_only_taste_stands_with_a_reason_that_is_journalled(ready: Creditor) -> None:
    client = wb.desk(ready)
    taste = "El área de cobranzas de ustedes nos pidió este formato."
    without = client.post(page(ready), form(ready, taste, do="save"))
    assert without.status_code == 422
    assert "Dejarlo así, porque" in wb.told(without)
    assert kept(ready) == 0
    reasoned = client.post(page(ready), form(ready, taste, do="save", reason="Así se llama esa área."))
    assert reasoned.status_code == 302
    with acting(creditor_id=ready.id):
        edit = DraftEdit.objects.get()
        (entry,) = Entry.objects.filter(kind="outreach.draft.edited")
    assert edit.let_stand == [{"rule": "HOUSE.forbidden_word", "words": "cobranzas"}]
    assert edit.reason == "Así se llama esa área."
    assert entry.payload["let_stand"] == ["HOUSE.forbidden_word"]
    both = client.post(page(ready), form(ready, f"{taste} {WHY}", do="save", reason="Porque sí."))
    assert both.status_code == 422


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("::: balance", ""), "::: balance"),
        (("::: signature", ""), "::: signature"),
        (("::: pay", "::: footer\n\n::: pay"), "::: footer"),
        (("::: pay", "{{ creditor.name }}\n\n::: pay"), "llaves"),
        (("::: pay", "[aquí](https://otro.example)\n\n::: pay"), "https://otro.example"),
    ],
)
def test_a_text_that_is_built_wrong_is_not_kept(ready: Creditor, change: tuple[str, str], says: str) -> None:
    posted = form(ready, do="save")
    posted["body"] = posted["body"].replace(*change)
    answer = wb.desk(ready).post(page(ready), posted)
    assert answer.status_code == 422
    assert says in wb.told(answer)
    assert kept(ready) == 0


def test_a_subject_that_a_locked_screen_would_tell_is_not_kept(ready: Creditor) -> None:
    answer = wb.desk(ready).post(page(ready), form(ready, do="save") | {"subject": "Factura vencida"})
    assert answer.status_code == 422
    assert "Cualquiera que vea la pantalla podría leerlo" in wb.told(answer)


def test_a_hostile_name_never_becomes_markup_of_an_opened_letter(ready: Creditor) -> None:
    with acting(creditor_id=ready.id):
        Invoice.objects.update(subject="[Aquí](https://malo.example) {{ links.portal }} **hoy**")
    own = words(ready)
    assert "](https" not in own.body
    assert "{{" not in own.body
    assert wb.desk(ready).post(page(ready), form(ready, do="save")).status_code == 302


def test_what_a_project_is_called_stands_against_nobody(ready: Creditor) -> None:
    with acting(creditor_id=ready.id):
        Invoice.objects.update(subject="Manual de cobranza y embargo de bienes, para un despacho de abogados")
    client = wb.desk(ready)
    assert client.post(page(ready), form(ready, do="save")).status_code == 302
    assert client.post(page(ready), form(ready, "Hablemos de cobranza.", do="save")).status_code == 422


def test_words_are_looked_at_while_they_are_written_and_nothing_is_kept(ready: Creditor) -> None:
    client = wb.desk(ready)
    opened = client.get(page(ready)).content.decode()
    assert f'hx-post="{page(ready)}look/"' in opened
    assert "htmx-2.min.js" in opened
    live = client.post(f"{page(ready)}look/", form(ready, WHY))
    fragment = live.content.decode()
    assert fragment.startswith("<section")
    assert "<mark" in fragment
    assert 'value="approve" disabled' in fragment
    calm = client.post(f"{page(ready)}look/", form(ready)).content.decode()
    assert "disabled" not in calm
    assert "Nada se opone" in calm
    assert kept(ready) == 0
    other = wb.desk(ready, "mira@taller.example", "viewer")
    assert other.post(f"{page(ready)}look/", form(ready)).status_code == 403
    assert other.post(page(ready), form(ready, do="save")).status_code == 403


def test_the_words_of_the_template_come_back(ready: Creditor) -> None:
    client = wb.desk(ready)
    client.post(page(ready), form(ready, "Gracias por la reunión.", do="save"))
    draft_page = wb.at(ready, f"drafts/{first(ready)}/")
    assert "Estas palabras las escribió una persona." in wb.told(client.get(draft_page))
    client.post(f"{page(ready)}removal/")
    assert "Estas palabras" not in wb.told(client.get(draft_page))
    assert kept(ready) == 0
    assert kinds(ready) == ["outreach.draft.edited", "outreach.draft.words_taken_back"]


def _smuggled(creditor: Creditor, extra: str) -> None:
    """Own words in the table that never passed the look: what a faulty door would leave there."""
    posted = form(creditor, extra)
    with acting(creditor_id=creditor.id):
        touch = Touch.objects.order_by("planned_at", "id")[0]
        DraftEdit.objects.create(
            creditor=creditor,
            touch=touch,
            subject=posted["subject"],
            body=posted["body"],
            asked=[item["invoice_id"] for item in touch.asked],
            planned_on=touch.planned_on,
            written_by="person:1",
            written_at=TUESDAY,
        )


def test_smuggled_words_are_neither_approved_nor_sent_and_the_rule_is_told(
    ready: Creditor, world: World
) -> None:
    _smuggled(ready, WHY)
    touch_id = first(ready)
    client = wb.desk(ready)
    assert draft.approve(creditor_id=ready.id, touch_ids=[touch_id], by="person:1", now=TUESDAY) == []
    shown = wb.told(client.get(wb.at(ready, f"drafts/{touch_id}/")))
    assert "CO.X1" in shown
    assert "Aprobar" not in shown.split("Cambiar las palabras")[1][:40]
    with acting(creditor_id=ready.id):
        Touch.objects.filter(id=touch_id).update(state="planned", approved_by="person:1")
    turn(creditor_id=ready.id, clock=book.at(TUESDAY))
    assert world.messages() == []
    with acting(creditor_id=ready.id):
        entry = Entry.objects.get(kind="outreach.touch.failed")
    assert entry.payload["rules"] == ["CO.X1"]


def test_words_about_something_else_or_too_long_ago_do_not_leave(ready: Creditor, world: World) -> None:
    client = wb.desk(ready)
    client.post(page(ready), form(ready, "Gracias por la reunión.", do="approve"))
    touch_id = first(ready)
    with acting(creditor_id=ready.id):
        owed_by = Touch.objects.get(id=touch_id).customer
    book.invoice(ready, owed_by, "FE-NUEVA", due_on=book.days_late(9))
    turn(creditor_id=ready.id, clock=book.at(TUESDAY + timedelta(minutes=5)))
    assert [letter for letter in world.messages() if owed_by.name in str(letter)] == []
    with acting(creditor_id=ready.id):
        gone = Touch.objects.get(id=touch_id)
    assert (gone.state, gone.reason) == ("suppressed", "words_outdated")


def test_the_law_of_the_reader_names_its_rule_and_its_source(ready: Creditor) -> None:
    touch_id, asking = first(ready), draft_edit.Words("Asunto", words(ready).body + WHY)
    with reading(creditor_id=ready.id):
        looked = draft_edit.look(creditor_id=ready.id, touch_id=touch_id, words=asking, now=TUESDAY)
    ((part, found),) = looked.found
    assert (part, found.finding.rule, found.basis, found.source) == ("body", "CO.X1", "law", "CO-2")
    assert isinstance(found, content.Found)
    assert looked.blocked
