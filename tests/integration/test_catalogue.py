# SPDX-License-Identifier: Apache-2.0
"""The walls between creditors, read from the database's catalogue; and that each check finds a planted hole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import errors
from tests import harness
from tests.integration import build, catalogue

from conserje.data.tenancy import privileges

SECURE = (
    "ALTER TABLE planted ENABLE ROW LEVEL SECURITY; ALTER TABLE planted FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY tenant ON planted USING"
    " (creditor_id = NULLIF(current_setting('conserje.creditor_id', true), '')::bigint) WITH CHECK"
    " (creditor_id = NULLIF(current_setting('conserje.creditor_id', true), '')::bigint);"
    "GRANT SELECT ON planted TO conserje_app, conserje_backup;"
)
TABLE = "CREATE TABLE planted (id bigint PRIMARY KEY, creditor_id bigint NOT NULL, entry_id bigint);"

Check = Callable[[psycopg.Connection[Any]], list[str]]
CHECKS: list[Check] = [
    catalogue.unsecured,
    catalogue.missing_open,
    catalogue.loose_keys,
    catalogue.loose_uniques,
    catalogue.leaks,
    catalogue.loose_grants,
    catalogue.unreadable,
]
HOLES: list[tuple[Check, str, str]] = [
    (catalogue.unsecured, TABLE, "not enabled and forced"),
    (catalogue.unsecured, "CREATE TABLE planted (id bigint);", "not enabled and forced"),
    (
        catalogue.unsecured,
        TABLE + SECURE + "ALTER TABLE planted NO FORCE ROW LEVEL SECURITY;",
        "not enabled and forced",
    ),
    (catalogue.unsecured, TABLE + SECURE + "DROP POLICY tenant ON planted;", "0 policies"),
    (catalogue.unsecured, TABLE + SECURE + "CREATE POLICY wide ON planted USING (true);", "2 policies"),
    (
        catalogue.unsecured,
        TABLE
        + SECURE
        + "DROP POLICY tenant ON planted; CREATE POLICY tenant ON planted USING (true) WITH CHECK (true);",
        "without asking whose",
    ),
    (
        catalogue.unsecured,
        TABLE + SECURE + "ALTER POLICY tenant ON planted WITH CHECK (true);",
        "rows of any creditor",
    ),
    (catalogue.unsecured, TABLE + SECURE + "ALTER POLICY tenant ON planted TO conserje_app;", "every role"),
    (catalogue.missing_open, "DROP TABLE mfa_authenticator;", "mfa_authenticator"),
    (
        catalogue.loose_keys,
        TABLE + SECURE + "ALTER TABLE planted ADD FOREIGN KEY (entry_id) REFERENCES journal_seal (id);",
        "does not carry the creditor",
    ),
    (
        catalogue.loose_uniques,
        TABLE + SECURE + "CREATE UNIQUE INDEX ON planted (entry_id);",
        "over all creditors",
    ),
    (
        catalogue.leaks,
        "CREATE FUNCTION planted() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM journal_entry';",
        "runs with its owner's rights",
    ),
    (catalogue.leaks, "CREATE VIEW planted AS SELECT * FROM journal_entry;", "reads with its owner's rights"),
    (
        catalogue.leaks,
        "CREATE MATERIALIZED VIEW planted AS SELECT * FROM journal_entry;",
        "without row security",
    ),
    (catalogue.loose_grants, "GRANT TRUNCATE ON journal_seal TO conserje_app;", "conserje_app may TRUNCATE"),
    (catalogue.loose_grants, "GRANT UPDATE ON journal_entry TO conserje_app;", "conserje_app may UPDATE"),
    (
        catalogue.loose_grants,
        "GRANT INSERT ON tenancy_user TO conserje_backup;",
        "conserje_backup may INSERT",
    ),
    (catalogue.loose_grants, "GRANT SELECT ON tenancy_user TO PUBLIC;", "PUBLIC may SELECT"),
    (catalogue.unreadable, TABLE, "conserje_app cannot read"),
]


@pytest.fixture
def owner(untouched: harness.Clone) -> Iterator[psycopg.Connection[Any]]:
    """The owner in a transaction that is undone."""
    with untouched.connect("owner") as connected:
        connected.execute("BEGIN")
        yield connected
        connected.execute("ROLLBACK")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_walls_stand(owner: psycopg.Connection[Any], check: Check) -> None:
    assert check(owner) == []


@pytest.mark.parametrize(("check", "hole", "said"), HOLES)
def test_a_planted_hole_is_found(owner: psycopg.Connection[Any], check: Check, hole: str, said: str) -> None:
    owner.execute(hole)
    found = check(owner)
    assert [line for line in found if said in line], found


def test_every_check_finds_a_planted_hole() -> None:
    assert {check for check, _, _ in HOLES} == set(CHECKS)


def test_there_are_tables_to_look_at(owner: psycopg.Connection[Any]) -> None:
    assert {"journal_entry", "journal_seal", "receivables_invoice"} <= catalogue.tenant_tables(owner)


@pytest.mark.parametrize(
    "forbidden",
    [
        "TRUNCATE tenancy_membership",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "ALTER TABLE journal_entry DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
        "DROP POLICY tenant ON journal_entry",
        "SET session_replication_role = replica",
        "SET ROLE conserje_owner",
        "DELETE FROM tenancy_creditor",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ],
)
def test_the_app_role_is_powerless(untouched: harness.Clone, forbidden: str) -> None:
    with untouched.connect("app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(forbidden)


def test_the_app_role_may_run_the_queue_and_the_sessions(untouched: harness.Clone) -> None:
    with untouched.connect("app") as app:
        app.execute("BEGIN")
        app.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('k', 'd', now())"
        )
        app.execute("INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES ('t', 'q', '{}')")
        worker = app.execute("SELECT worker_id FROM procrastinate_register_worker_v1()").fetchone()
        assert worker is not None
        fetched = app.execute("SELECT task_name FROM procrastinate_fetch_job_v2(ARRAY['q'], %s)", worker)
        assert fetched.fetchall() == [("t",)]
        app.execute("ROLLBACK")


def test_excess_is_said_in_sentences(database: harness.Clone) -> None:
    assert privileges.excess() == []
    with database.connect("owner") as owner:
        owner.execute(
            "GRANT CREATE ON SCHEMA public TO conserje_app; GRANT TRUNCATE ON journal_seal TO conserje_app"
        )
    assert privileges.excess() == [
        "The database role may create tables.",
        "The database role owns or may truncate journal_seal.",
    ]


def test_the_owner_too_sees_no_row_without_a_context(database: harness.Clone) -> None:
    made = build.creditor()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SELECT set_config('conserje.creditor_id', %s, true)", [str(made.pk)])
        cursor.execute(
            "INSERT INTO journal_entry (creditor_id, at, kind, actor, subject_kind, payload, hash)"
            " VALUES (%s, now(), 'a.b', 'system', '', '{}', %s)",
            [made.pk, "0" * 64],
        )
        cursor.execute("COMMIT")
    with database.connect("owner") as owner, database.connect("backup") as backup:
        assert owner.execute("SELECT count(*) FROM journal_entry").fetchone() == (0,)
        assert backup.execute("SELECT count(*) FROM journal_entry").fetchone() == (1,)
        with pytest.raises(errors.ReadOnlySqlTransaction):
            backup.execute(
                "INSERT INTO tenancy_organisation (public_id, name, created_at) VALUES ('x', 'y', now())"
            )


@pytest.fixture(scope="module")
def recorded(untouched: harness.Clone) -> str:
    """A journal with one row; answers the statement that sets its creditor."""
    with untouched.connect("app") as app:
        app.execute("INSERT INTO tenancy_organisation (public_id, name, created_at) VALUES ('o', 'O', now())")
        made = app.execute(
            "INSERT INTO tenancy_creditor (organisation_id, public_id, name, legal_name, tax_id, country, time_zone,"
            " locale, currency, role, brand, is_demo, sending_paused_reason, created_at) SELECT id, 'c', 'C', '', '',"
            " 'CO', 'America/Bogota', 'es_CO', 'COP', 'first_party', '{}', false, '', now() FROM tenancy_organisation"
            " RETURNING id"
        ).fetchone()
        assert made is not None
        context = f"SELECT set_config('conserje.creditor_id', '{made[0]}', false)"
        app.execute(context)
        app.execute(
            "INSERT INTO journal_entry (creditor_id, at, kind, actor, subject_kind, payload, hash)"
            " VALUES (%s, now(), 'a.b', 'system', '', '{}', repeat('0', 64))",
            [made[0]],
        )
    return context


@pytest.mark.parametrize(
    "change",
    ["UPDATE journal_entry SET kind = 'x.y'", "DELETE FROM journal_entry", "TRUNCATE journal_entry CASCADE"],
)
@pytest.mark.parametrize("part", ["app", "owner", "admin"])
def test_what_is_only_added_is_never_changed(
    untouched: harness.Clone, recorded: str, change: str, part: str
) -> None:
    with untouched.connect(part) as connected:
        connected.execute(recorded)
        with pytest.raises((errors.RestrictViolation, errors.InsufficientPrivilege)):
            connected.execute(change)
