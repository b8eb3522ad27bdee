# SPDX-License-Identifier: Apache-2.0
"""Canaries in names, addresses, links, codes and keys: no log sings of them, whatever is done.

Also where something breaks: an error of the database repeats the row that it refused.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests import harness
from tests.integration import build, restoring, visitor
from tests.integration.book import TUESDAY

from conserje.config.logs import JobsThatEnded, JsonLines
from conserje.services.tenancy.queue import enqueue
from conserje.testing.world import start

pytestmark = pytest.mark.slow

CODE = "482913"
CANARIES = {
    "name": "Canario Secreto",
    "e-mail": "canario.secreto@jaula.example",
    "telephone": "3007654321",
    "tax id": "901765432",
    "amount": "7654321",
    "code": CODE,
    "key": "clave-de-canario-9f8e7d",
}
_REFUSES_ROWS = """
CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'refused: %', row_to_json(NEW) USING DETAIL = row_to_json(NEW)::text; END $$"""


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """What this process logs, through the settings' own formatter and filter, at their levels."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in ("", "django", "procrastinate")]
    handler.addFilter(
        lambda record: record.name.split(".")[0] != "procrastinate" or JobsThatEnded().filter(record)
    )
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield heard
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def silent(text: str, **more: str) -> None:
    found = {what: canary for what, canary in (CANARIES | more).items() if canary.lower() in text.lower()}
    assert found == {}, text[:4000]


def every_line_is_an_object(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def refuse_rows_of(database: harness.Clone, table: str) -> None:
    with database.connect("admin") as admin:
        admin.execute(
            f"CREATE TRIGGER refuse_row BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_row()"
        )


def test_logs_job_arguments_and_figures_hold_no_canary(database: harness.Clone, tmp_path: Path) -> None:
    creditor = build.creditor(is_demo=True, clock_at=TUESDAY)
    with database.connect("admin") as admin:
        admin.execute(_REFUSES_ROWS)
    with start() as world:
        reader = visitor.open_account(creditor, world=world)
        sheet = tmp_path / "cartera.csv"
        sheet.write_text(
            "Cliente;NIT;Correo;Teléfono;Factura;Vence;Saldo\n"
            f"{CANARIES['name']} S.A.S.;{CANARIES['tax id']};{CANARIES['e-mail']};{CANARIES['telephone']};"
            f"FE-77;2026-11-10;{CANARIES['amount']}\n"
            f"{CANARIES['name']} dos;no es un nit;{CANARIES['e-mail']};{CANARIES['telephone']};FE-78;nunca;1e3\n",
            encoding="utf-8",
        )
        options = ("--yes", "--creditor", creditor.public_id, "--country", "CO", "--permission", "contract")
        brought = restoring.conserje(database, "import", str(sheet), *options, "--json")
        assert brought.returncode == 0, brought.stderr
        silent(brought.stderr)

        said = worked(database, creditor.id)
        assert {row["outcome"] for row in said if row.get("kind") == "outreach.turn"} == {"job_success"}
        assert len(world.messages(to=CANARIES["e-mail"])) == 1, "the letter itself has every name"
        text = f"no {CANARIES['e-mail']}"
        world.fault("reject", target=CANARIES["e-mail"], phase="rcpt", code=550, text=text, times=-1)
        creditor.clock_at = TUESDAY + timedelta(days=9)
        creditor.save(update_fields=["clock_at"])
        worked(database, creditor.id)
        refuse_rows_of(database, "outreach_message")
        refuse_rows_of(database, "outreach_decision")
        creditor.clock_at = TUESDAY + timedelta(days=20)
        creditor.save(update_fields=["clock_at"])
        said = worked(database, creditor.id)
        assert {row["outcome"] for row in said if row.get("kind") == "outreach.turn"} == {"job_error_retry"}

        with listening() as heard:
            pages(reader, database)
        lines = every_line_is_an_object(heard.getvalue())
        assert [line for line in lines if line.get("status") == 500], "the failing page was logged"
        assert {"request", "route", "method", "status", "creditor", "ms"} <= set(lines[0])
        silent(heard.getvalue(), token=reader.token, secret=str(settings.SECRET_KEY), api_key=world.api_key)
        with database.connect("backup") as reading:
            jobs = str(reading.execute("SELECT array_agg(args) FROM procrastinate_jobs").fetchone())
            journal = str(reading.execute("SELECT array_agg(payload) FROM journal_entry").fetchone())
        silent(jobs, token=reader.token)
        silent(journal.replace(CANARIES["amount"], ""), token=reader.token)
        silent(Client().get("/metrics", HTTP_HOST="127.0.0.1").content.decode())


def worked(database: harness.Clone, creditor_id: int) -> list[dict[str, object]]:
    """A turn through the queue, by a worker process with its own settings; what it logged."""
    enqueue(job="outreach.turn", once=f"turn:{creditor_id}", creditor_id=creditor_id)
    done = restoring.conserje(database, "worker", "--once")
    assert done.returncode == 0, done.stderr[-3000:]
    silent(done.stderr + done.stdout)
    return every_line_is_an_object(done.stderr)


def pages(reader: visitor.Visitor, database: harness.Clone) -> None:
    """Good and bad visits of the portal, and what nobody trusts at the hooks' entrance."""
    client = reader.client
    client.raise_request_exception = False
    client.get(f"/p/{reader.creditor.public_id}/{CANARIES['key']}/")
    reader.get()
    reader.post("scheduled/", promised_on=CANARIES["e-mail"], code=CODE)
    client.get(f"/nowhere/{CANARIES['e-mail']}?to={CANARIES['telephone']}")
    client.get(f"/c/{CANARIES['key']}/")
    client.post(
        f"/hooks/{reader.creditor.public_id}/demo/",
        data=json.dumps({"payer": CANARIES["e-mail"], "code": CODE}),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {CANARIES['key']}",
    )
    refuse_rows_of(database, "outreach_permission")
    refuse_rows_of(database, "outreach_suppression")
    client.post(reader.stop_link, {"List-Unsubscribe": "One-Click"})
