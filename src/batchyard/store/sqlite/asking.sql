-- Everything that reads. A row's range is always said in full, so that one statement, prepared
-- once, serves every query: a condition that was not given lets everything through.

-- name: live_specs
-- What was submitted, of every job that has not ended.
SELECT n, body FROM specs
WHERE n IN (SELECT spec FROM jobs INDEXED BY jobs_listed WHERE state < 5);

-- name: live_jobs
-- Every job that has not ended, in the order they came.
SELECT spec, body FROM jobs INDEXED BY jobs_listed WHERE state < 5 ORDER BY n;

-- name: resources
-- Every resource with its place, in the order they came.
SELECT account, region, kind, body
FROM resources JOIN places ON places.n = resources.place
ORDER BY resources.rowid;

-- name: notes
-- Every note.
SELECT name, text FROM notes;

-- name: job
-- A job and what was submitted.
SELECT jobs.body, specs.body FROM jobs JOIN specs ON specs.n = jobs.spec WHERE jobs.id = ?;

-- name: states
-- Where jobs stand.
SELECT id, state FROM jobs WHERE id IN (SELECT value FROM json_each(?));

-- name: details
-- The JobDetail JSON of ended jobs of one place.
SELECT jobs.id, details.body
FROM jobs JOIN details ON details.n = jobs.n
WHERE jobs.id IN (SELECT value FROM json_each(:ids))
  AND jobs.place = (SELECT n FROM places WHERE account = :account AND region = :region);

-- name: jobs_in_state
-- A queue's jobs of one state, newest first, from below a row on.
SELECT jobs.created_at, jobs.n, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM jobs INDEXED BY jobs_listed
  JOIN specs ON specs.n = jobs.spec
  JOIN queues ON queues.n = specs.queue
  JOIN definitions ON definitions.n = specs.definition
WHERE jobs.state = :state AND jobs.queue = (
      SELECT queues.n FROM queues JOIN places ON places.n = queues.place
      WHERE account = :account AND region = :region AND arn = :queue
  )
  AND jobs.created_at BETWEEN :earliest AND :latest
  AND (jobs.created_at, jobs.n) < (:created_at, :n)
  AND specs.name >= :name_low AND specs.name < :name_high
  AND definitions.arn >= :definition_low AND definitions.arn < :definition_high
  AND (:share IS NULL OR specs.share = :share)
ORDER BY jobs.created_at DESC, jobs.n DESC;

-- name: jobs_in_share
-- A queue's jobs of one share and state, newest first, from below a row on.
SELECT jobs.created_at, jobs.n, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM jobs INDEXED BY jobs_shared
  JOIN specs ON specs.n = jobs.spec
  JOIN queues ON queues.n = specs.queue
  JOIN definitions ON definitions.n = specs.definition
WHERE jobs.state = :state AND jobs.share = :share AND jobs.queue = (
      SELECT queues.n FROM queues JOIN places ON places.n = queues.place
      WHERE account = :account AND region = :region AND arn = :queue
  )
  AND jobs.created_at BETWEEN :earliest AND :latest
  AND (jobs.created_at, jobs.n) < (:created_at, :n)
  AND specs.name >= :name_low AND specs.name < :name_high
  AND definitions.arn >= :definition_low AND definitions.arn < :definition_high
ORDER BY jobs.created_at DESC, jobs.n DESC;

-- name: count_named
-- How many of a queue's jobs have a name within a range, counted up to a bound.
SELECT count(*) FROM (
    SELECT 1 FROM specs INDEXED BY specs_named
    WHERE queue = (
        SELECT queues.n FROM queues JOIN places ON places.n = queues.place
        WHERE account = :account AND region = :region AND arn = :queue
    ) AND name >= :name_low AND name < :name_high LIMIT :bound
);

-- name: jobs_named
-- A queue's jobs by how their names begin, newest first: where few of them begin so.
SELECT jobs.created_at, jobs.n, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM specs INDEXED BY specs_named
  CROSS JOIN jobs ON jobs.n = specs.n
  CROSS JOIN queues ON queues.n = specs.queue
  CROSS JOIN definitions ON definitions.n = specs.definition
WHERE specs.queue = (
      SELECT queues.n FROM queues JOIN places ON places.n = queues.place
      WHERE account = :account AND region = :region AND arn = :queue
  )
  AND specs.name >= :name_low AND specs.name < :name_high
  AND (1 << jobs.state) & :states
  AND jobs.created_at BETWEEN :earliest AND :latest
  AND (jobs.created_at, jobs.n) < (:created_at, :n)
  AND definitions.arn >= :definition_low AND definitions.arn < :definition_high
  AND (:share IS NULL OR specs.share = :share)
