-- The permanent tables of the log. Nothing in events, commits and dead_letter is ever changed.
-- depends:

CREATE TABLE public.events (
    originator_id       uuid    NOT NULL,
    originator_version  bigint  NOT NULL,
    notification_id     bigint  NOT NULL,
    recorded_at         bigint  NOT NULL,
    topic               text    NOT NULL,
    state               bytea   NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    -- Rows are never updated, so vacuum only freezes and maps pages: by inserts, not by deaths.
    autovacuum_vacuum_insert_threshold = 200000,
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_analyze_threshold = 20000,
    autovacuum_analyze_scale_factor = 0.1
);
-- States are read whole and in order, a few hundred bytes each: compressing them costs more
-- than it saves.
ALTER TABLE public.events ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX events_notification_id_idx ON public.events (notification_id);

-- Which position was known at a time: one row per commit that appended events.
CREATE TABLE public.commits (
    position     bigint PRIMARY KEY,
    recorded_at  bigint NOT NULL UNIQUE
);

CREATE TABLE public.tracking (
    application_name  text PRIMARY KEY,
    notification_id   bigint
);

CREATE TABLE public.source_position (
    topic        text    NOT NULL,
    partition    integer NOT NULL,
    epoch        bigint  NOT NULL,
    next_offset  bigint  NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0
);

CREATE TABLE public.dead_letter (
    number       bigint   PRIMARY KEY,
    recorded_at  bigint   NOT NULL,
    door         text     NOT NULL,
    place        text     NOT NULL,
    index        integer  NOT NULL,
    reason       text     NOT NULL,
    path         text     NOT NULL,
    payload      bytea    NOT NULL,
    sha256       bytea    NOT NULL,
    event_id     uuid,
    size         bigint,
    key          bytea,
    headers      bytea,
    timestamp    bigint
);
CREATE INDEX dead_letter_event_id_idx ON public.dead_letter (event_id)
    WHERE event_id IS NOT NULL;

CREATE TABLE public.meta (
    key    text PRIMARY KEY,
    value  text NOT NULL
);
