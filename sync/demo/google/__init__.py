"""A stand-in for Google on loopback: the calendar API and its login."""
