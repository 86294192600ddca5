"""The configuration that a command works by, read in full."""

import os

from sync.cli.screen import say
from sync.config.load import load
from sync.config.model import Config
from sync.config.places import find_config
from sync.config.secrets import warnings_of


def loaded(option: str | None) -> Config:
    """Return the configuration; what is unwise in it is told on stderr.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    path = find_config(option, os.environ)
    config = load(path, os.environ)
    for warning in warnings_of(config, path, environ=os.environ):
        say(f"warning: {warning}", err=True)
    return config
