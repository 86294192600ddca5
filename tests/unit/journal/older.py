"""What turns a state file of today into one of before."""

SINCE_VERSION_5 = (
    "DROP TABLE seals",
    "DROP INDEX rainchecks_by_state",
    "DROP INDEX rainchecks_offered",
    "CREATE INDEX rainchecks_open ON rainchecks (state)",
)
"""Statements that undo what version 6 brought, but for the shape of copies."""
