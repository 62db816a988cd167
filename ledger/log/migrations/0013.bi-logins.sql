-- Who reads the views by SQL, with a login of the database's own: as whom is told by the login, and
-- not by what a session says of itself.
-- depends: 0012.trail

-- at: when it was made, µs UTC; by: who made it, as in admin_log.
CREATE TABLE public.bi_logins (
    login  text   PRIMARY KEY,
    role   text   NOT NULL CHECK (role IN
        ('exporter', 'processor', 'importer', 'certifier', 'operator')),
    party  text   NOT NULL,
    at     bigint NOT NULL,
    by     text   NOT NULL
);

CREATE FUNCTION public.bi_role() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$body$ SELECT b.role FROM public.bi_logins AS b WHERE b.login = session_user $body$;
CREATE FUNCTION public.bi_party() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$body$ SELECT b.party FROM public.bi_logins AS b WHERE b.login = session_user $body$;

-- Settings say who is asking only where the session is the web's or the owner's: those who may
-- write the table of logins. Nobody else becomes somebody by a SET. Bodies that are parsed now rest
-- on no search path.
CREATE OR REPLACE FUNCTION public.viewer_role() RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN has_table_privilege(session_user, 'public.bi_logins'::regclass, 'INSERT')
    THEN nullif(current_setting('ledger.role', true), '') ELSE public.bi_role() END;
CREATE OR REPLACE FUNCTION public.viewer_party() RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN has_table_privilege(session_user, 'public.bi_logins'::regclass, 'INSERT')
    THEN nullif(current_setting('ledger.party', true), '') ELSE public.bi_party() END;
CREATE OR REPLACE FUNCTION public.viewer_source() RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN has_table_privilege(session_user, 'public.bi_logins'::regclass, 'INSERT')
    THEN nullif(current_setting('ledger.source', true), '') END;
CREATE OR REPLACE FUNCTION public.sees_all() RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(public.viewer_role() = 'operator', false);

-- Writers' alone.
REVOKE ALL ON FUNCTION public.lock_log FROM PUBLIC;
