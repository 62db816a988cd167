-- From PostgreSQL 16 on, whoever makes a role may grant it, and not yet speak as it.
-- depends: 0004.access

CREATE OR REPLACE FUNCTION public.make_reader() RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
    speaks text := CASE WHEN current_setting('server_version_num')::int >= 160000
        THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ledger_reader') THEN
        CREATE ROLE ledger_reader NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'ledger_reader', speaks) THEN
        GRANT ledger_reader TO CURRENT_USER;
    END IF;
    RETURN true;
EXCEPTION
    WHEN insufficient_privilege THEN RETURN false;
    WHEN duplicate_object OR unique_violation THEN RETURN true;
END
$body$;
