# SPDX-License-Identifier: Apache-2.0
"""Rows that were taken back leave a table that is large and, to the planner, empty: such a table is looked at too."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION receivables_learn_sizes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    grown regclass;
BEGIN
    FOR grown IN
        SELECT c.oid FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'receivables\\_%'
           AND (pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages{empty})
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', grown);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """Replaces the function of the first migration; its owner and its rights stay."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("receivables", "0003_requests_about_data")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        migrations.RunSQL(
            _FUNCTION.format(empty=" OR c.relpages > 0 AND c.reltuples <= 0"), _FUNCTION.format(empty="")
        )
    ]
