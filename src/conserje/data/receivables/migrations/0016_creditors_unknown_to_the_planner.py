# SPDX-License-Identifier: Apache-2.0
"""A creditor whose first rows are many, beside a large book, is made known to the planner before they are read."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

_BEGIN = """
CREATE OR REPLACE FUNCTION receivables_learn_sizes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
"""
# What a table holds of this creditor is asked of the planner itself: statistics of tables with row security are hidden.
_NOW = """
    writer bigint := nullif(current_setting('conserje.creditor_id', true), '')::bigint;
    it record;
    plan json;
BEGIN
    FOR it IN
        SELECT c.oid::regclass AS name, pg_stat_get_xact_tuples_inserted(c.oid) AS fresh,
               pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages
               OR c.relpages > 0 AND c.reltuples <= 0 AS grown
          FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'receivables\\_%'
    LOOP
        IF NOT it.grown AND it.fresh >= 2000 AND writer IS NOT NULL THEN
            EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s WHERE creditor_id = %s', it.name, writer) INTO plan;
            it.grown := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric < it.fresh / 4;
        END IF;
        IF it.grown THEN
            EXECUTE format('ANALYZE (SKIP_LOCKED) %s', it.name);
        END IF;
    END LOOP;
END $$;
"""
_BEFORE = """
    grown regclass;
BEGIN
    FOR grown IN
        SELECT c.oid FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'receivables\\_%'
           AND (pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages
                OR c.relpages > 0 AND c.reltuples <= 0)
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', grown);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """Replaces the function once more; its owner and its rights stay."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("receivables", "0015_payments_in_doubt")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(_BEGIN + _NOW, _BEGIN + _BEFORE)]
