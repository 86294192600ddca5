"""The price of a session, and its currency, which hardly anybody types."""

from collections.abc import Mapping
from dataclasses import replace

from sync.cli.init.accounts import Desk
from sync.cli.init.asking import answered
from sync.cli.init.questions import CURRENCY, PRICE, Price, amount
from sync.config.zones import country_of

EURO = ("AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "SI", "SK")  # fmt: skip
OTHERS = {"AU": "AUD", "CA": "CAD", "CH": "CHF", "CZ": "CZK", "DK": "DKK", "GB": "GBP",
          "IL": "ILS", "IN": "INR", "JP": "JPY", "NO": "NOK", "NZ": "NZD", "PL": "PLN",
          "SE": "SEK", "US": "USD", "ZA": "ZAR"}  # fmt: skip
CURRENCIES: Mapping[str, str] = {**dict.fromkeys(EURO, "EUR"), **OTHERS}
"""By country; a guess that a person sees and can change."""


def priced(desk: Desk, *, holidays: str, zone: str) -> Price | None:
    """Return what a session costs; None: no fees. A currency that is left out is asked for."""
    if not desk.asks:
        return answered(PRICE, desk.flags.price, asks=False)
    found = answered(replace(PRICE, read=amount), desk.flags.price, asks=True)
    if found is None or found[1]:
        return found
    country = holidays.partition("-")[0] or country_of(zone) or ""
    guessed = replace(CURRENCY, default=CURRENCIES.get(country))
    return found[0], answered(guessed, None, asks=True)
