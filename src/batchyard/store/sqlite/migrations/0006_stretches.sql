-- ListJobs by SHARE_IDENTIFIER and by a whole JOB_NAME: one stretch of an index each, newest first.

ALTER TABLE jobs ADD COLUMN share TEXT;  -- NULL for children, as their queue is

UPDATE jobs SET share = (SELECT specs.share FROM specs WHERE specs.n = jobs.n)
WHERE n IN (SELECT specs.n FROM specs WHERE specs.share IS NOT NULL);

CREATE INDEX jobs_shared ON jobs (queue, share, state, created_at) WHERE share IS NOT NULL;

DROP INDEX specs_named;

CREATE INDEX specs_named ON specs (queue, name, created_at);
