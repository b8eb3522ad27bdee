# SPDX-License-Identifier: Apache-2.0
"""Whose rows the database shows, and that it stops showing them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from tests.integration import build

from conserje.data.journal.models import Entry
from conserje.data.tenancy.context import NoTransaction, UnknownCreditor, current_tenant, tenant
from conserje.data.tenancy.models import Creditor
from conserje.services.journal import entry
from conserje.services.tenancy.act import NotInAct, act, acting, reading, step

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def happened(creditor: Creditor) -> None:
    new = entry.NewEntry(at=NOW, kind="tests.thing.happened", actor="system")
    with acting(creditor_id=creditor.pk):
        entry.write(creditor_id=creditor.pk, entries=[new])


def in_force() -> tuple[str | None, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('conserje.creditor_id', true), current_setting('conserje.organisation_id', true)"
        )
        row: tuple[str | None, str | None] = cursor.fetchone()
    return row


@pytest.fixture
def two(database: object) -> tuple[Creditor, Creditor]:
    first, second = build.creditor(), build.creditor()
    happened(first)
    happened(second)
    return first, second


def test_without_a_tenant_nothing_is_seen_and_nothing_written(two: tuple[Creditor, Creditor]) -> None:
    assert Entry.objects.count() == 0
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Entry.objects.create(creditor=two[0], at=NOW, kind="a.b", actor="system", hash="0" * 64)


def test_a_tenant_sees_and_writes_its_own_rows_only(two: tuple[Creditor, Creditor]) -> None:
    first, second = two
    with acting(creditor_id=first.pk):
        assert [row.creditor_id for row in Entry.objects.all()] == [first.pk]
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Entry.objects.create(creditor=second, at=NOW, kind="a.b", actor="system", hash="0" * 64)
    assert in_force() == ("", "")


def test_nested_tenants_put_the_former_back(two: tuple[Creditor, Creditor]) -> None:
    first, second = two
    with transaction.atomic(), tenant(creditor_id=first.pk):
        with tenant(creditor_id=second.pk):
            assert Entry.objects.get().creditor_id == second.pk
            with tenant(organisation_id=first.organisation_id):
                assert in_force() == ("", str(first.organisation_id))
                assert Entry.objects.count() == 0
            assert in_force() == (str(second.pk), str(second.organisation_id))
        assert Entry.objects.get().creditor_id == first.pk
        held = current_tenant()
        assert held is not None
        assert held.creditor_id == first.pk
    assert current_tenant() is None


def test_the_former_tenant_returns_after_an_error(two: tuple[Creditor, Creditor]) -> None:
    first, second = two
    with transaction.atomic(), tenant(creditor_id=first.pk):
        with pytest.raises(ZeroDivisionError), tenant(creditor_id=second.pk):
            raise ZeroDivisionError
        assert in_force() == (str(first.pk), str(first.organisation_id))
        with pytest.raises(DatabaseError), transaction.atomic(), tenant(creditor_id=second.pk):
            connection.cursor().execute("SELECT 1/0")
        assert in_force() == (str(first.pk), str(first.organisation_id))


def test_a_tenant_wants_a_transaction_and_a_creditor_that_exists(database: object) -> None:
    with pytest.raises(NoTransaction), tenant(creditor_id=1):
        pass
    with pytest.raises(UnknownCreditor), transaction.atomic(), tenant(creditor_id=404):
        pass
    with pytest.raises(ValueError, match="whose rows"), transaction.atomic(), tenant():
        pass
    one, other = build.creditor(), build.organisation()
    with (
        pytest.raises(UnknownCreditor),
        transaction.atomic(),
        tenant(creditor_id=one.pk, organisation_id=other.pk),
    ):
        pass


def test_reading_refuses_to_write(creditor: Creditor) -> None:
    with pytest.raises(DatabaseError, match="read-only transaction"), reading(creditor_id=creditor.pk):
        Creditor.objects.filter(pk=creditor.pk).update(name="Otro")


def test_acts_and_steps(creditor: Creditor) -> None:
    @step
    def inner(*, creditor_id: int) -> int:
        return creditor_id

    @act
    def outer(*, creditor_id: int, asks_for: int) -> int:
        return inner(creditor_id=asks_for)

    assert outer(creditor_id=creditor.pk, asks_for=creditor.pk) == creditor.pk
    with pytest.raises(NotInAct, match="call it from an act"):
        inner(creditor_id=creditor.pk)
    with pytest.raises(NotInAct, match="in an act of"):
        outer(creditor_id=creditor.pk, asks_for=creditor.pk + 1)
    with pytest.raises(NotInAct), transaction.atomic():
        inner(creditor_id=creditor.pk)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        outer(creditor_id=creditor.pk, asks_for=creditor.pk)
    with pytest.raises(TypeError, match="creditor_id"):
        outer(asks_for=1)  # type: ignore[call-arg]
