-- Log groups and streams that were made by hand, and what was put into streams.

ALTER TABLE log_groups ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log_groups ADD COLUMN retention INTEGER;                  -- days; NULL is for ever
ALTER TABLE log_groups ADD COLUMN tags BLOB;                          -- NULL is none
ALTER TABLE log_groups ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0;

-- A group is as old as the oldest job that logged to it, or as this version if all were forgotten.
UPDATE log_groups SET created_at = coalesce(
    (SELECT min(jobs.created_at) FROM streams JOIN jobs ON jobs.n = streams.job
     WHERE streams.log_group = log_groups.n),
    CAST(strftime('%s', 'now') AS INTEGER) * 1000
);

ALTER TABLE streams RENAME TO streams_of_attempts;

CREATE TABLE streams (
    n           INTEGER PRIMARY KEY,
    log_group   INTEGER NOT NULL,
    name        TEXT NOT NULL,
    job         INTEGER,  -- whose attempt's it is; written when that appears, NULL if nobody's
    created_at  INTEGER,  -- when it was made by hand; NULL if it was not
    first_at    INTEGER,  -- of what was put into it: the earliest and the latest time
    last_at     INTEGER,
    ingested_at INTEGER,  -- and when it was put last
    UNIQUE (log_group, name)
);

INSERT INTO streams (log_group, name, job) SELECT log_group, name, job FROM streams_of_attempts;

DROP TABLE streams_of_attempts;

-- What was put into streams. A number is never used again: positions between events are made of it.
CREATE TABLE events (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    stream      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    ingested_at INTEGER NOT NULL,
    message     TEXT NOT NULL
);

-- For reading in either direction (n is part of every index), and for retention.
CREATE INDEX events_listed ON events (stream, at);
