CREATE TABLE records (
    id TEXT NOT NULL,
    started DATETIME,
    seconds DOUBLE NOT NULL,
    task TEXT NOT NULL,
    reason TEXT NOT NULL,
    deployment TEXT,
    model TEXT,
    outcome TEXT DEFAULT 'answer' NOT NULL,
    error TEXT,
    latency DOUBLE NOT NULL,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cost DOUBLE,
    streamed BOOLEAN NOT NULL,
    run TEXT,
    step TEXT,
    body JSON NOT NULL,
    PRIMARY KEY (id)
)

CREATE TABLE tallied (
    every BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    part BIGINT NOT NULL,
    PRIMARY KEY (every, "by", part)
)

CREATE TABLE tallies (
    every BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    part BIGINT NOT NULL,
    task TEXT NOT NULL,
    deployment TEXT,
    label TEXT,
    calls BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    "left" BIGINT NOT NULL,
    latency DOUBLE NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost DOUBLE NOT NULL,
    unpriced BIGINT NOT NULL
)

CREATE TABLE log (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at DATETIME,
    seconds DOUBLE NOT NULL,
    call TEXT,
    run TEXT,
    step TEXT,
    attempt INTEGER,
    facts JSON NOT NULL,
    UNIQUE (id)
)

CREATE TABLE attempts (
    record TEXT NOT NULL,
    number INTEGER NOT NULL,
    deployment TEXT NOT NULL,
    model TEXT NOT NULL,
    role TEXT NOT NULL,
    started DATETIME,
    latency DOUBLE NOT NULL,
    first_token DOUBLE,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cost DOUBLE,
    served_model TEXT,
    outcome TEXT DEFAULT 'answer' NOT NULL,
    error TEXT,
    status INTEGER,
    message TEXT,
    region TEXT,
    pinned TEXT,
    evidenced TEXT,
    incident TEXT,
    seconds DOUBLE DEFAULT 0 NOT NULL,
    PRIMARY KEY (record, number),
    FOREIGN KEY(record) REFERENCES records (id) ON DELETE CASCADE
)

CREATE TABLE exclusions (
    record TEXT NOT NULL,
    deployment TEXT NOT NULL,
    rule TEXT,
    sentence TEXT NOT NULL,
    PRIMARY KEY (record, deployment),
    FOREIGN KEY(record) REFERENCES records (id) ON DELETE CASCADE
)

CREATE TABLE labels (
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    seconds DOUBLE DEFAULT 0 NOT NULL,
    PRIMARY KEY (record, name),
    FOREIGN KEY(record) REFERENCES records (id) ON DELETE CASCADE
)

CREATE TABLE interlock_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT interlock_version_pkc PRIMARY KEY (version_num)
)

CREATE INDEX attempts_by_deployment ON attempts (deployment, seconds, record)

CREATE INDEX labels_by_value ON labels (name, value, seconds, record)

CREATE INDEX log_by_call ON log (call)

CREATE INDEX log_by_run ON log (run)

CREATE INDEX log_by_time ON log (seconds)

CREATE TRIGGER log_is_fixed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is appended to alone'); END

CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is appended to alone'); END

CREATE INDEX records_by_error ON records (seconds, id) WHERE error IS NOT NULL

CREATE INDEX records_by_run ON records (run, seconds, id) WHERE run IS NOT NULL

CREATE INDEX records_by_task ON records (task, seconds, id)

CREATE INDEX records_by_time ON records (seconds, id)

CREATE INDEX tallies_by_part ON tallies (every, "by", part)

INSERT INTO interlock_version VALUES ('0006')