ORDER BY jobs.created_at DESC, jobs.n DESC;

-- name: jobs_called
-- A queue's jobs of one name, newest first, from below a row on.
SELECT jobs.created_at, jobs.n, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM specs INDEXED BY specs_named
  CROSS JOIN jobs ON jobs.n = specs.n
  CROSS JOIN queues ON queues.n = specs.queue
  CROSS JOIN definitions ON definitions.n = specs.definition
WHERE specs.queue = (
      SELECT queues.n FROM queues JOIN places ON places.n = queues.place
      WHERE account = :account AND region = :region AND arn = :queue
  )
  AND specs.name = :name_low
  AND (1 << jobs.state) & :states
  AND specs.created_at BETWEEN :earliest AND :latest
  AND (specs.created_at, specs.n) < (:created_at, :n)
  AND definitions.arn >= :definition_low AND definitions.arn < :definition_high
  AND (:share IS NULL OR specs.share = :share)
ORDER BY specs.created_at DESC, specs.n DESC;

-- name: definitions
-- The numbers of the definitions within a range, up to a bound.
SELECT n FROM definitions WHERE arn >= :definition_low AND arn < :definition_high LIMIT :bound;

-- name: jobs_defined
-- A queue's jobs of one definition, newest first, from below a row on.
SELECT jobs.created_at, jobs.n, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM specs INDEXED BY specs_defined
  CROSS JOIN jobs ON jobs.n = specs.n
  CROSS JOIN queues ON queues.n = specs.queue
  CROSS JOIN definitions ON definitions.n = specs.definition
WHERE specs.queue = (
      SELECT queues.n FROM queues JOIN places ON places.n = queues.place
      WHERE account = :account AND region = :region AND arn = :queue
  )
  AND specs.definition = :definition
  AND (1 << jobs.state) & :states
  AND specs.created_at BETWEEN :earliest AND :latest
  AND (specs.created_at, specs.n) < (:created_at, :n)
  AND specs.name >= :name_low AND specs.name < :name_high
  AND (:share IS NULL OR specs.share = :share)
ORDER BY specs.created_at DESC, specs.n DESC;

-- name: jobs_consuming
-- The jobs that take of a consumable resource, newest first, from below a row on.
SELECT jobs.created_at, jobs.n, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM consumed
  CROSS JOIN specs ON specs.n = consumed.spec
  CROSS JOIN jobs ON jobs.n = specs.n
  CROSS JOIN queues ON queues.n = specs.queue
  CROSS JOIN definitions ON definitions.n = specs.definition
WHERE consumed.resource = :consumes
  AND jobs.place = (SELECT n FROM places WHERE account = :account AND region = :region)
  AND (1 << jobs.state) & :states
  AND consumed.created_at BETWEEN :earliest AND :latest
  AND (consumed.created_at, consumed.spec) < (:created_at, :n)
  AND specs.name >= :name_low AND specs.name < :name_high
  AND definitions.arn >= :definition_low AND definitions.arn < :definition_high
  AND (:share IS NULL OR specs.share = :share)
ORDER BY consumed.created_at DESC, consumed.spec DESC;

-- name: jobs_in_array
-- The children of an array by index, from after one on. The conditions on what was submitted
-- hold for all of them or for none.
SELECT jobs.idx, 0, jobs.body,
       specs.name, queues.arn, definitions.arn, specs.array_size, specs.share
FROM jobs INDEXED BY jobs_in_array
  JOIN specs ON specs.n = jobs.spec
  JOIN queues ON queues.n = specs.queue
  JOIN definitions ON definitions.n = specs.definition
WHERE jobs.parent = (
      SELECT jobs.n FROM jobs JOIN places ON places.n = jobs.place
      WHERE jobs.id = :parent AND account = :account AND region = :region
  ) AND jobs.idx > :idx
  AND (1 << jobs.state) & :states
  AND jobs.created_at BETWEEN :earliest AND :latest
  AND specs.name >= :name_low AND specs.name < :name_high
  AND definitions.arn >= :definition_low AND definitions.arn < :definition_high
  AND (:share IS NULL OR specs.share = :share)
ORDER BY jobs.idx;

-- name: notices
-- What targets are to be told, in its order.
SELECT n, job, body FROM notices WHERE n > ? ORDER BY n LIMIT ?;

-- name: last_notice
-- The highest number of what targets are to be told.
SELECT coalesce(max(n), 0) FROM notices;
