"""Raincheck: reschedules disrupted sessions in the calendar the practice already has."""
