-- Which processes run, and where: each says so itself, every few seconds.
-- depends: 0004.access 0007.sessions

-- instance: the host, behind it -2, -3 … where a host runs several of that name. Times in µs UTC by
-- the clock of the database. note: what the process says of itself, as JSON. restarts: when it was
-- started, within the last day, after an end that was not in order.
CREATE TABLE public.processes (
    name        text   NOT NULL,
    instance    text   NOT NULL,
    pid         int4   NOT NULL,
    started_at  int8   NOT NULL,
    beat_at     int8   NOT NULL,
    version     text   NOT NULL,
    note        text   NOT NULL,
    restarts    int8[] NOT NULL,
    PRIMARY KEY (name, instance)
) WITH (fillfactor = 50);
