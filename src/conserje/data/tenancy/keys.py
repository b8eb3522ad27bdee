# SPDX-License-Identifier: Apache-2.0
"""Keys that carry the creditor.

PostgreSQL checks a foreign key without regard to row-level security: a plain key would accept another creditor's row.
So each table of a creditor is unique on `(creditor_id, id)`, and each reference between two of them is composite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint

DELETIONS = ("RESTRICT", "CASCADE", "NO ACTION", "SET NULL")


class TenantForeignKey(BaseConstraint):
    """`FOREIGN KEY (<by>_id, fields) REFERENCES to (<by>_id, to_fields)`.

    Stands beside `models.ForeignKey(..., db_constraint=False)`. `to` is "app_label.Model". `by` names the column both
    rows must share: "creditor", or "organisation" for tables above the creditor. `on_delete` is one of `DELETIONS`;
    with `deferred=True` the key is judged at commit (and RESTRICT, which never waits, becomes NO ACTION).
    """

    def __init__(
        self,
        *,
        fields: Sequence[str],
        to: str,
        name: str,
        to_fields: Sequence[str] = ("id",),
        by: str = "creditor",
        on_delete: str = "RESTRICT",
        deferred: bool = False,
    ) -> None:
        if on_delete not in DELETIONS:
            raise ValueError(f"on_delete of {name} is '{on_delete}'; choose one of {', '.join(DELETIONS)}.")
        if len(fields) != len(to_fields):
            raise ValueError(
                f"{name} has {len(fields)} fields and {len(to_fields)} to_fields; they go in pairs."
            )
        super().__init__(name=name)
        self.fields = tuple(fields)
        self.to = to
        self.to_fields = tuple(to_fields)
        self.by = by
        self.on_delete = on_delete
        self.deferred = deferred

    def _definition(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        # In a migration `model` belongs to the historical registry, which also knows the target.
        target = model._meta.apps.get_model(self.to)
        own = _columns(model, (self.by, *self.fields), schema_editor)
        theirs = _columns(target, (self.by, *self.to_fields), schema_editor)
        delete = "NO ACTION" if self.deferred and self.on_delete == "RESTRICT" else self.on_delete
        if delete == "SET NULL":
            delete += f" ({', '.join(own[1:])})"
        return (
            f"CONSTRAINT {schema_editor.quote_name(str(self.name))} FOREIGN KEY ({', '.join(own)})"
            f" REFERENCES {schema_editor.quote_name(target._meta.db_table)} ({', '.join(theirs)})"
            f" ON DELETE {delete} DEFERRABLE INITIALLY {'DEFERRED' if self.deferred else 'IMMEDIATE'}"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        """Nothing inside CREATE TABLE: the key is added when every table of the migration stands."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        """ALTER TABLE ... ADD CONSTRAINT."""
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self._definition(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        """ALTER TABLE ... DROP CONSTRAINT."""
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Forms do not judge it: the database does."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """The constraint as migrations write it."""
        kwargs: dict[str, Any] = {"fields": self.fields, "to": self.to, "name": self.name}
        if self.to_fields != ("id",):
            kwargs["to_fields"] = self.to_fields
        if self.by != "creditor":
            kwargs["by"] = self.by
        if self.on_delete != "RESTRICT":
            kwargs["on_delete"] = self.on_delete
        if self.deferred:
            kwargs["deferred"] = True
        return "conserje.data.tenancy.keys.TenantForeignKey", (), kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantForeignKey) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


def _columns(
    model: type[models.Model], names: Sequence[str], schema_editor: BaseDatabaseSchemaEditor
) -> list[str]:
    fields = [model._meta.get_field(name) for name in names]
    return [str(schema_editor.quote_name(str(getattr(field, "column", "")))) for field in fields]


def tenant_unique(noun: str) -> models.UniqueConstraint:
    """The unique `(creditor_id, id)` that composite keys point at. `noun` is the table's own, as in "invoice"."""
    return models.UniqueConstraint(fields=["creditor", "id"], name=f"{noun}_of_creditor")


def tenant_fk(noun: str, field: str, to: str, on_delete: str = "RESTRICT") -> TenantForeignKey:
    """The usual `TenantForeignKey` of one field, named `<noun>_<field>`."""
    return TenantForeignKey(fields=[field], to=to, name=f"{noun}_{field}", on_delete=on_delete)


class TenantModel(models.Model):
    """A row of one creditor's data. Each subclass lists `tenant_unique("noun")` in `Meta.constraints`.

    The creditor needs no foreign key: row security, forced for every role that writes, takes only the creditor of the
    context, which was looked up among the creditors; and nobody may delete one. A key would be checked again for each
    of a million rows.
    """

    id = models.BigAutoField(primary_key=True)
    creditor = models.ForeignKey(
        "tenancy.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        abstract = True

    @classmethod
    def check(cls, **kwargs: Any) -> list[CheckMessage]:
        """Django's own checks, and that every key of the table carries the creditor."""
        return [*super().check(**kwargs), *unkeyed(cls)]


def unkeyed(model: type[models.Model]) -> list[CheckMessage]:
    """What is missing for the keys of `model` to carry its creditor; empty when all is well."""
    errors: list[CheckMessage] = []
    constraints = model._meta.constraints
    if not any(
        isinstance(c, models.UniqueConstraint) and tuple(c.fields) == ("creditor", "id") for c in constraints
    ):
        errors.append(
            checks.Error(
                f"{model._meta.label} is not unique on (creditor, id).",
                hint='Add tenant_unique("noun") to Meta.constraints.',
                obj=model,
                id="tenancy.E001",
            )
        )
    kept = {name for c in constraints if isinstance(c, TenantForeignKey) for name in c.fields}
    for field in model._meta.local_fields:
        target = field.remote_field.model if isinstance(field, models.ForeignKey) else None
        if not isinstance(target, type) or not issubclass(target, TenantModel):
            continue
        if field.name not in kept or getattr(field, "db_constraint", True):
            errors.append(
                checks.Error(
                    f"{model._meta.label}.{field.name} could point at another creditor's row.",
                    hint="Give it db_constraint=False and a TenantForeignKey in Meta.constraints.",
                    obj=model,
                    id="tenancy.E002",
                )
            )
    return errors
