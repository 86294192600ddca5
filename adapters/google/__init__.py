"""Google Calendar: logins, reading and writing."""
