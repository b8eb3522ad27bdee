# SPDX-License-Identifier: Apache-2.0
"""Composite keys and secured tables, as a migration makes and unmakes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connections, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models.functions import Now
from psycopg import errors
from tests import harness
from tests.integration import build, catalogue

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_fk, tenant_unique, unkeyed
from conserje.data.tenancy.security import AppendOnly, Secure, SecureByOrganisation


def table(name: str, *extra: tuple[str, Any], constraints: list[Any]) -> migrations.CreateModel:
    creditor = models.ForeignKey(
        "tenancy.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    return migrations.CreateModel(
        name,
        fields=[("id", models.BigAutoField(primary_key=True)), ("creditor", creditor), *extra],
        options={"constraints": constraints},
    )


def to(target: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        target, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+", db_index=False
    )


class Workshop:
    """Applies operations to a clone as the owner, one transaction for each batch, and undoes them."""

    def __init__(self) -> None:
        self.state: ProjectState = MigrationLoader(None).project_state()
        self.done: list[list[tuple[Operation, ProjectState, ProjectState]]] = []

    def apply(self, *operations: Operation) -> None:
        batch = []
        with connections["owner"].schema_editor(atomic=True) as editor:
            for operation in operations:
                before, self.state = self.state, self.state.clone()
                operation.state_forwards("journal", self.state)
                operation.database_forwards("journal", editor, before, self.state)
                batch.append((operation, before, self.state))
        self.done.append(batch)

    def undo(self) -> None:
        with connections["owner"].schema_editor(atomic=True) as editor:
            for operation, before, after in reversed(self.done.pop()):
                operation.database_backwards("journal", editor, after, before)
                self.state = before

    def model(self, name: str) -> Any:
        return self.state.apps.get_model("journal", name)


@pytest.fixture
def workshop(database: harness.Clone) -> Iterator[Workshop]:
    yield Workshop()
    connections["owner"].close()


def parent_and_child(**key: Any) -> list[Operation]:
    own = TenantForeignKey(fields=["parent"], to="journal.Parent", name="child_parent", **key)
    return [
        table("Parent", constraints=[tenant_unique("parent")]),
        table("Child", ("parent", to("journal.Parent")), constraints=[tenant_unique("child"), own]),
    ]


def test_a_key_refuses_the_row_of_another_creditor(workshop: Workshop) -> None:
    workshop.apply(*parent_and_child())
    first, second = build.creditor().pk, build.creditor().pk
    parent, child = (workshop.model(name).objects.using("owner") for name in ("Parent", "Child"))
    of_first = parent.create(creditor_id=first).pk
    child.create(creditor_id=first, parent_id=of_first)
    child.create(creditor_id=second, parent_id=None)
    with pytest.raises(IntegrityError, match="child_parent"):
        child.create(creditor_id=second, parent_id=of_first)
    with pytest.raises(IntegrityError, match="child_parent"):
        parent.filter(pk=of_first)._raw_delete("owner")


@pytest.mark.parametrize(("on_delete", "left"), [("CASCADE", []), ("SET NULL", [None])])
def test_what_happens_to_children(workshop: Workshop, on_delete: str, left: list[None]) -> None:
    workshop.apply(*parent_and_child(on_delete=on_delete))
    creditor = build.creditor().pk
    parent, child = (workshop.model(name).objects.using("owner") for name in ("Parent", "Child"))
    made = parent.create(creditor_id=creditor).pk
    child.create(creditor_id=creditor, parent_id=made)
    parent.filter(pk=made)._raw_delete("owner")
    assert list(child.values_list("parent_id", flat=True)) == left


def test_a_deferred_key_is_judged_at_commit(workshop: Workshop) -> None:
    workshop.apply(*parent_and_child(deferred=True))
    creditor = build.creditor().pk
    parent, child = (workshop.model(name).objects.using("owner") for name in ("Parent", "Child"))
    with transaction.atomic(using="owner"):
        child.create(creditor_id=creditor, parent_id=77)
        parent.create(creditor_id=creditor, pk=77)
    with pytest.raises(IntegrityError, match="child_parent"), transaction.atomic(using="owner"):
        child.create(creditor_id=creditor, parent_id=78)


def test_keys_and_walls_are_added_and_taken_back(workshop: Workshop, database: harness.Clone) -> None:
    workshop.apply(
        table("Parent", constraints=[]), table("Child", ("parent", to("journal.Parent")), constraints=[])
    )
    workshop.apply(
        migrations.AddConstraint("parent", tenant_unique("parent")),
        migrations.AddConstraint("child", tenant_fk("child", "parent", "journal.Parent")),
        Secure("Child"),
        SecureByOrganisationOfNobody("Parent"),
        AppendOnly("Parent"),
    )
    with database.connect("owner") as owner:
        found = catalogue.unsecured(owner)
        assert found == ["journal_parent: policy tenant shows rows without asking whose"]
        assert "journal_parent: conserje_app may UPDATE" not in catalogue.loose_grants(owner)
        workshop.undo()
        assert "journal_child: row security is not enabled and forced" in catalogue.unsecured(owner)
        assert catalogue.unreadable(owner) == [
            "journal_child: conserje_app cannot read it",
            "journal_child: conserje_backup cannot read it",
            "journal_parent: conserje_app cannot read it",
            "journal_parent: conserje_backup cannot read it",
        ]


class SecureByOrganisationOfNobody(Secure):
    """A policy that was written wrongly."""

    read = "true"


def test_a_table_over_an_organisation_is_read_wide_and_written_narrow(
    workshop: Workshop, database: harness.Clone
) -> None:
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT, related_name="+")
    own = TenantForeignKey(
        fields=["creditor"], to="tenancy.Creditor", name="wide_creditor", by="organisation"
    )
    workshop.apply(
        table("Wide", ("organisation", organisation), constraints=[own]), SecureByOrganisation("Wide")
    )
    agency = build.organisation()
    first, second = build.creditor(organisation=agency), build.creditor(organisation=agency)
    stranger = build.creditor()
    insert = "INSERT INTO journal_wide (creditor_id, organisation_id) VALUES (%s, %s)"
    with database.connect("app") as app:

        def become(creditor_id: int, organisation_id: int) -> None:
            for name, value in (("creditor_id", creditor_id), ("organisation_id", organisation_id)):
                app.execute("SELECT set_config(%s, %s, false)", [f"conserje.{name}", str(value)])

        for one in (first, second):
            become(one.pk, agency.pk)
            app.execute(insert, [one.pk, agency.pk])
        assert app.execute("SELECT count(*) FROM journal_wide").fetchone() == (2,)
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            app.execute(insert, [first.pk, agency.pk])
        become(stranger.pk, stranger.organisation_id)
        assert app.execute("SELECT count(*) FROM journal_wide").fetchone() == (0,)
        become(stranger.pk, agency.pk)
        with pytest.raises(errors.ForeignKeyViolation, match="wide_creditor"):
            app.execute(insert, [stranger.pk, agency.pk])


def test_a_migration_writes_what_the_table_says() -> None:
    key = TenantForeignKey(
        fields=["invoice"], to="receivables.Invoice", name="x_invoice", on_delete="CASCADE", deferred=True
    )
    text, imports = MigrationWriter.serialize(key)
    again = eval(text, {"conserje": __import__("conserje.data.tenancy.keys")})
    assert again == key
    assert imports == {"import conserje.data.tenancy.keys"}
    assert key != tenant_fk("x", "invoice", "receivables.Invoice")
    with pytest.raises(ValueError, match="choose one of"):
        TenantForeignKey(fields=["a"], to="b.C", name="d", on_delete="PERHAPS")
    with pytest.raises(ValueError, match="in pairs"):
        TenantForeignKey(fields=["a", "b"], to="b.C", name="d")


def test_a_loose_model_is_named_by_djangos_checks() -> None:
    from django.test.utils import isolate_apps

    from conserje.data.journal.models import Entry

    with isolate_apps("conserje.data.journal"):

        class Loose(TenantModel):
            entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
            at = models.DateTimeField(db_default=Now())

            class Meta:
                app_label = "journal"

    assert [error.id for error in unkeyed(Loose)] == ["tenancy.E001", "tenancy.E002"]
    assert unkeyed(Entry) == []
