-- Version 6: a configuration that was found good, how things stand at any size, and copies that
-- take half the room.

-- A digest of the configuration that the last pass found good, with nothing to warn of.
CREATE TABLE seals (
    seal TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

DROP INDEX rainchecks_open;
CREATE INDEX rainchecks_by_state ON rainchecks (state);
CREATE INDEX rainchecks_offered ON rainchecks (id)
    WHERE state = 'settled' AND confirmed = 0 AND slot IS NOT NULL;

ALTER TABLE copies RENAME TO copies_before;
DROP INDEX copies_by_end;
CREATE TABLE copies (
    calendar      TEXT NOT NULL,
    resource      TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,  -- '' for a single session and for a series
    session       TEXT NOT NULL,  -- as last seen, JSON
    ends          TEXT,           -- null for a series
    PRIMARY KEY (calendar, resource, recurrence_id)
) STRICT;  -- with rows of its own: whole texts in an index took twice the room
INSERT INTO copies SELECT * FROM copies_before;
DROP TABLE copies_before;
CREATE INDEX copies_by_end ON copies (ends) WHERE ends IS NOT NULL;
