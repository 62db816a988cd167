-- The one lock of all writers, and where the log stands once it is held.
-- depends: 0001.log

-- An advisory lock and not LOCK TABLE: the table lock collides with autovacuum and ANALYZE.
-- The function is volatile, so each statement after the lock sees what was committed before
-- it was granted.
CREATE FUNCTION public.lock_log(
    OUT position bigint, OUT recorded_at bigint, OUT dead_letter bigint, OUT clock bigint
) LANGUAGE plpgsql VOLATILE AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock(5283640181);
    SELECT c.position, c.recorded_at INTO position, recorded_at
        FROM public.commits c ORDER BY c.position DESC LIMIT 1;
    SELECT max(d.number) INTO dead_letter FROM public.dead_letter d;
    position := coalesce(position, 0);
    recorded_at := coalesce(recorded_at, 0);
    dead_letter := coalesce(dead_letter, 0);
    clock := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
END
$body$;
