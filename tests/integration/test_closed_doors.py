# SPDX-License-Identifier: Apache-2.0
"""What no table, role, address or job may do, asked of all there are: lists come from the catalogue and the code."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app
from psycopg import errors, sql
from tests import harness
from tests.integration import build, foreign_rows
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje import jobs
from conserje.data.integrations.models import ImportRun, Upload
from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.duties import DataRight
from conserje.domain.rules.facts import ContactOutcome
from conserje.services.outreach import elsewhere, sweep
from conserje.services.receivables import data_request
from conserje.services.tenancy.act import acting

NO_SUCH_ROW = 987_654_321

_FLOATS = """
SELECT table_name || '.' || column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND data_type IN ('real', 'double precision', 'money')
"""
_AMOUNTS = """
SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name LIKE '%\\_minor' AND data_type <> 'bigint'
"""
_ONLY_ADDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_table' ORDER BY 1"


def column(link: psycopg.Connection[Any], query: str) -> list[str]:
    return [row[0] for row in link.execute(query).fetchall()]


def test_no_column_is_a_float_and_amounts_are_bigint(untouched: harness.Clone) -> None:
    with untouched.connect("owner") as owner:
        owner.execute("BEGIN")
        assert column(owner, _FLOATS) == []
        assert column(owner, _AMOUNTS) == []
        owner.execute("CREATE TABLE planted (rate real, price_minor numeric)")
        assert column(owner, _FLOATS) == ["planted.rate"]
        assert column(owner, _AMOUNTS) == ["planted.price_minor numeric"]
        owner.execute("ROLLBACK")


def test_what_is_only_added_can_be_neither_changed_nor_emptied(untouched: harness.Clone) -> None:
    """By privilege for the role that works, by triggers for the tables' owner; replica mode is refused to both."""
    with untouched.connect("owner") as owner:
        tables = column(owner, _ONLY_ADDED)
    assert {"journal_entry", "receivables_ledgerentry", "receivables_allocation"} <= set(tables)
    for table in tables:
        name = sql.Identifier(table)
        for verb in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            statement = sql.SQL(verb).format(name)
            with untouched.connect("app") as link, pytest.raises(errors.InsufficientPrivilege):
                link.execute(statement)
        with untouched.connect("owner") as link, pytest.raises(errors.RestrictViolation):
            link.execute(sql.SQL("TRUNCATE {} CASCADE").format(name))
    for part in ("app", "owner"):
        with untouched.connect(part) as link, pytest.raises(errors.InsufficientPrivilege):
            link.execute("SET session_replication_role = replica")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_starts_with_a_powerful_role(database: harness.Clone, command: str) -> None:
    """The owner's address instead of the app's is the usual mistake."""
    environment = database.environment() | {"DATABASE_URL": harness.address("owner", database.name)}
    started = subprocess.run(
        [sys.executable, "-m", "conserje.cli", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert started.returncode == 1
    assert "conserje_owner may make tables, owns tables, may empty tables" in started.stderr


def test_a_job_without_a_creditor_or_with_one_that_is_not_there_does_nothing(creditor: Creditor) -> None:
    for module in pkgutil.iter_modules(jobs.__path__, "conserje.jobs."):
        importlib.import_module(module.name)
    functions: list[Any] = [task.func for name, task in app.tasks.items() if not name.startswith("builtin")]
    of_creditors = [one for one in functions if "creditor_id" in one.__code__.co_varnames]
    assert len(of_creditors) >= 2
    for function in of_creditors:
        with pytest.raises(TypeError):
            function()
        with pytest.raises(LookupError):
            function(creditor_id=NO_SUCH_ROW)


def patterns(found: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    """Every address of the site as its pattern is written."""
    listed = []
    for item in found:
        here = before + str(item.pattern)
        listed += patterns(item.url_patterns, here) if isinstance(item, URLResolver) else [here]
    return listed


def test_a_foreign_row_and_none_at_all_look_alike_at_every_address(creditor: Creditor) -> None:
    """Every address of the desk that takes a row's id, asked for another creditor's row and for one that never was."""
    wb.in_mode(creditor, "draft")
    wb.fill(creditor, 2)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    own = wb.in_mode(build.creditor(name="Otro estudio", organisation=creditor.organisation), "draft")
    with acting(creditor_id=creditor.id):
        rows = {"customer": Customer.objects.latest("id").id, "touch": Touch.objects.latest("id").id}
        run = {"creditor_id": creditor.id, "file_name": "facturas.csv", "sha256": "0", "started_at": TUESDAY}
        rows["run"] = ImportRun.objects.create(**run).pk
        kept = {"opened_by": "person:1", "opened_at": TUESDAY, "changed_at": TUESDAY}
        rows["upload"] = Upload.objects.create(creditor_id=creditor.id, **kept).pk
    rows["draft_id"] = rows["touch"]
    theirs: Any = {"creditor_id": creditor.id, "customer_id": rows["customer"], "now": TUESDAY}
    wish = data_request.Asked(DataRight.ACCESS, "workbench", "person:1", "")
    rows["request_id"] = data_request.ask(asked=wish, **theirs)
    call = elsewhere.Contacted(Channel.CALL, TUESDAY, ContactOutcome.ANSWERED)
    rows["contact"] = elsewhere.log(contact=call, by="person:1", **theirs)
    rows |= foreign_rows.of(creditor, rows["customer"])
    client = wb.desk(own)
    asked = [one for one in patterns(get_resolver().url_patterns) if one.startswith("w/") and "<int:" in one]
    assert len(asked) >= 6
    for one in asked:
        name, *others = [part.split(">")[0] for part in one.split("<int:")[1:]]
        address = "/" + one.replace("<str:creditor>", own.public_id).replace("<str:form>", "json")
        for other in others:
            address = address.replace(f"<int:{other}>", "1")
        for method in (client.get, client.post):
            foreign = method(address.replace(f"<int:{name}>", str(rows[name])))
            nobody = method(address.replace(f"<int:{name}>", str(NO_SUCH_ROW)))
            theirs_at, nobody_at = (
                answer.headers.get("Location", "").replace(f"/{number}/", "/")
                for answer, number in ((foreign, rows[name]), (nobody, NO_SUCH_ROW))
            )
            assert (foreign.status_code, theirs_at) == (nobody.status_code, nobody_at), address
            assert foreign.content.replace(f"/{rows[name]}/".encode(), b"") == nobody.content.replace(
                f"/{NO_SUCH_ROW}/".encode(), b""
            ), address
    with acting(creditor_id=creditor.id):
        assert set(Touch.objects.values_list("state", flat=True)) == {"proposed"}
