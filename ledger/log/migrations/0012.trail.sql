-- What was done with tokens, by whom and when; and tokens that are replaced without a gap.
-- depends: 0009.processes 0011.dead-letters-settled

-- Who: a person by reference, or the user of the machine as `user:NAME`. `at` in µs UTC.
CREATE TABLE public.admin_log (
    number   bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at       bigint NOT NULL,
    who      text   NOT NULL,
    door     text   NOT NULL,
    act      text   NOT NULL,
    subject  text   NOT NULL,
    detail   text   NOT NULL
);
CREATE INDEX admin_log_by_time ON public.admin_log (at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.admin_log
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
ALTER TABLE public.admin_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.admin_log FOR SELECT USING ((SELECT public.sees_all()));

-- The secret before the last rotation opens the same until `former_until`. Times in µs UTC.
ALTER TABLE public.tokens
    ADD COLUMN IF NOT EXISTS created_by text,
    ADD COLUMN IF NOT EXISTS last_used_at bigint,
    ADD COLUMN IF NOT EXISTS former_hash bytea UNIQUE,
    ADD COLUMN IF NOT EXISTS former_until bigint;

-- Whose a token is, and until when what was shown opens anything: null for ever.
DROP FUNCTION IF EXISTS public.token_of(bytea, text, bigint);
CREATE FUNCTION public.token_of(shown bytea, named text, now bigint, OUT id text, OUT role text,
    OUT party text, OUT source text, OUT person text, OUT until bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    SELECT t.id, t.role, t.party, t.source, t.person,
        CASE WHEN t.former_hash = shown THEN least(t.expires_at, t.former_until)
            ELSE t.expires_at END
    FROM public.tokens AS t
    WHERE (t.hash = shown OR t.id = named OR (t.former_hash = shown AND t.former_until > now))
        AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now)
$body$;
DROP FUNCTION IF EXISTS public.session_of(bytea, text, bigint);
CREATE FUNCTION public.session_of(shown bytea, named text, now bigint, OUT id text, OUT role text,
    OUT party text, OUT source text, OUT person text, OUT until bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    SELECT t.id, t.role, t.party, t.source, t.person, t.expires_at
    FROM public.sessions AS s JOIN public.tokens AS t ON t.id = s.token
    WHERE s.id = shown AND s.token = named AND s.ends_at > now AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > now)
$body$;
REVOKE ALL ON FUNCTION public.token_of FROM PUBLIC;
REVOKE ALL ON FUNCTION public.session_of FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.grant_reader(of_schema text) RETURNS void LANGUAGE plpgsql AS
$body$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'ledger_reader') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ledger_reader', of_schema);
        IF of_schema = 'public' THEN
            GRANT SELECT ON public.events, public.commits, public.dead_letter, public.admin_log
                TO ledger_reader;
            GRANT EXECUTE ON FUNCTION public.token_of, public.session_of TO ledger_reader;
        ELSE
            EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ledger_reader', of_schema);
        END IF;
    END IF;
END
$body$;
SELECT public.grant_reader('public');
