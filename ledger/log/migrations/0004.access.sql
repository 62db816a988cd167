-- Who may ask what: tokens, the role that the web reads as, and which events that role sees.
-- depends: 0002.log-append-only 0003.log-lock

CREATE TABLE public.tokens (
    id          text   PRIMARY KEY,
    hash        bytea  NOT NULL UNIQUE,
    role        text   NOT NULL CHECK (role IN
        ('scanner', 'exporter', 'processor', 'importer', 'certifier', 'operator')),
    party       text   NOT NULL,
    source      text   CHECK (source IS NOT NULL OR role <> 'scanner'),
    person      text,
    created_at  bigint NOT NULL,
    expires_at  bigint,
    revoked_at  bigint
);

-- The reader belongs to the whole server, not to this database. Where we may not make it, the
-- ledger works all the same, and only the web refuses to start until somebody has made it.
CREATE FUNCTION public.make_reader() RETURNS boolean LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ledger_reader') THEN
        CREATE ROLE ledger_reader NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'ledger_reader', 'MEMBER') THEN
        GRANT ledger_reader TO CURRENT_USER;
    END IF;
    RETURN true;
EXCEPTION
    WHEN insufficient_privilege THEN RETURN false;
    WHEN duplicate_object OR unique_violation THEN RETURN true;
END
$body$;

CREATE FUNCTION public.grant_reader(of_schema text) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'ledger_reader') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ledger_reader', of_schema);
        IF of_schema = 'public' THEN
            GRANT SELECT ON public.events, public.commits, public.dead_letter TO ledger_reader;
            GRANT EXECUTE ON FUNCTION public.token_of TO ledger_reader;
        ELSE
            EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ledger_reader', of_schema);
        END IF;
    END IF;
END
$body$;

-- Who is asking, as the web says for each transaction. Nobody where it says nothing.
CREATE FUNCTION public.viewer_role() RETURNS text LANGUAGE sql STABLE AS
$body$ SELECT nullif(current_setting('ledger.role', true), '') $body$;
CREATE FUNCTION public.viewer_party() RETURNS text LANGUAGE sql STABLE AS
$body$ SELECT nullif(current_setting('ledger.party', true), '') $body$;
CREATE FUNCTION public.viewer_source() RETURNS text LANGUAGE sql STABLE AS
$body$ SELECT nullif(current_setting('ledger.source', true), '') $body$;
CREATE FUNCTION public.sees_all() RETURNS boolean LANGUAGE sql STABLE AS
$body$ SELECT coalesce(public.viewer_role() = 'operator', false) $body$;

-- A scanner sees what its own source reported. What the others see depends on marks, contracts
-- and goods: the views know those, and bring `viewer_marks`, `viewer_parties`, `viewer_accounts`
-- and `sees_fact` along in their own schema, found by the search path.
CREATE FUNCTION public.viewer(what text) RETURNS text[] LANGUAGE plpgsql STABLE AS $body$
DECLARE
    found text[];
BEGIN
    IF public.viewer_role() IS NULL OR public.viewer_role() IN ('scanner', 'operator') THEN
        RETURN '{}';
    END IF;
    EXECUTE format('SELECT viewer_%s()', what) INTO found;
    RETURN found;
END
$body$;

CREATE FUNCTION public.sees_event(
    topic text, stream uuid, state bytea, marks text[], parties text[], accounts text[]
) RETURNS boolean LANGUAGE plpgsql STABLE AS $body$
DECLARE
    viewer text := public.viewer_role();
    fact jsonb;
BEGIN
    IF viewer IS NULL THEN
        RETURN false;
    END IF;
    IF topic LIKE 'Discrepancy%' THEN
        RETURN viewer <> 'scanner' AND EXISTS (SELECT FROM cases WHERE cases.id = stream);
    ELSIF topic LIKE 'Period%' THEN
        RETURN viewer <> 'scanner' AND EXISTS (SELECT FROM periods WHERE periods.id = stream);
    END IF;
    fact := convert_from(state, 'UTF8')::jsonb;
    IF viewer = 'scanner' THEN
        RETURN fact->>'source' = public.viewer_source();
    END IF;
    RETURN sees_fact(topic, fact, marks, parties, accounts);
END
$body$;

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.events FOR SELECT USING (
    (SELECT public.sees_all())
    OR public.sees_event(topic, originator_id, state, (SELECT public.viewer('marks')),
        (SELECT public.viewer('parties')), (SELECT public.viewer('accounts')))
);

-- What was refused over HTTP is kept under who sent it: `source:S REQUEST`, or `party:P REQUEST`.
ALTER TABLE public.dead_letter ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.dead_letter FOR SELECT USING (
    (SELECT public.sees_all())
    OR (door = 'http' AND split_part(place, ' ', 1) =
        coalesce((SELECT 'source:' || public.viewer_source()),
            (SELECT 'party:' || public.viewer_party())))
);

-- Positions and times of commits name nobody.
ALTER TABLE public.commits ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.commits FOR SELECT USING (true);

-- What the reader may learn without seeing the tables: whose a token is that somebody shows, and
-- whether recorded times here are made up. `now` in µs UTC.
CREATE FUNCTION public.token_of(shown bytea, named text, now bigint, OUT id text, OUT role text,
    OUT party text, OUT source text, OUT person text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    SELECT t.id, t.role, t.party, t.source, t.person FROM public.tokens AS t
    WHERE (t.hash = shown OR t.id = named) AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > now)
$body$;
CREATE FUNCTION public.is_simulation() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$body$ SELECT EXISTS (SELECT FROM public.meta WHERE key = 'simulation') $body$;
REVOKE ALL ON FUNCTION public.token_of FROM PUBLIC;
REVOKE ALL ON FUNCTION public.make_reader FROM PUBLIC;
REVOKE ALL ON FUNCTION public.grant_reader FROM PUBLIC;

DO $body$
BEGIN
    PERFORM public.make_reader();
    PERFORM public.grant_reader('public');
END
$body$;
