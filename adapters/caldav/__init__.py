"""CalDAV (RFC 4791): talks to the server, translates, sorts errors."""
