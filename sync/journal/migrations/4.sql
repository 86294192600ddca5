-- Version 4: a limit on writing lasts longer than a pass.

CREATE TABLE pauses (
    account TEXT PRIMARY KEY,
    until   TEXT NOT NULL  -- no writes before this time
) STRICT;
