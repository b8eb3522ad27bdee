-- The life of a touch, as in domain/outreach/touch.py: any other edge is refused.
-- Of what ends without having left the last time it notes whether an earlier attempt may have been read: then its step
-- is made.
CREATE OR REPLACE FUNCTION outreach_touch_edge() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('proposed', 'planned') THEN
            RAISE EXCEPTION 'A touch begins as proposed or planned, not as %.', NEW.state USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY[
        'proposed>planned', 'proposed>suppressed',
        'planned>claimed', 'planned>suppressed',
        'claimed>planned', 'claimed>handing_over', 'claimed>suppressed',
        'handing_over>accepted', 'handing_over>failed', 'handing_over>unsure', 'handing_over>planned',
        'unsure>accepted', 'unsure>failed', 'unsure>planned',
        'accepted>delivered', 'accepted>failed', 'delivered>failed'])) THEN
        RAISE EXCEPTION 'A touch cannot go from % to %.', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('suppressed', 'failed') AND NEW.attempts > 0 AND TG_OP = 'UPDATE' THEN
        -- From unsure to failed there is proof that nobody was reached.
        NEW.perhaps_read := NEW.perhaps_read OR OLD.state NOT IN ('unsure', NEW.state) AND EXISTS (
            SELECT 1 FROM outreach_attempt a
             WHERE a.creditor_id = NEW.creditor_id AND a.touch_id = NEW.id AND a.outcome = 'unsure');
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER touch_edge BEFORE UPDATE OF state ON outreach_touch FOR EACH ROW EXECUTE FUNCTION outreach_touch_edge();
-- Asked only of what is refused: a sweep begins touches by the hundred thousand.
CREATE OR REPLACE TRIGGER touch_begins BEFORE INSERT ON outreach_touch FOR EACH ROW
    WHEN (NEW.state NOT IN ('proposed', 'planned')) EXECUTE FUNCTION outreach_touch_edge();
