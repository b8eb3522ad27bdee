# SPDX-License-Identifier: Apache-2.0
"""Migration operations that put row-level security, privileges and append-only triggers on a table.

Each table of a creditor gets one of `Secure`, `SecureByOrganisation` or, besides, `AppendOnly`; tables that are read
without a context get `Grant`, those whose ids are taken beforehand `TakeNumbers`,
those whose rows are added and may be blanked `Erasable`,
those that are written by the hundred thousand `OneKey`. The catalogue test finds a table that
was forgotten.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
_CREDITOR = "creditor_id = NULLIF(current_setting('conserje.creditor_id', true), '')::bigint"
_ORGANISATION = "organisation_id = NULLIF(current_setting('conserje.organisation_id', true), '')::bigint"


class _TableOperation(Operation):
    """SQL on the table of one model, in both directions."""

    reversible = True
    reduces_to_sql = True
    atomic = True

    def __init__(self, model_name: str, privileges: str = EVERYTHING) -> None:
        self.model_name = model_name
        self.privileges = privileges

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As migrations write it."""
        return type(self).__name__, [self.model_name], {"privileges": self.privileges}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Apply."""
        self._execute(schema_editor, to_state, app_label, self.forwards)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take back."""
        self._execute(schema_editor, from_state, app_label, self.backwards)

    def _execute(
        self, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState, app_label: str, make: Any
    ) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        for statement in make(model._meta.db_table):
            schema_editor.execute(statement, params=None)

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        raise NotImplementedError

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        raise NotImplementedError

    def describe(self) -> str:
        """For `migrate --plan`."""
        return f"{type(self).__name__} {self.model_name} ({self.privileges})"


class Grant(_TableOperation):
    """Privileges of the app role on a table that is readable without a context, and reading for the backup role."""

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        return grants(table, self.privileges)

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        roles = settings.DATABASE_ROLES
        return [f'REVOKE ALL ON "{table}" FROM "{roles["app"]}", "{roles["backup"]}"']


class Secure(_TableOperation):
    """A creditor's table: security enabled and forced, one policy by creditor, and the app role's privileges."""

    read = write = _CREDITOR

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        return [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY tenant ON "{table}" USING ({self.read}) WITH CHECK ({self.write})',
            *grants(table, self.privileges),
        ]

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        return [
            f'DROP POLICY tenant ON "{table}"',
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
            *Grant(self.model_name, self.privileges).backwards(table),
        ]


class SecureByOrganisation(Secure):
    """A table read over the whole organisation (an agency's caps span its creditors), written for one creditor."""

    read = _ORGANISATION
    write = f"{_ORGANISATION} AND {_CREDITOR}"


class AppendOnly(_TableOperation):
    """Rows are added and read, never changed: privileges for the app role, triggers for everybody else."""

    def __init__(self, model_name: str) -> None:
        super().__init__(model_name, "SELECT, INSERT")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As migrations write it."""
        return type(self).__name__, [self.model_name], {}

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        role = settings.DATABASE_ROLES["app"]
        return [
            "CREATE OR REPLACE FUNCTION conserje_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'Rows of % are only added, never changed: % is refused.', TG_TABLE_NAME, TG_OP"
            " USING ERRCODE = 'restrict_violation'; END $$",
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION conserje_refuse_change()",
            f'CREATE TRIGGER append_only_table BEFORE TRUNCATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION conserje_refuse_change()",
            f'REVOKE ALL ON "{table}" FROM "{role}"',
            f'GRANT SELECT, INSERT ON "{table}" TO "{role}"',
        ]

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        return [f'DROP TRIGGER append_only ON "{table}"', f'DROP TRIGGER append_only_table ON "{table}"']


class Erasable(_TableOperation):
    """Let the app role blank the named columns of a table whose rows it may otherwise only add: erasing a person."""

    def __init__(self, model_name: str, columns: str) -> None:
        super().__init__(model_name, f"UPDATE ({columns})")
        self.columns = columns

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As migrations write it."""
        return type(self).__name__, [self.model_name, self.columns], {}

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        return [f'GRANT UPDATE ({self.columns}) ON "{table}" TO "{settings.DATABASE_ROLES["app"]}"']

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        return [f'REVOKE UPDATE ({self.columns}) ON "{table}" FROM "{settings.DATABASE_ROLES["app"]}"']


class Blankable(_TableOperation):
    """Of a table whose rows are only added, let one column be blanked and nothing else change: erasing a person."""

    def __init__(self, model_name: str, column: str) -> None:
        super().__init__(model_name, f"UPDATE ({column})")
        self.column = column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As migrations write it."""
        return type(self).__name__, [self.model_name, self.column], {}

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        same = f"to_jsonb(OLD) - '{self.column}' = to_jsonb(NEW) - '{self.column}'"
        return [
            f'DROP TRIGGER append_only ON "{table}"',
            f'CREATE TRIGGER append_only BEFORE DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION conserje_refuse_change()",
            f'CREATE TRIGGER append_only_but_blank BEFORE UPDATE ON "{table}"'
            f" FOR EACH ROW WHEN (NOT (NEW.{self.column} = '' AND {same}))"
            " EXECUTE FUNCTION conserje_refuse_change()",
            f'GRANT UPDATE ({self.column}) ON "{table}" TO "{settings.DATABASE_ROLES["app"]}"',
        ]

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        return [
            f'REVOKE UPDATE ({self.column}) ON "{table}" FROM "{settings.DATABASE_ROLES["app"]}"',
            f'DROP TRIGGER append_only_but_blank ON "{table}"',
            f'DROP TRIGGER append_only ON "{table}"',
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION conserje_refuse_change()",
        ]


class TakeNumbers(_TableOperation):
    """Let the app role take ids of a table before it writes the rows: bulk work whose journal names them."""

    def __init__(self, model_name: str) -> None:
        super().__init__(model_name, "USAGE")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As migrations write it."""
        return type(self).__name__, [self.model_name], {}

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        return [f'GRANT USAGE ON SEQUENCE "{table}_id_seq" TO "{settings.DATABASE_ROLES["app"]}"']

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        return [f'REVOKE USAGE ON SEQUENCE "{table}_id_seq" FROM "{settings.DATABASE_ROLES["app"]}"']


class OneKey(_TableOperation):
    """Leave `(creditor_id, id)` as a table's one key: for tables that grow by the hundred thousand.

    An index on the id alone is one more to write for every row, and nothing is looked up without its creditor. Replicas
    tell rows apart by the key that stays; `noun` is the one of its `tenant_unique`.
    """

    def __init__(self, model_name: str, noun: str) -> None:
        super().__init__(model_name)
        self.noun = noun

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As migrations write it."""
        return type(self).__name__, [self.model_name, self.noun], {}

    def forwards(self, table: str) -> list[str]:
        """Statements that apply the operation to `table`."""
        stays = f'REPLICA IDENTITY USING INDEX "{self.noun}_of_creditor"'
        return [f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey", {stays}']

    def backwards(self, table: str) -> list[str]:
        """Statements that take it back."""
        return [f'ALTER TABLE "{table}" ADD PRIMARY KEY (id), REPLICA IDENTITY DEFAULT']


def grants(table: str, privileges: str) -> list[str]:
    """Statements giving the app role `privileges` on `table`, and the backup role reading."""
    roles = settings.DATABASE_ROLES
    return [
        f'REVOKE ALL ON "{table}" FROM "{roles["app"]}"',
        f'GRANT {privileges} ON "{table}" TO "{roles["app"]}"',
        f'GRANT SELECT ON "{table}" TO "{roles["backup"]}"',
    ]
