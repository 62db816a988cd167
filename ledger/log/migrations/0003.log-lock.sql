-- The one lock of all writers, and where the log stands once it is held.
-- depends: 0001.log

-- An advisory lock and not LOCK TABLE: the table lock collides with autovacuum and ANALYZE.
-- The function is volatile, so each statement after the lock sees what was committed before
-- it was granted.
CREATE FUNCTION public.lock_log(
    OUT last_position bigint, OUT last_recorded_at bigint, OUT last_dead_letter bigint,
    OUT clock bigint
) LANGUAGE plpgsql VOLATILE AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock(5283640181);
    SELECT c.position, c.recorded_at INTO last_position, last_recorded_at
        FROM public.commits c ORDER BY c.position DESC LIMIT 1;
    SELECT max(d.number) INTO last_dead_letter FROM public.dead_letter d;
    last_position := coalesce(last_position, 0);
    last_recorded_at := coalesce(last_recorded_at, 0);
    last_dead_letter := coalesce(last_dead_letter, 0);
    clock := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
END
$body$;
