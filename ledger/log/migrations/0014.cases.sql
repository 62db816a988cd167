-- What people keep beside the log to look at cases by; and a comment for its own party alone.
-- depends: 0013.bi-logins

-- A query of the list of cases under a name, of one person at one party; where a token names no
-- person, of that token. `made_at` in µs UTC.
CREATE TABLE public.saved_filters (
    party    text   NOT NULL,
    who      text   NOT NULL,
    name     text   NOT NULL,
    query    text   NOT NULL,
    made_at  bigint NOT NULL,
    PRIMARY KEY (party, who, name)
);
ALTER TABLE public.saved_filters ENABLE ROW LEVEL SECURITY;

-- As before, but that a decision is shown by what it says, too.
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
        RETURN sees_decision(topic, stream, state);
    END IF;
    fact := convert_from(state, 'UTF8')::jsonb;
    IF viewer = 'scanner' THEN
        RETURN fact->>'source' = public.viewer_source();
    END IF;
    RETURN sees_fact(topic, fact, marks, parties, accounts);
END
$body$;
