# SPDX-License-Identifier: Apache-2.0
"""An upload: kept, understood, looked at without a trace, taken in once, and gone when nobody comes back to it."""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests import harness
from tests.integration import build
from tests.integration.intake.conftest import CONTRACT, NOW, TABLES, everything, rows

from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.connector import Field
from conserje.services.integrations import upload, upload_columns, upload_work
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.upload import FilesRefused, Kept, NewFile, NoUpload
from conserje.services.integrations.upload_columns import Choice, ColumnsRefused
from conserje.services.integrations.upload_work import Asked, NotSeen
from conserje.services.outreach import strategy, sweep
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading

BY = "person:1"
ANSWERS = replace(CONTRACT, payments_through=date(2026, 11, 23))
LINES = (
    "Factura;Cliente;Correo;Fecha;Vence;Saldo",
    "FE-1;Panadería El Ejemplo S.A.S.;pagos@pan.example;13/10/2026;12/11/2026;1.234,56",
    "FE-2;Panadería El Ejemplo S.A.S.;pagos@pan.example;20/10/2026;20/11/2026;3.808.000,00",
    "FE-3;Cafetería Inventada Ltda.;caja@cafe.example;01/10/2026;31/10/2026;500.000,00",
    "FE-4;Ferretería Imaginaria S.A.S.;;01/10/2026;31/10/2026;700.000,00",
    "FE-5;Librería de Mentira;libros@mentira.example;01/10/2026;31/10/2026;mucho",
)
# What a sweep writes beside the tables of the books.
PLANNED = (
    "outreach_touch",
    "outreach_decision",
    "outreach_episode",
    "outreach_review",
    "journal_entry",
    "integrations_importrun",
    "integrations_importtrouble",
    "integrations_importplan",
)


def sheet(*lines: str, name: str = "cartera.csv") -> NewFile:
    """A file as Excel in Spanish saves it."""
    return NewFile(name, ("\r\n".join(lines or LINES) + "\r\n").encode("cp1252"))


@pytest.fixture
def desk(creditor: Creditor) -> Creditor:
    """A creditor with a strategy and a mail server: ready to write to its customers."""
    with acting(creditor_id=creditor.pk):
        strategy.adopt(creditor_id=creditor.pk, content=strategy.default(), by="system", now=NOW)
        values = {"host": "127.0.0.1", "port": 2525, "security": "none"}
        connection.set_up(
            creditor_id=creditor.pk, kind="channel", adapter="email_smtp", values=values, now=NOW
        )
    return creditor


def opened(creditor: Creditor, *files: NewFile, answers: Answers | None = ANSWERS) -> Kept:
    """An upload of `files`, answered."""
    upload_id = upload.open_(creditor_id=creditor.pk, files=files or (sheet(),), by=BY, now=NOW)
    if answers is not None:
        upload.answer(creditor_id=creditor.pk, upload_id=upload_id, answers=answers, now=NOW)
    return found(creditor, upload_id)


def found(creditor: Creditor, upload_id: int) -> Kept:
    """The upload as it stands."""
    with reading(creditor_id=creditor.pk):
        return upload.find(creditor_id=creditor.pk, upload_id=upload_id)


def done(creditor: Creditor, kept: Kept, what: str) -> Kept:
    """The upload after it was looked at ("see") or taken in ("take")."""
    asked = Asked(what, BY, kept.version)
    upload_work.ask(creditor_id=creditor.pk, upload_id=kept.id, asked=asked, queued=False, now=NOW)
    upload_work.work(creditor_id=creditor.pk, upload_id=kept.id, now=NOW)
    return found(creditor, kept.id)


def planned(database: harness.Clone) -> dict[str, int]:
    """How many rows each table of the plans holds."""
    return {table: rows(database, f"SELECT count(*) FROM {table}")[0][0] for table in PLANNED}


