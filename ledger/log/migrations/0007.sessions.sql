-- Who is signed in: a row from signing in to signing out, or until it has lasted long enough.
-- depends: 0004.access

-- The id is the SHA-256 of a word in the browser's cookie: whoever reads this table cannot be
-- anybody by it. Times in µs UTC.
CREATE TABLE public.sessions (
    id          bytea  PRIMARY KEY,
    token       text   NOT NULL REFERENCES public.tokens (id),
    started_at  bigint NOT NULL,
    ends_at     bigint NOT NULL
);
CREATE INDEX sessions_of_token ON public.sessions (token, started_at);
CREATE INDEX sessions_by_end ON public.sessions (ends_at);

-- Whose session that is, while it lasts and its token is valid; the reader sees no other.
CREATE FUNCTION public.session_of(shown bytea, named text, now bigint, OUT id text, OUT role text,
    OUT party text, OUT source text, OUT person text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    SELECT t.id, t.role, t.party, t.source, t.person
    FROM public.sessions AS s JOIN public.tokens AS t ON t.id = s.token
    WHERE s.id = shown AND s.token = named AND s.ends_at > now AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > now)
$body$;
REVOKE ALL ON FUNCTION public.session_of FROM PUBLIC;
