-- What has been recorded stays as it was recorded, whoever asks.
-- depends: 0001.log

CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'what is recorded in % is never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.events
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.commits
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.dead_letter
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