def test_looking_shows_everything_and_leaves_no_row(desk: Creditor, database: harness.Clone) -> None:
    kept = opened(desk)
    before = (everything(database), planned(database))
    seen = done(desk, kept, "see").seen
    assert seen is not None
    assert seen.week is not None
    assert (everything(database), planned(database)) == before
    assert seen.counts == {
        "customers_new": 3,
        "contacts_new": 2,
        "invoices_new": 4,
        "permissions_new": 3,
        "bad_rows": 1,
    }
    (bad,) = seen.files[0].bad_rows
    assert (bad.line, bad.column, bad.value, bad.reason) == (6, "Saldo", "mucho", "amount_unreadable")
    (total,) = seen.totals
    assert (total.currency, total.before, total.after, total.invoices_after) == ("COP", 0, 500923456, 4)
    batches = [batch for day in seen.week.days for batch in day.batches]
    assert sum(batch.count for batch in batches if batch.letter == "friendly") == 2
    assert seen.week.first_on == date(2026, 11, 24)
    shown = seen.week.examples[0]
    assert shown.at.utcoffset() == timedelta(hours=-5)
    assert "FE-" in shown.subject
    assert "FE-" in shown.text
    assert "<html" in shown.html.lower()
    assert Counter(quiet.code for quiet in seen.week.quiet) == {"no_address_at_all": 1}


def test_what_was_shown_is_what_then_happens(desk: Creditor, database: harness.Clone) -> None:
    kept = done(desk, opened(desk), "see")
    taken = done(desk, kept, "take")
    assert kept.seen is not None
    assert kept.seen.week is not None
    assert taken.taken is not None
    assert taken.taken.counts == kept.seen.counts
    assert taken.taken.totals == kept.seen.totals
    sweep.sweep(creditor_id=desk.pk, now=NOW)
    drafts = rows(database, "SELECT planned_on, letter FROM outreach_touch WHERE state = 'proposed'")
    first = kept.seen.week.days[0]
    assert Counter(drafts) == {(first.on, batch.letter): batch.count for batch in first.batches}
    assert (taken.taken_by, taken.wanted) == (BY, "")
    assert rows(database, "SELECT actor FROM journal_entry WHERE kind = 'integrations.import.finished'") == [
        (BY,)
    ]


def test_without_an_answer_about_permission_nothing_is_planned(desk: Creditor) -> None:
    seen = done(desk, opened(desk, answers=Answers(country="CO", stated_by=BY)), "see").seen
    assert seen is not None
    assert seen.week is not None
    assert (seen.week.first_on, seen.week.days) == (None, ())
    assert [(item.fact, item.count) for item in seen.missing if item.fact == "permission"] == [
        ("permission", 3)
    ]


def test_the_same_file_again_changes_nothing(desk: Creditor, database: harness.Clone) -> None:
    done(desk, done(desk, opened(desk), "see"), "take")
    before = everything(database)
    again = opened(desk)
    assert again.tables[0].known_at == NOW
    again = done(desk, done(desk, again, "see"), "take")
    assert everything(database) == before
    assert again.taken is not None
    assert again.taken.counts == {
        "customers_known": 3,
        "invoices_unchanged": 4,
        "bad_rows": 1,
    }


def test_a_known_customer_with_news_is_counted_as_changed(desk: Creditor) -> None:
    done(desk, done(desk, opened(desk), "see"), "take")
    news = sheet(*LINES[:3], LINES[3].replace("500.000,00", "400.000,00"))
    seen = done(desk, opened(desk, news), "see").seen
    assert seen is not None
    assert (seen.counts["customers_known"], seen.counts["customers_changed"]) == (2, 1)
    assert (seen.counts["invoices_paid_down"], seen.counts["invoices_unchanged"]) == (1, 2)


def test_a_customer_of_several_files_is_counted_once_and_who_they_are_comes_first(desk: Creditor) -> None:
    contacts = sheet(
        "Cliente;Contacto;Cargo;Correo",
        "Panadería El Ejemplo S.A.S.;Laura Pérez;Cuentas por pagar;laura@pan.example",
        "Ferretería Imaginaria S.A.S.;Marcos Díaz;Tesorería;marcos@ferreteria.example",
        name="contactos.csv",
    )
    seen = done(desk, opened(desk, sheet(), contacts), "see").seen
    assert seen is not None
    assert [file.name for file in seen.files] == ["contactos.csv", "cartera.csv"]
    counted = [seen.counts.get(key, 0) for key in ("customers_new", "customers_known", "customers_changed")]
    assert counted == [3, 0, 0]
    assert seen.week is not None
    assert {example.to for example in seen.week.examples} >= {
        "laura@pan.example",
        "marcos@ferreteria.example",
    }


