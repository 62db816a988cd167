-- At which door an event came in, the party that the door vouches for, and the person.
-- depends: 0004.access

-- Null for what was recorded before doors were kept, and for the ledger's own decisions.
ALTER TABLE public.events
    ADD COLUMN IF NOT EXISTS door text,
    ADD COLUMN IF NOT EXISTS by text,
    ADD COLUMN IF NOT EXISTS person text;
ALTER TABLE public.dead_letter
    ADD COLUMN IF NOT EXISTS by text,
    ADD COLUMN IF NOT EXISTS person text;
