-- Everything that writes.

-- name: add_place
-- Give an account in a region its number.
INSERT INTO places (account, region) VALUES (?, ?);

-- name: add_queue
-- Give a queue its number.
INSERT INTO queues (place, arn) VALUES (?, ?);

-- name: add_log_group
-- Give a log group its number.
INSERT INTO log_groups (place, name, created_at) VALUES (?, ?, ?);

-- name: add_definition
-- Give a job definition its number.
INSERT INTO definitions (arn) VALUES (?);

-- name: places
-- Every place by number.
SELECT n, account, region FROM places;

-- name: queues
-- Every queue by number.
SELECT n, place, arn FROM queues;

-- name: log_groups
-- Every log group by number.
SELECT n, place, name FROM log_groups;

-- name: definitions
-- Every job definition that a job has, by number.
SELECT n, arn FROM definitions;

-- name: highest_number
-- The number of the job that came last.
SELECT coalesce(max(n), 0) FROM jobs;

-- name: known_jobs
-- Which of these ids belong to jobs, and to which.
SELECT id, n, body FROM jobs WHERE id IN (SELECT value FROM json_each(?));

-- name: add_spec
-- Keep what was submitted: once, and never again.
INSERT INTO specs (n, queue, name, definition, array_size, share, created_at, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_consumed
-- Keep which consumable resource a job takes of.
INSERT INTO consumed (resource, created_at, spec) VALUES (?, ?, ?);

-- name: add_job
-- Keep a new job.
INSERT INTO jobs
    (n, id, place, queue, share, parent, idx, spec, created_at, state, stopped_at, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: change_job
-- Keep what became of a known job.
UPDATE jobs SET state = ?, stopped_at = ?, body = ? WHERE n = ?;

-- name: add_stream
-- Keep whose attempt a log stream is, also of one that was made by hand before.
INSERT INTO streams (log_group, name, job) VALUES (?, ?, ?)
ON CONFLICT (log_group, name) DO UPDATE SET job = excluded.job;

-- name: put_detail
-- Keep the JobDetail JSON of an ended job.
INSERT OR REPLACE INTO details (n, body) VALUES (?, ?);

-- name: put_resource
-- Keep a resource, in place of what had its key: then it stands where that stood.
INSERT INTO resources (place, kind, key, body) VALUES (?, ?, ?, ?)
ON CONFLICT (place, kind, key) DO UPDATE SET body = excluded.body;

-- name: remove_resource
-- Drop a resource, if it is there.
DELETE FROM resources WHERE place = ? AND kind = ? AND key = ?;

-- name: put_note
-- Keep a note, in place of what had its name.
INSERT OR REPLACE INTO notes (name, text) VALUES (?, ?);

-- name: long_ended
-- Jobs that stopped before a moment, oldest end first, but no array with a child that lives.
SELECT n FROM jobs AS old INDEXED BY jobs_stopped
WHERE stopped_at < ?
  AND NOT EXISTS (SELECT 1 FROM jobs AS child WHERE child.parent = old.n AND child.state < 5)
ORDER BY stopped_at, n LIMIT ?;

-- name: whole_job
-- A job and, if it is an array, its children.
SELECT n, body FROM jobs WHERE n = :n
UNION ALL
SELECT n, body FROM jobs WHERE parent = :n;

-- name: spec
-- What was submitted under a number.
SELECT body FROM specs WHERE n = ?;

-- name: drop_job
-- Forget a job.
DELETE FROM jobs WHERE n = ?;

-- name: drop_spec
-- Forget what was submitted.
DELETE FROM specs WHERE n = ?;

-- name: drop_consumed
-- Forget which consumable resources a job took of.
DELETE FROM consumed WHERE spec = ?;

-- name: drop_detail
-- Forget a JobDetail.
DELETE FROM details WHERE n = ?;

-- name: add_notice
-- Keep what targets are to be told.
INSERT OR REPLACE INTO notices (n, job, body) VALUES (?, ?, ?);

-- name: drop_notices
-- Forget what every target has been told.
DELETE FROM notices WHERE n <= ?;
