-- The money rules that must hold whoever writes. `verify` recomputes hashes with the same functions.

-- One entry as text: what the hash of its transaction covers.
CREATE FUNCTION receivables_ledger_line(
    account text, customer_id bigint, invoice_id bigint, payment_id bigint, credit_note_id bigint, currency text, amount_minor bigint
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT $1 || ' ' || $2 || ' ' || coalesce($3, 0) || ' ' || coalesce($4, 0) || ' ' || coalesce($5, 0) || ' ' || $6 || ' ' || $7
$$;

-- `lines` are the entries' lines in byte order, one after another, each on its own line.
CREATE FUNCTION receivables_ledger_hash(
    creditor_id bigint, kind text, moved_on date, at timestamptz, subject_kind text, subject_id bigint, reverses_id bigint, lines text
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(
        $1 || ' ' || $2 || ' ' || ($3 - date '1970-01-01') || ' ' || (extract(epoch FROM $4) * 1000000)::bigint || ' ' || $5 || ' ' || $6
        || ' ' || coalesce($7, 0) || E'\n' || $8, 'UTF8')), 'hex')
$$;

-- Every statement that adds entries must balance for each transaction and currency; so, by induction, every transaction does.
-- The same statement moves the stored open amounts, whose CHECK constraints refuse what would go over.
CREATE FUNCTION receivables_ledger_apply() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    wanted bigint;
    moved bigint;
    wrong record;
BEGIN
    SELECT creditor_id, transaction_id, currency, sum(amount_minor) AS sum_minor INTO wrong
      FROM fresh GROUP BY creditor_id, transaction_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Ledger transaction % does not balance in %: entries sum to %. Insert all its entries in one statement.',
            wrong.transaction_id, wrong.currency, wrong.sum_minor USING ERRCODE = 'check_violation';
    END IF;

    SELECT count(*) INTO wanted FROM (SELECT DISTINCT creditor_id, invoice_id, currency, customer_id FROM fresh WHERE account = 'receivable') d;
    IF wanted > 0 THEN
        UPDATE receivables_invoice i SET open_minor = i.open_minor + d.delta
          FROM (SELECT creditor_id, invoice_id, currency, customer_id, sum(amount_minor)::bigint AS delta FROM fresh
                 WHERE account = 'receivable' GROUP BY 1, 2, 3, 4) d
         WHERE i.creditor_id = d.creditor_id AND i.id = d.invoice_id AND i.currency = d.currency AND i.customer_id = d.customer_id;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved <> wanted THEN
            RAISE EXCEPTION 'A ledger entry names an invoice of another currency or customer.' USING ERRCODE = 'check_violation';
        END IF;
    END IF;

    SELECT count(*) INTO wanted FROM (SELECT DISTINCT creditor_id, payment_id, currency, customer_id FROM fresh WHERE account = 'unallocated') d;
    IF wanted > 0 THEN
        UPDATE receivables_payment p SET unallocated_minor = p.unallocated_minor - d.delta
          FROM (SELECT creditor_id, payment_id, currency, customer_id, sum(amount_minor)::bigint AS delta FROM fresh
                 WHERE account = 'unallocated' GROUP BY 1, 2, 3, 4) d
         WHERE p.creditor_id = d.creditor_id AND p.id = d.payment_id AND p.currency = d.currency AND p.customer_id = d.customer_id;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved <> wanted THEN
            RAISE EXCEPTION 'A ledger entry names a payment of another currency or customer.' USING ERRCODE = 'check_violation';
        END IF;
    END IF;

    SELECT count(*) INTO wanted FROM (SELECT DISTINCT creditor_id, credit_note_id, currency, customer_id FROM fresh WHERE account = 'credit_unapplied') d;
    IF wanted > 0 THEN
        UPDATE receivables_creditnote c SET unapplied_minor = c.unapplied_minor - d.delta
          FROM (SELECT creditor_id, credit_note_id, currency, customer_id, sum(amount_minor)::bigint AS delta FROM fresh
                 WHERE account = 'credit_unapplied' GROUP BY 1, 2, 3, 4) d
         WHERE c.creditor_id = d.creditor_id AND c.id = d.credit_note_id AND c.currency = d.currency AND c.customer_id = d.customer_id;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved <> wanted THEN
            RAISE EXCEPTION 'A ledger entry names a credit note of another currency or customer.' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_apply AFTER INSERT ON receivables_ledgerentry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION receivables_ledger_apply();

