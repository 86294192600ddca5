-- Version 6: a configuration that was found good, and how things stand at any size.

-- A digest of the configuration that the last pass found good, with nothing to warn of.
CREATE TABLE seals (
    seal TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

DROP INDEX rainchecks_open;
CREATE INDEX rainchecks_by_state ON rainchecks (state);
CREATE INDEX rainchecks_offered ON rainchecks (id)
    WHERE state = 'settled' AND confirmed = 0 AND slot IS NOT NULL;
