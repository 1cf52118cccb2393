-- Pipelines, their instances, and who holds which task.

CREATE TABLE pipelines (
    n       INTEGER PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    deleted INTEGER NOT NULL,  -- 1 once it is: then it keeps neither instances nor tasks
    body    BLOB NOT NULL
);

-- How instances stand, rewritten at each change.
CREATE TABLE instances (
    n         INTEGER PRIMARY KEY,
    pipeline  INTEGER NOT NULL,
    id        TEXT NOT NULL,
    component TEXT NOT NULL,
    status    INTEGER NOT NULL,  -- the number of a status, see states.py; below 5 it is live
    body      BLOB NOT NULL
);

-- For every change, and every question by id.
CREATE UNIQUE INDEX instances_by_id ON instances (pipeline, id);

-- For a pipeline's instances in the order they came (n is part of every index), and for live ones.
CREATE INDEX instances_listed ON instances (status, pipeline);

-- For those of one component.
CREATE INDEX instances_of_component ON instances (pipeline, component);

-- A few thousand at most: who holds a task, and who held one lately.
CREATE TABLE tasks (
    id       TEXT PRIMARY KEY,
    pipeline INTEGER,  -- NULL for the task of a job
    body     BLOB NOT NULL
) WITHOUT ROWID;
