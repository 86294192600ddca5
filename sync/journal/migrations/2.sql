-- Version 2: copies of sessions, because a deletion comes without a body.

CREATE TABLE copies (
    calendar      TEXT NOT NULL,
    resource      TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,  -- '' for a single session and for a series
    session       TEXT NOT NULL,  -- as last seen, JSON
    ends          TEXT,           -- null for a series
    PRIMARY KEY (calendar, resource, recurrence_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX copies_by_end ON copies (ends) WHERE ends IS NOT NULL;
