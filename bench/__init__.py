"""Measurements; not part of the test suite, and not installed."""
