-- The task hub. Times are text in UTC as in the histories; `due` is in microseconds since 1970.

CREATE TABLE instances (
    instance_id     TEXT PRIMARY KEY,
    execution_id    TEXT NOT NULL,
    name            TEXT NOT NULL,
    version         TEXT,
    status          TEXT NOT NULL,
    input           TEXT,
    output          TEXT,
    custom_status   TEXT,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    parent          TEXT  -- JSON, as ParentInstance of ExecutionStarted
) WITHOUT ROWID;
-- Partial, so that a list of running or failed instances does not read the completed ones.
CREATE INDEX instances_not_completed ON instances (status, instance_id) WHERE status <> 'Completed';

CREATE TABLE history (
    instance_id     TEXT NOT NULL,
    position        INTEGER NOT NULL,
    event           TEXT NOT NULL,
    PRIMARY KEY (instance_id, position)
) WITHOUT ROWID;

CREATE TABLE entities (
    entity_id       TEXT PRIMARY KEY,  -- @name@key
    present         INTEGER NOT NULL,
    state           TEXT,
    updated_at      TEXT NOT NULL
) WITHOUT ROWID;

-- Events that an instance or an entity has not consumed. A message with `due` is a timer.
CREATE TABLE messages (
    message_id      INTEGER PRIMARY KEY,
    target          TEXT NOT NULL,
    event           TEXT NOT NULL,
    due             INTEGER,
    execution_id    TEXT  -- the only execution that may consume it
);
CREATE INDEX messages_by_target ON messages (target);

-- Activities that are scheduled and have no result.
CREATE TABLE tasks (
    task_id         INTEGER PRIMARY KEY,
    instance_id     TEXT NOT NULL,
    execution_id    TEXT NOT NULL,
    scheduled_id    INTEGER NOT NULL,
    name            TEXT NOT NULL,
    input           TEXT
);
CREATE INDEX tasks_by_instance ON tasks (instance_id);

-- Monitored timer triggers: a missed run is caught up. Times are text with an offset.
CREATE TABLE timer_triggers (
    name            TEXT PRIMARY KEY,
    last            TEXT,
    next            TEXT,
    updated         TEXT
) WITHOUT ROWID;
