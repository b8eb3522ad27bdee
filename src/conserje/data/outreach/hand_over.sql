-- The two fences around a hand-over, each one round trip: `outreach_mark` is committed just before the carrier's point of
-- no return, `outreach_record` just after its answer. Both run with the caller's rights, inside the caller's context.

-- The ids of the invoices that a touch asks for.
CREATE OR REPLACE FUNCTION outreach_debts(asked jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg((item ->> 'invoice_id')::bigint), '{}') FROM jsonb_array_elements(asked) AS item
$$;

-- What was entered since then about contacts with these people, each contact once; the same text as `hand_over.told`.
CREATE OR REPLACE FUNCTION outreach_past(of_creditor bigint, people text[], since timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(string_agg(p.line, ',' ORDER BY p.at, p.id), '') FROM (
      SELECT DISTINCT ON (r.touch_id, r.elsewhere_id) r.at, r.id,
             (extract(epoch FROM r.at) * 1000000)::bigint || ' ' || r.channel || ' ' || r.purpose || ' ' || r.outcome || ' '
             || CASE WHEN r.creditor_id = of_creditor THEN array_to_string(r.debts, '+') || ' own' ELSE ' other' END
             || CASE WHEN r.inbound THEN ' in ' ELSE ' out ' END || r.place AS line
        FROM outreach_contactrecord r
       WHERE r.organisation_id = (SELECT c.organisation_id FROM tenancy_creditor c WHERE c.id = of_creditor)
         AND r.person_hash = ANY(people) AND r.at > since
       ORDER BY r.touch_id, r.elsewhere_id, r.at, r.id) p);
END $$;

-- Marks one claimed touch as being handed over, begins its attempt and enters it in the contact ledger. Answers
-- 'marked'; 'met' when somebody who shares an address was written to since the judgement; 'fuse' when the customer was
-- written to `most` times within the hour; 'stopped' under the stop button; 'not_any_more' when claim, lease or facts say no.
-- Each statement takes a snapshot of its own, so what others committed before the locks were ours is seen.
-- Locks are taken in the order people, touch, review, as everywhere.
CREATE OR REPLACE FUNCTION outreach_mark(of_creditor bigint, of_touch bigint, token uuid, seen_version bigint, seen_past text,
                              since timestamptz, reached text[], moment timestamptz, lease integer, most integer)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    it record;
    people text[];
    try smallint;
    changed boolean := false;
