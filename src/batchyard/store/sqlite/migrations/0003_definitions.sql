-- ListJobs by definition: each definition's jobs are one stretch of an index, newest first.
-- Definitions are long strings that rows repeat, so they have numbers now, as queues do.

CREATE TABLE definitions (
    n   INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE
);

INSERT INTO definitions (arn) SELECT DISTINCT definition FROM specs;

DROP INDEX specs_named;

ALTER TABLE specs RENAME TO specs_before;

CREATE TABLE specs (
    n          INTEGER PRIMARY KEY,
    queue      INTEGER NOT NULL,
    name       TEXT NOT NULL COLLATE NOCASE,
    definition INTEGER NOT NULL,
    array_size INTEGER,
    share      TEXT,
    created_at INTEGER NOT NULL,  -- the job's own; it never changes
    body       BLOB NOT NULL
);

INSERT INTO specs (n, queue, name, definition, array_size, share, created_at, body)
SELECT old.n, old.queue, old.name, definitions.n, old.array_size, old.share, jobs.created_at,
       old.body
FROM specs_before AS old
  JOIN definitions ON definitions.arn = old.definition
  JOIN jobs ON jobs.n = old.n
ORDER BY old.n;

DROP TABLE specs_before;

-- For ListJobs by JOB_NAME.
CREATE INDEX specs_named ON specs (queue, name);

-- For ListJobs by JOB_DEFINITION, newest first.
CREATE INDEX specs_defined ON specs (queue, definition, created_at);
