"""Raincheck: reschedules disrupted sessions in the calendar the practice already has."""

VERSION = "0.1.0"
"""The package's; here, because asking for the installed one takes longer than all of `--help`."""
