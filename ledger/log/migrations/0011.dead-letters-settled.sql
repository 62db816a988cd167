-- Who sees which decision is said by the views, which know what they are about; and a party sees
-- what was refused of its own at whichever door vouched for it.
-- depends: 0008.reader-role 0010.tables

-- As before, but for the decisions: `is_decision` and `sees_decision` stand in the schema of the
-- views and are found by the search path, as `sees_fact` is.
CREATE OR REPLACE FUNCTION public.sees_event(
    topic text, stream uuid, state bytea, marks text[], parties text[], accounts text[]
) RETURNS boolean LANGUAGE plpgsql STABLE AS $body$
DECLARE
    viewer text := public.viewer_role();
    fact jsonb;
BEGIN
    IF viewer IS NULL THEN
        RETURN false;
    END IF;
    IF is_decision(topic) THEN
        RETURN sees_decision(topic, stream);
    END IF;
    fact := convert_from(state, 'UTF8')::jsonb;
    IF viewer = 'scanner' THEN
        RETURN fact->>'source' = public.viewer_source();
    END IF;
    RETURN sees_fact(topic, fact, marks, parties, accounts);
END
$body$;

DROP POLICY IF EXISTS seen ON public.dead_letter;
CREATE POLICY seen ON public.dead_letter FOR SELECT USING (
    (SELECT public.sees_all())
    OR by = (SELECT public.viewer_party() WHERE public.viewer_source() IS NULL)
    OR (door = 'http' AND split_part(place, ' ', 1) =
        coalesce((SELECT 'source:' || public.viewer_source()),
            (SELECT 'party:' || public.viewer_party())))
);

-- Counted and listed by reason without reading what was refused.
CREATE INDEX IF NOT EXISTS dead_letter_by_reason ON public.dead_letter (reason, number);
