-- Long strings that rows repeat have a number each: indexes stay small.

CREATE TABLE places (
    n       INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    UNIQUE (account, region)
);

CREATE TABLE queues (
    n     INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    arn   TEXT NOT NULL,
    UNIQUE (place, arn)
);

CREATE TABLE log_groups (
    n     INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    name  TEXT NOT NULL,
    UNIQUE (place, name)
);

-- What was submitted, written once. A row has the number of the job that was submitted; the
-- children of an array have none of their own.
CREATE TABLE specs (
    n          INTEGER PRIMARY KEY,
    queue      INTEGER NOT NULL,
    name       TEXT NOT NULL COLLATE NOCASE,
    definition TEXT NOT NULL,
    array_size INTEGER,
    share      TEXT,
    body       BLOB NOT NULL
);

-- For ListJobs by JOB_NAME.
CREATE INDEX specs_named ON specs (queue, name);

-- How jobs stand, rewritten at each change, so kept narrow.
CREATE TABLE jobs (
    n          INTEGER PRIMARY KEY,
    id         TEXT NOT NULL,
    place      INTEGER NOT NULL,
    queue      INTEGER,           -- NULL for children: they are listed under their array
    parent     INTEGER,           -- the array of a child
    idx        INTEGER,           -- its place there
    spec       INTEGER NOT NULL,  -- its own number, or its array's
    created_at INTEGER NOT NULL,
    state      INTEGER NOT NULL,  -- the number of a state, see states.py; below 5 it is live
    stopped_at INTEGER,           -- only of ended jobs that are no children: what retention asks
    body       BLOB NOT NULL
);

-- For every question by id; with the place in it, details are found without the row itself.
CREATE UNIQUE INDEX jobs_by_id ON jobs (id, place);

-- For ListJobs by queue, newest first (n is part of every index), and for live jobs of any kind.
CREATE INDEX jobs_listed ON jobs (state, queue, created_at);

-- For ListJobs by array.
CREATE INDEX jobs_in_array ON jobs (parent, idx) WHERE parent IS NOT NULL;

-- For retention.
CREATE INDEX jobs_stopped ON jobs (stopped_at) WHERE stopped_at IS NOT NULL;

-- The JobDetail JSON of ended jobs.
CREATE TABLE details (
    n    INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

-- One row per attempt, written when it appears; the attempt itself is in its job's body.
CREATE TABLE streams (
    log_group INTEGER NOT NULL,
    name      TEXT NOT NULL,
    job       INTEGER NOT NULL,
    PRIMARY KEY (log_group, name)
) WITHOUT ROWID;

CREATE TABLE resources (
    place INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    body  BLOB NOT NULL,
    PRIMARY KEY (place, kind, key)
);

CREATE TABLE notes (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;