-- Stored balances and the amounts they stand on: only the trigger above, that is another trigger's statement, moves a balance.
CREATE FUNCTION receivables_refuse_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Amounts of % are moved by ledger entries alone: % is refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER balance_born_zero BEFORE INSERT ON receivables_invoice
    FOR EACH ROW WHEN (NEW.open_minor <> 0) EXECUTE FUNCTION receivables_refuse_balance();
CREATE TRIGGER balance_by_ledger BEFORE UPDATE ON receivables_invoice FOR EACH ROW WHEN (
    (NEW.open_minor <> OLD.open_minor AND pg_trigger_depth() = 0)
    OR (NEW.total_minor, NEW.currency, NEW.customer_id) IS DISTINCT FROM (OLD.total_minor, OLD.currency, OLD.customer_id)
) EXECUTE FUNCTION receivables_refuse_balance();

CREATE TRIGGER balance_born_zero BEFORE INSERT ON receivables_payment
    FOR EACH ROW WHEN (NEW.unallocated_minor <> 0) EXECUTE FUNCTION receivables_refuse_balance();
CREATE TRIGGER balance_by_ledger BEFORE UPDATE ON receivables_payment FOR EACH ROW WHEN (
    (NEW.unallocated_minor <> OLD.unallocated_minor AND pg_trigger_depth() = 0)
    OR (NEW.amount_minor, NEW.currency, NEW.customer_id) IS DISTINCT FROM (OLD.amount_minor, OLD.currency, OLD.customer_id)
) EXECUTE FUNCTION receivables_refuse_balance();

CREATE TRIGGER balance_born_zero BEFORE INSERT ON receivables_creditnote
    FOR EACH ROW WHEN (NEW.unapplied_minor <> 0) EXECUTE FUNCTION receivables_refuse_balance();
CREATE TRIGGER balance_by_ledger BEFORE UPDATE ON receivables_creditnote FOR EACH ROW WHEN (
    (NEW.unapplied_minor <> OLD.unapplied_minor AND pg_trigger_depth() = 0)
    OR (NEW.amount_minor, NEW.currency, NEW.customer_id) IS DISTINCT FROM (OLD.amount_minor, OLD.currency, OLD.customer_id)
) EXECUTE FUNCTION receivables_refuse_balance();

-- The due amounts of an invoice are inserted in one statement and add up to its total.
CREATE FUNCTION receivables_dues_add_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    SELECT i.number, i.total_minor, d.sum_minor INTO wrong
      FROM (SELECT creditor_id, invoice_id, sum(amount_minor) AS sum_minor FROM fresh GROUP BY 1, 2) d
      JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
     WHERE i.total_minor <> d.sum_minor LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The due amounts of an invoice sum to %, its total is %. Insert all of them in one statement.',
            wrong.sum_minor, wrong.total_minor USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER dues_add_up AFTER INSERT ON receivables_invoicedue
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION receivables_dues_add_up();

-- On a book that is new, the planner knows nothing of its tables and a foreign key may be checked by reading all rows of
-- the creditor; the owner's eyes are lent for ANALYZE alone, on tables that have doubled, and nobody waits for anybody.
CREATE FUNCTION receivables_learn_sizes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    grown regclass;
BEGIN
    FOR grown IN
        SELECT c.oid FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'receivables\_%'
           AND pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', grown);
    END LOOP;
END $$;
