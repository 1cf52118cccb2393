-- Log groups, streams, and events that were put into them. A group goes by its place and name.

-- name: log_groups
-- A place's log groups.
SELECT log_groups.name, created_at, retention, tags, stored_bytes
FROM log_groups JOIN places ON places.n = log_groups.place
WHERE account = :account AND region = :region ORDER BY log_groups.name;

-- name: log_group
-- A log group.
SELECT log_groups.name, created_at, retention, tags, stored_bytes
FROM log_groups JOIN places ON places.n = log_groups.place
WHERE account = :account AND region = :region AND log_groups.name = :log_group;

-- name: forgetful_groups
-- Every log group that keeps events for a time only, after its place.
SELECT account, region, log_groups.name, created_at, retention, tags, stored_bytes
FROM log_groups JOIN places ON places.n = log_groups.place
WHERE retention IS NOT NULL ORDER BY account, region, log_groups.name;

-- name: stream
-- A log stream, and whose attempt it is.
SELECT streams.name, streams.created_at, first_at, last_at, ingested_at, jobs.body
FROM streams LEFT JOIN jobs ON jobs.n = streams.job
WHERE streams.log_group = (
      SELECT log_groups.n FROM log_groups JOIN places ON places.n = log_groups.place
      WHERE account = :account AND region = :region AND log_groups.name = :log_group
  )
  AND streams.name = :stream;

-- name: streams
-- A group's log streams by name, from after one on.
SELECT streams.name, streams.created_at, first_at, last_at, ingested_at, jobs.body
FROM streams LEFT JOIN jobs ON jobs.n = streams.job
WHERE streams.log_group = (
      SELECT log_groups.n FROM log_groups JOIN places ON places.n = log_groups.place
      WHERE account = :account AND region = :region AND log_groups.name = :log_group
  )
  AND streams.name > :after AND streams.name >= :low AND streams.name < :high
ORDER BY streams.name LIMIT :limit;

-- name: logging_attempts
-- The names of a group's streams that are attempts'.
SELECT streams.name FROM streams
WHERE streams.log_group = (
      SELECT log_groups.n FROM log_groups JOIN places ON places.n = log_groups.place
      WHERE account = :account AND region = :region AND log_groups.name = :log_group
  )
  AND job IS NOT NULL
ORDER BY streams.name;

-- name: events_ahead
-- What was put into a stream, from a gap and a time on.
SELECT at, n, ingested_at, message FROM events
WHERE stream = (
      SELECT streams.n FROM streams
        JOIN log_groups ON log_groups.n = streams.log_group
        JOIN places ON places.n = log_groups.place
      WHERE account = :account AND region = :region AND log_groups.name = :log_group
        AND streams.name = :stream
  )
  AND at >= :since AND at < :until AND (at, n) >= (:at, :n)
ORDER BY at, n LIMIT :limit;

-- name: events_back
-- What was put into a stream before a gap and a time, the latest first.
SELECT at, n, ingested_at, message FROM events
WHERE stream = (
      SELECT streams.n FROM streams
        JOIN log_groups ON log_groups.n = streams.log_group
        JOIN places ON places.n = log_groups.place
      WHERE account = :account AND region = :region AND log_groups.name = :log_group
        AND streams.name = :stream
  )
  AND at >= :since AND at < :until AND (at, n) < (:at, :n)
ORDER BY at DESC, n DESC LIMIT :limit;

-- name: put_log_group
-- Keep what became of a log group.
UPDATE log_groups SET created_at = ?, retention = ?, tags = ? WHERE n = ?;

-- name: drop_log_group
-- Drop a log group.
DELETE FROM log_groups WHERE n = ?;

-- name: streams_of_group
-- The numbers of a group's streams.
SELECT n FROM streams WHERE log_group = ?;

-- name: create_stream
-- Make a stream by hand, perhaps where an attempt's is.
INSERT INTO streams (log_group, name, created_at) VALUES (?, ?, ?)
ON CONFLICT (log_group, name) DO UPDATE SET created_at = excluded.created_at;

-- name: known_stream
-- The number of a stream, and whose attempt it is.
SELECT n, job FROM streams WHERE log_group = ? AND name = ?;

-- name: count_events
-- What a stream's events count.
SELECT coalesce(sum(length(CAST(message AS BLOB)) + 26), 0) FROM events WHERE stream = ?;

-- name: drop_events
-- Drop a stream's events.
DELETE FROM events WHERE stream = ?;

-- name: drop_stream
-- Drop a stream.
DELETE FROM streams WHERE n = ?;

-- name: put_event
-- Put an event into a stream.
INSERT INTO events (stream, at, ingested_at, message) VALUES (?, ?, ?, ?);

-- name: note_events
-- Note of a stream what was put into it.
UPDATE streams SET first_at = min(coalesce(first_at, :first), :first),
                   last_at = max(coalesce(last_at, :last), :last),
                   ingested_at = :now
WHERE n = :stream;

-- name: count_bytes
-- Count what was put into a group.
UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE n = ?;

-- name: old_events
-- What was put into a stream before a moment, and what it counts.
SELECT n, length(CAST(message AS BLOB)) + 26 FROM events
WHERE stream = ? AND at < ? ORDER BY at LIMIT ?;

-- name: drop_event
-- Drop an event.
DELETE FROM events WHERE n = ?;
