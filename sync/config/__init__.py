"""The configuration: one TOML file, checked as a whole, into frozen values."""

from sync.config.holidays import check_holidays
from sync.config.load import describe, load, parse
from sync.config.model import Config
from sync.config.places import find_config
from sync.config.secrets import credential_of, password_of, secret_path, warnings_of
from sync.config.tables import (
    Account,
    CaldavAccount,
    GoogleAccount,
    Login,
    Mail,
    WatchedCalendar,
)

__all__ = [
    "Account",
    "CaldavAccount",
    "Config",
    "GoogleAccount",
    "Login",
    "Mail",
    "WatchedCalendar",
    "check_holidays",
    "credential_of",
    "describe",
    "find_config",
    "load",
    "parse",
    "password_of",
    "secret_path",
    "warnings_of",
]
