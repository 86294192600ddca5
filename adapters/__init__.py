"""What touches the world outside: one package for each kind of calendar server."""
