-- Pipelines, their instances, and who holds which task: writing, then reading.

-- name: known_pipelines
-- Every pipeline's number, and whether it is deleted.
SELECT id, n, deleted FROM pipelines;

-- name: put_pipeline
-- Keep a pipeline, in place of what was kept of it.
INSERT INTO pipelines (id, deleted, body) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET deleted = excluded.deleted, body = excluded.body
RETURNING n;

-- name: put_instance
-- Keep an instance, in place of what was kept of it: then it stands where that stood.
INSERT INTO instances (pipeline, id, component, status, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (pipeline, id) DO UPDATE SET status = excluded.status, body = excluded.body;

-- name: put_task
-- Keep who holds a task, or held it.
INSERT OR REPLACE INTO tasks (id, pipeline, body) VALUES (?, ?, ?);

-- name: drop_task
-- Forget who held a task, if anybody did.
DELETE FROM tasks WHERE id = ?;

-- name: drop_instances
-- Forget the instances of a pipeline.
DELETE FROM instances WHERE pipeline = ?;

-- name: drop_tasks
-- Forget who holds the tasks of a pipeline: looked for among all, for there are few.
DELETE FROM tasks WHERE pipeline = ?;

-- name: pipelines
-- Every pipeline, in the order they came.
SELECT body FROM pipelines ORDER BY n;

-- name: live_instances
-- Every instance that has not ended with its pipeline, in the order they came.
SELECT pipelines.id, instances.body
FROM instances INDEXED BY instances_listed
  JOIN pipelines ON pipelines.n = instances.pipeline
WHERE instances.status < 5
ORDER BY instances.n;

-- name: instance
-- An instance of a pipeline.
SELECT body FROM instances
WHERE pipeline = (SELECT n FROM pipelines WHERE id = ?) AND id = ?;

-- name: instances_in_status
-- A pipeline's instances in one status, in the order they came, from after a row on.
SELECT n, body FROM instances INDEXED BY instances_listed
WHERE status = :status AND pipeline = (SELECT n FROM pipelines WHERE id = :pipeline)
  AND n > :after
ORDER BY n;

-- name: instances_of_component
-- A component's instances, in the order they came, from after a row on.
SELECT n, body FROM instances INDEXED BY instances_of_component
WHERE pipeline = (SELECT n FROM pipelines WHERE id = :pipeline) AND component = :component
  AND n > :after
  AND (1 << status) & :statuses
ORDER BY n;

-- name: instances_in_status_newest_first
-- The same, the other way: from before a row on.
SELECT n, body FROM instances INDEXED BY instances_listed
WHERE status = :status AND pipeline = (SELECT n FROM pipelines WHERE id = :pipeline)
  AND n < :after
ORDER BY n DESC;

-- name: instances_of_component_newest_first
-- The same, the other way: from before a row on.
SELECT n, body FROM instances INDEXED BY instances_of_component
WHERE pipeline = (SELECT n FROM pipelines WHERE id = :pipeline) AND component = :component
  AND n < :after
  AND (1 << status) & :statuses
ORDER BY n DESC;

-- name: tasks
-- Who holds a task, and who held one.
SELECT body FROM tasks;
