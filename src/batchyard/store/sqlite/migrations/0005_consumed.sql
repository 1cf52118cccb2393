-- ListJobsByConsumableResource: the jobs that take of a resource are one stretch of an index,
-- newest first (jobs of earlier versions took of none).

CREATE TABLE consumed (
    resource   TEXT NOT NULL,     -- its ARN
    created_at INTEGER NOT NULL,  -- the job's own; it never changes
    spec       INTEGER NOT NULL,
    PRIMARY KEY (resource, created_at, spec)
) WITHOUT ROWID;

-- For retention.
CREATE INDEX consumed_by ON consumed (spec);