def test_nobody_takes_in_what_they_did_not_see(desk: Creditor, database: harness.Clone) -> None:
    kept = done(desk, opened(desk), "see")
    upload.answer(creditor_id=desk.pk, upload_id=kept.id, answers=CONTRACT, now=NOW)
    for version in (kept.version, kept.version + 1):
        asked = Asked("take", BY, version)
        with pytest.raises(NotSeen):
            upload_work.ask(creditor_id=desk.pk, upload_id=kept.id, asked=asked, queued=False, now=NOW)
    assert found(desk, kept.id).seen is None
    assert planned(database)["integrations_importrun"] == 0


def test_taken_in_twice_is_taken_in_once(desk: Creditor, database: harness.Clone) -> None:
    kept = done(desk, done(desk, opened(desk), "see"), "take")
    upload_work.work(creditor_id=desk.pk, upload_id=kept.id, now=NOW)
    with pytest.raises(NoUpload):
        done(desk, kept, "take")
    assert planned(database)["integrations_importrun"] == 1
    sizes = rows(database, "SELECT kind, octet_length(content) FROM integrations_uploadfile ORDER BY kind")
    assert [(kind, size > 0) for kind, size in sizes] == [("corrections", True), ("table", False)]


def test_lines_that_were_refused_come_back_corrected(desk: Creditor) -> None:
    kept = done(desk, done(desk, opened(desk), "see"), "take")
    (file,) = kept.corrections
    with reading(creditor_id=desk.pk):
        name, data = upload.content(creditor_id=desk.pk, upload_id=kept.id, file_id=file.id)
    assert name == "cartera.corrections.csv"
    fixed = data.decode("utf-8-sig").replace(";mucho\r\n", ";900.000,00\r\n").encode("utf-8-sig")
    seen = done(desk, opened(desk, NewFile(name, fixed)), "see").seen
    assert seen is not None
    assert (seen.counts["invoices_new"], seen.counts.get("bad_rows")) == (1, None)


def test_a_person_says_what_columns_mean_and_it_is_kept_for_the_next_file(desk: Creditor) -> None:
    odd = ("Doc;Quien;Correo;Vence;Saldo", "FE-9;Panadería;pagos@pan.example;12/11/2026;1.000,00")
    kept = opened(desk, sheet(*odd))
    file = kept.tables[0]
    names = {1: Field.CUSTOMER_NAME, 0: Field.INVOICE_NUMBER}
    upload_columns.choose(
        creditor_id=desk.pk, kept=kept, choices={file.id: [Choice("", True, names)]}, now=NOW
    )
    kept = found(desk, kept.id)
    assert kept.tables[0].reading is not None
    columns = {column.index: column for column in kept.tables[0].reading.plan.sheets[0].columns}
    assert (columns[1].field, columns[1].why) == (Field.CUSTOMER_NAME, "chosen")
    assert columns[1].samples == ("Panadería",)
    done(desk, done(desk, kept, "see"), "take")

    later = opened(desk, sheet(odd[0], "FE-10;Panadería;pagos@pan.example;19/11/2026;2.000,00"))
    assert later.tables[0].reading is not None
    again = {column.index: column for column in later.tables[0].reading.plan.sheets[0].columns}
    assert (again[1].field, again[1].why, again[1].samples) == (
        Field.CUSTOMER_NAME,
        "saved",
        ("Panadería",),
    )


def test_one_field_in_two_columns_is_refused(desk: Creditor) -> None:
    kept = opened(desk)
    both = Choice("", True, {3: Field.DUE_ON, 4: Field.DUE_ON})
    with pytest.raises(ColumnsRefused) as refused:
        upload_columns.choose(creditor_id=desk.pk, kept=kept, choices={kept.tables[0].id: [both]}, now=NOW)
    assert [(fault.code, fault.field) for fault in refused.value.faults] == [("twice", "due_on")]
    assert found(desk, kept.id).version == kept.version


