-- What EventBridge is told of jobs, until every target has it.

CREATE TABLE notices (
    n    INTEGER PRIMARY KEY,  -- its number: the order they came in
    job  TEXT NOT NULL,
    body BLOB NOT NULL
);
