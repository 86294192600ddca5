"""`raincheck demo`: a real server, an invented week, one real sync, and a look at both weeks."""
