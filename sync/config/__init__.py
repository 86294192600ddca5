"""The configuration: one TOML file, checked as a whole, into frozen values.

Nothing is imported here: `glance` and `places` are for those who cannot wait for pydantic.
"""
