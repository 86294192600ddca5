"""`raincheck run`: the daemon. It looks at every calendar again and again, and outlives trouble."""
