"""The journal: what Raincheck remembers, in one SQLite file, mode 0600.

It holds copies of disrupted sessions, and so health data. It never holds a password. Nothing is
imported here: `reading` is for those who only look into it.
"""