def test_papers_find_their_invoices(desk: Creditor, tmp_path: Path) -> None:
    archive = tmp_path / "papeles.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("FE-1.pdf", b"%PDF-1.4 FE-1")
        out.writestr("FE-77.pdf", b"%PDF-1.4 FE-77")
    papers = NewFile(archive.name, archive.read_bytes())
    seen = done(desk, opened(desk, sheet(), papers), "see").seen
    assert seen is not None
    assert (seen.counts["documents_attached"], seen.counts["documents_unmatched"]) == (1, 1)
    assert seen.files[0].unmatched == ("FE-77.pdf",)


def test_a_bomb_is_refused_before_anything_is_kept(desk: Creditor, tmp_path: Path) -> None:
    archive = tmp_path / "bomba.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("FE-1.pdf", b"%PDF-1.4 " + bytes(30_000_000))
    with pytest.raises(FilesRefused, match=r"bomba\.zip"):
        opened(desk, sheet(), NewFile("../../bomba.zip", archive.read_bytes()))
    with reading(creditor_id=desk.pk):
        assert upload.every(creditor_id=desk.pk) == []


def test_what_nobody_comes_back_to_goes(desk: Creditor, database: harness.Clone) -> None:
    kept = opened(desk)
    later = NOW + timedelta(days=upload.KEPT_DAYS)
    assert upload.remove_old(creditor_id=desk.pk, now=later) == 0
    assert upload.remove_old(creditor_id=desk.pk, now=later + timedelta(seconds=1)) == 1
    assert rows(database, "SELECT count(*) FROM integrations_uploadfile") == [(0,)]
    with pytest.raises(NoUpload):
        found(desk, kept.id)


def test_nobody_else_sees_it_and_it_can_be_thrown_away(desk: Creditor) -> None:
    other = build.creditor(name="Otro taller")
    kept = opened(desk)
    with pytest.raises(NoUpload):
        found(other, kept.id)
    assert not upload.discard(creditor_id=other.pk, upload_id=kept.id)
    assert upload.discard(creditor_id=desk.pk, upload_id=kept.id)
    assert not upload.discard(creditor_id=desk.pk, upload_id=kept.id)


def test_a_large_one_is_done_by_the_queue(desk: Creditor, database: harness.Clone) -> None:
    from conserje.jobs import uploads as jobs

    desk.is_demo, desk.clock_at = True, NOW
    desk.save(update_fields=["is_demo", "clock_at"])
    kept = opened(desk)
    for what in ("see", "take"):
        asked = Asked(what, BY, kept.version)
        upload_work.ask(creditor_id=desk.pk, upload_id=kept.id, asked=asked, queued=True, now=NOW)
        assert rows(
            database,
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'integrations.uploads'"
            " AND status = 'todo'",
        ) == [(1,)]
        jobs.do_wanted(creditor_id=desk.pk)
    assert found(desk, kept.id).taken is not None
    assert "receivables_invoice" in TABLES
    assert rows(database, "SELECT count(*) FROM receivables_invoice") == [(4,)]


def test_a_mistake_of_ours_writes_nothing_and_can_be_tried_again(
    desk: Creditor, database: harness.Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = done(desk, opened(desk), "see")
    with monkeypatch.context() as planted:
        planted.setattr(upload_work.mapping, "save", lambda **_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            done(desk, kept, "take")
    failed = found(desk, kept.id)
    assert (failed.wanted, failed.trouble, failed.taken) == ("", "failed", None)
    assert planned(database)["integrations_importrun"] == 0
    assert done(desk, failed, "take").taken is not None


def test_what_a_lost_page_left_the_queue_does(desk: Creditor, database: harness.Clone) -> None:
    kept = opened(desk)
    asked = Asked("see", BY, kept.version)
    upload_work.ask(creditor_id=desk.pk, upload_id=kept.id, asked=asked, queued=False, now=NOW)
    waits = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'integrations.uploads' AND scheduled_at > now()"
    assert rows(database, waits) == [(1,)]
    assert upload_work.waiting(creditor_id=desk.pk) == [kept.id]
