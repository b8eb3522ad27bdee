-- Adds entries made by services/journal/entry.py in their order, for statements that write more than the journal. The lock is
-- that of data/journal/locks.py: writers share it, the sealer wants it alone.
CREATE FUNCTION journal_write(of_creditor bigint, entries jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(27246, (of_creditor % 2147483647)::int);
    INSERT INTO journal_entry (creditor_id, at, kind, actor, customer_id, subject_kind, subject_id, payload, hash)
    SELECT of_creditor, e.at, e.kind, e.actor, e.customer_id, e.subject_kind, e.subject_id, e.payload, e.hash
      FROM jsonb_to_recordset(entries) AS e(at timestamptz, kind text, actor text, customer_id bigint, subject_kind text,
           subject_id bigint, payload jsonb, hash text);
END $$;
