-- Which topic a position was read in: one made anew under the same name has another id.
-- depends: 0004.access 0005.provenance

-- Null where the position was kept before ids were, or by brokers that know none.
ALTER TABLE public.source_position ADD COLUMN IF NOT EXISTS topic_id uuid;
