-- Version 5: the fee ledger.

-- One row for each disruption that was assessed; `fee` is as assessed, `state` as a person said.
CREATE TABLE fees (
    id            TEXT PRIMARY KEY,
    raincheck     TEXT NOT NULL,
    at            TEXT NOT NULL,
    calendar      TEXT NOT NULL,
    uid           TEXT NOT NULL,
    recurrence_id TEXT,
    session_start TEXT NOT NULL,
    cause         TEXT NOT NULL,
    fault         TEXT NOT NULL,
    paid          INTEGER NOT NULL,
    fee           TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'waived')),
    client        TEXT NOT NULL,  -- a digest
    year          INTEGER NOT NULL,
    forgiven      INTEGER NOT NULL,
    UNIQUE (raincheck, at)
) STRICT;
CREATE INDEX fees_forgiven ON fees (client, year) WHERE forgiven;
