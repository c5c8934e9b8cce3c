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
    parent          TEXT  -- JSON, as in ExecutionStarted: whom to tell when it ends
) WITHOUT ROWID;
-- The few among many: a list of what runs or failed must not read all that went well.
CREATE INDEX noteworthy_instances ON instances (status, instance_id) WHERE status <> 'Completed';

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

-- What an instance or an entity has yet to be told. A message with `due` is a timer.
CREATE TABLE messages (
    message_id      INTEGER PRIMARY KEY,
    target          TEXT NOT NULL,
    event           TEXT NOT NULL,
    due             INTEGER,
    execution_id    TEXT  -- the one execution that it is for
);
CREATE INDEX messages_by_target ON messages (target);

-- Activities that are called and have not been answered.
CREATE TABLE tasks (
    task_id         INTEGER PRIMARY KEY,
    instance_id     TEXT NOT NULL,
    execution_id    TEXT NOT NULL,
    scheduled_id    INTEGER NOT NULL,
    name            TEXT NOT NULL,
    input           TEXT
);
CREATE INDEX tasks_by_instance ON tasks (instance_id);

-- The timer triggers whose missed runs are made up for. Times are text with an offset.
CREATE TABLE timer_triggers (
    name            TEXT PRIMARY KEY,
    last            TEXT,
    next            TEXT,
    updated         TEXT
) WITHOUT ROWID;
