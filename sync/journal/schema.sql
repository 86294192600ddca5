-- The state file, version 6 (PRAGMA user_version). Times are UTC, ISO 8601; money is text.

CREATE TABLE calendars (
    name   TEXT PRIMARY KEY,
    cursor TEXT NOT NULL
) STRICT;

-- Accounts that have reached a limit on writing.
CREATE TABLE pauses (
    account TEXT PRIMARY KEY,
    until   TEXT NOT NULL  -- no writes before this time
) STRICT;

-- A digest of the configuration that the last pass found good, with nothing to warn of.
CREATE TABLE seals (
    seal TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The revision of every resource when it was last seen: a repeat is not a change.
CREATE TABLE resources (
    calendar TEXT NOT NULL,
    resource TEXT NOT NULL,
    revision TEXT NOT NULL,
    PRIMARY KEY (calendar, resource)
) STRICT, WITHOUT ROWID;

-- Sessions as last seen: a deletion comes without a body.
CREATE TABLE copies (
    calendar      TEXT NOT NULL,
    resource      TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,  -- '' for a single session and for a series
    session       TEXT NOT NULL,  -- as last seen, JSON
    ends          TEXT,           -- null for a series
    PRIMARY KEY (calendar, resource, recurrence_id)
) STRICT;  -- with rows of its own: whole texts in an index took twice the room
CREATE INDEX copies_by_end ON copies (ends) WHERE ends IS NOT NULL;

CREATE TABLE rainchecks (
    id              TEXT PRIMARY KEY,
    original        TEXT NOT NULL,  -- the session when the signal was first seen, JSON
    uid             TEXT NOT NULL,
    recurrence_id   TEXT,
    signal          TEXT NOT NULL,
    cause           TEXT NOT NULL,
    fault           TEXT NOT NULL,
    action          TEXT NOT NULL,
    rule            TEXT NOT NULL,
    noticed         TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN (
        'settling', 'planned', 'written', 'settled', 'waiting', 'withdrawn', 'failed')),
    pass_id         TEXT NOT NULL,
    attempt         INTEGER NOT NULL CHECK (attempt >= 1),
    slot            TEXT,           -- JSON: start, end, zone
    confirmed       INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    replacement_uid TEXT,
    resource        TEXT,           -- where the replacement stands
    fee             TEXT,           -- JSON: amount, currency, state, reason
    reason          TEXT,
    paid            INTEGER NOT NULL CHECK (paid IN (0, 1)),
    urgent          INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    home            TEXT,           -- the replacement's calendar, if not the original's
    declined        TEXT NOT NULL DEFAULT '[]',  -- times offered before, JSON
    duties          TEXT,           -- writes still owed, JSON; null if there are none
    -- a replacement that stands has a time and a name
    CHECK (state NOT IN ('written') OR (slot IS NOT NULL AND replacement_uid IS NOT NULL))
) STRICT;

-- One session, one raincheck: the first promise, held once more by the file itself.
CREATE UNIQUE INDEX rainchecks_by_session ON rainchecks (uid, ifnull(recurrence_id, ''));
CREATE INDEX rainchecks_by_state ON rainchecks (state);
CREATE INDEX rainchecks_offered ON rainchecks (id)
    WHERE state = 'settled' AND confirmed = 0 AND slot IS NOT NULL;
CREATE INDEX rainchecks_owing ON rainchecks (id) WHERE duties IS NOT NULL;

CREATE INDEX rainchecks_by_resource ON rainchecks (resource);

CREATE TABLE story (
    at        TEXT NOT NULL,
    raincheck TEXT NOT NULL REFERENCES rainchecks (id),
    pass_id   TEXT NOT NULL,
    what      TEXT NOT NULL,
    why       TEXT NOT NULL
) STRICT;
CREATE INDEX story_by_raincheck ON story (raincheck);
CREATE INDEX story_by_pass ON story (pass_id);

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
