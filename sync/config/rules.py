"""All that a configuration decides, as the core sees it."""

from sync.config.model import Config
from sync.domain import words
from sync.domain.practice import Holds
from sync.domain.practice import Practice as Rules
from sync.domain.signals import Watch


def rules_of(config: Config) -> Rules:
    """Return all that decides, as the core sees it."""
    vocabulary = config.vocabulary()
    watch = Watch(
        dictionary=words.dictionary(vocabulary.tags, vocabulary.causes),
        settings=config.signals_of(),
        emails=frozenset(email.lower() for email in config.practice.emails),
        zone=config.zone,
    )
    return Rules(
        watch=watch,
        policy=config.policy_of(),
        hours=config.hours_of(),
        tariff=config.tariff(),
        calendars={each.name: Holds(each.sessions) for each in config.calendars},
        mails=config.mail is not None,
    )