BEGIN
    SELECT array_agg(DISTINCT p.address_hash ORDER BY p.address_hash) INTO people
      FROM outreach_touch t
      JOIN receivables_contact c ON c.creditor_id = t.creditor_id AND c.customer_id = t.customer_id
      JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
     WHERE t.creditor_id = of_creditor AND t.id = of_touch;
    PERFORM pg_advisory_xact_lock(hashtextextended(h, 0)) FROM unnest(people) AS h;
    IF outreach_past(of_creditor, people, since) <> seen_past THEN
        RETURN 'met';
    END IF;
    SELECT t.customer_id, t.channel, t.purpose, t.episode_id, t.approved_by, t.asked INTO it FROM outreach_touch t
     WHERE t.creditor_id = of_creditor AND t.id = of_touch AND t.state = 'claimed' AND t.claim = token
       AND t.claim_until > clock_timestamp() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'not_any_more';
    END IF;
    IF coalesce((SELECT r.version FROM outreach_review r
                  WHERE r.creditor_id = of_creditor AND r.customer_id = it.customer_id FOR SHARE), 0) <> seen_version THEN
        changed := true;
    END IF;
    IF EXISTS (SELECT 1 FROM outreach_senderstop s
                WHERE s.creditor_id = of_creditor AND s.lifted_at IS NULL AND s.channel IN ('', it.channel))
       OR EXISTS (SELECT 1 FROM tenancy_creditor c WHERE c.id = of_creditor
                     AND (c.sending_paused_at IS NOT NULL OR c.restored_at IS NOT NULL AND it.approved_by = '')) THEN
        RETURN 'stopped';
    END IF;
    IF changed THEN
        RETURN 'not_any_more';
    END IF;
    IF most <= (SELECT count(*) FROM outreach_touch t
                  JOIN outreach_attempt a ON a.creditor_id = t.creditor_id AND a.touch_id = t.id
                 WHERE t.creditor_id = of_creditor AND t.customer_id = it.customer_id
                   AND (t.episode_id IS NOT NULL OR t.id = of_touch)
                   AND t.handed_at > moment - interval '1 hour' AND a.started_at > moment - interval '1 hour'
                   AND a.started_at > coalesce((SELECT max(s.lifted_at) FROM outreach_senderstop s
                                                 WHERE s.creditor_id = of_creditor AND s.channel IN ('', it.channel)),
                                               '-infinity')) THEN
        RETURN 'fuse';
    END IF;
    UPDATE outreach_touch t
       SET state = 'handing_over', handed_at = moment, attempts = t.attempts + 1,
           claim_until = clock_timestamp() + make_interval(secs => lease)
     WHERE t.creditor_id = of_creditor AND t.id = of_touch RETURNING t.attempts INTO try;
    INSERT INTO outreach_attempt (creditor_id, touch_id, number, claim, started_at, outcome, detail)
    VALUES (of_creditor, of_touch, try, token, moment, '', '');
    INSERT INTO outreach_contactrecord
           (organisation_id, creditor_id, person_hash, customer_id, touch_id, channel, purpose, outcome, at, debts,
            inbound, place)
    SELECT c.organisation_id, of_creditor, h.hash, it.customer_id, of_touch, it.channel, it.purpose, 'attempted', moment,
           outreach_debts(it.asked), false, 'personal'
      FROM tenancy_creditor c, unnest(reached) AS h(hash) WHERE c.id = of_creditor
    ON CONFLICT (creditor_id, touch_id, person_hash)
       DO UPDATE SET outcome = 'attempted', at = excluded.at, debts = excluded.debts;
    RETURN 'marked';
END $$;

-- Writes what the carrier answered: the touch, its attempt, the contact ledger, the journal and the customer's review.
-- False when the claim was lost: then nothing is written.
CREATE OR REPLACE FUNCTION outreach_record(of_creditor bigint, of_touch bigint, token uuid, becomes text, why text, again_at timestamptz,
                                moment timestamptz, said text, nobody_reached boolean, entries jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    who bigint;
BEGIN
    UPDATE outreach_touch t
       SET state = becomes, reason = why, claim = NULL, claim_until = NULL, retry_at = again_at, strikes = 0,
           ended_at = CASE becomes WHEN 'planned' THEN NULL ELSE moment END
     WHERE t.creditor_id = of_creditor AND t.id = of_touch AND t.state = 'handing_over' AND t.claim = token
    RETURNING t.customer_id INTO who;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE outreach_attempt a SET ended_at = moment, outcome = becomes, detail = left(said, 240)
     WHERE a.creditor_id = of_creditor AND a.touch_id = of_touch AND a.claim = token AND a.ended_at IS NULL;
    -- What an earlier attempt may have said to them still counts.
    IF nobody_reached THEN
        UPDATE outreach_contactrecord r SET outcome = 'failed_before'
         WHERE r.creditor_id = of_creditor AND r.touch_id = of_touch AND NOT EXISTS (
               SELECT 1 FROM outreach_attempt a
                WHERE a.creditor_id = of_creditor AND a.touch_id = of_touch AND a.outcome = 'unsure');
    END IF;
    PERFORM journal_write(of_creditor, entries);
    IF becomes <> 'planned' THEN
        INSERT INTO outreach_review (creditor_id, customer_id, next_review_at, version, reason)
        VALUES (of_creditor, who, moment, 1, 'touch.' || becomes)
        ON CONFLICT (creditor_id, customer_id) DO UPDATE
           SET next_review_at = excluded.next_review_at, version = outreach_review.version + 1, reason = excluded.reason;
    END IF;
    RETURN true;
END $$;
