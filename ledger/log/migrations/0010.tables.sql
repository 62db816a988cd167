-- Who this ledger is, what the ids of rows are made with, and which rows of tables became events.
-- depends: 0007.sessions

-- ledger_id may be told to anybody. row_namespace is told to nobody but an export of the whole log:
-- whoever knew it could take the ids that others will need.
INSERT INTO public.meta (key, value) VALUES
    ('ledger_id', gen_random_uuid()::text), ('row_namespace', gen_random_uuid()::text)
ON CONFLICT (key) DO NOTHING;

-- by, person: as of the events. sha256: of the file. mapping: JSON, as it was used. counts: what
-- was found when it was judged. replaces: the import that this one stands for.
CREATE TABLE public.table_imports (
    id        uuid   PRIMARY KEY,
    made_at   bigint NOT NULL,
    by        text   NOT NULL,
    person    text,
    file      text   NOT NULL,
    sha256    bytea  NOT NULL,
    template  text   NOT NULL,
    mapping   text   NOT NULL,
    counts    jsonb  NOT NULL,
    replaces  uuid   UNIQUE REFERENCES public.table_imports (id)
);
CREATE INDEX table_imports_by_time ON public.table_imports (made_at);

CREATE TABLE public.table_import_rows (
    import  uuid    NOT NULL REFERENCES public.table_imports (id),
    sheet   text    NOT NULL,
    row     integer NOT NULL,
    event   uuid    NOT NULL,
    PRIMARY KEY (import, sheet, row)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.table_imports
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.table_import_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- An import is seen by the party that made it, and by the operator.
ALTER TABLE public.table_imports ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.table_imports FOR SELECT USING (
    (SELECT public.sees_all())
    OR by = (SELECT public.viewer_party() WHERE public.viewer_role() <> 'scanner')
);
ALTER TABLE public.table_import_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.table_import_rows FOR SELECT USING (
    EXISTS (SELECT FROM public.table_imports AS i WHERE i.id = import)
);
