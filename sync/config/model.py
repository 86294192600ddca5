"""The configuration as a whole, and the domain's values that follow from it."""

from collections.abc import Collection, Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PrivateAttr, StrictStr

from sync.config import holidays, naming, places, values
from sync.config.tables import (
    Account,
    CauseTable,
    Daemon,
    Fees,
    Login,
    Mail,
    OpeningHours,
    PolicyRule,
    PolicyTable,
    Practice,
    Signals,
    State,
    Table,
    WatchedCalendar,
)
from sync.domain.availability import Hours
from sync.domain.causes import BUILT_IN, TAG_WORDS
from sync.domain.fees import Tariff
from sync.domain.policy import Conditions, Policy, Rule, Terms
from sync.domain.signals import SignalSettings, Vocabulary

T = TypeVar("T")

CauseName = Annotated[str, AfterValidator(values.cause_name)]


class Config(Table):
    """One configuration file, checked. Made by `load` and `parse` only."""

    practice: Practice
    accounts: tuple[Account, ...] = Field(min_length=1)
    calendars: tuple[WatchedCalendar, ...] = Field(min_length=1)
    hours: OpeningHours
    signals: Signals = Signals()
    tags: dict[str, StrictStr] = Field(default_factory=dict)
    causes: dict[CauseName, CauseTable] = Field(default_factory=dict)
    policy: PolicyTable = PolicyTable()
    fees: Fees = Fees()
    mail: Mail | None = None
    daemon: Daemon = Daemon()
    state: State = State()
    _path: Path = PrivateAttr(default=Path("config.toml"))
    _seal: str = PrivateAttr(default="")

    def model_post_init(self, context: object, /) -> None:
        """Name the calendars, and tell the logins where they stand."""
        if isinstance(context, Path):
            self._path = context
        pairs = self._pairs()
        for calendar, name in zip(self.calendars, naming.names_of(pairs), strict=True):
            calendar.is_called(name)
        for index, account in enumerate(self.accounts):
            if isinstance(account, Login):
                account.came_from(str(self._path), f"accounts[{index}]")
        if self.mail is not None:
            self.mail.came_from(str(self._path), "mail")

    def is_sealed(self, seal: str) -> None:
        """Note by which *seal* the file that it was read from is known again."""
        self._seal = seal

    @property
    def seal(self) -> str:
        """By what the very file that it was read from is known again; empty if it was none."""
        return self._seal

    @property
    def path(self) -> Path:
        """The file it was read from."""
        return self._path

    @property
    def directory(self) -> Path:
        """The folder that relative paths start from."""
        return self._path.parent

    @property
    def zone(self) -> ZoneInfo:
        """The practice's time zone."""
        return ZoneInfo(self.practice.timezone)

    def account_of(self, calendar: WatchedCalendar) -> Account:
        """Return the account that *calendar* belongs to."""
        return next(each for each in self.accounts if each.name == calendar.account)

    def hours_of(self) -> Hours:
        """Return the opening hours; holidays are added by whoever knows the years."""
        weekly = {
            weekday: _joined(getattr(self.hours, name))
            for weekday, name in enumerate(values.WEEKDAYS)
            if getattr(self.hours, name)
        }
        return Hours(
            zone=self.zone,
            weekly=weekly,
            closed=frozenset(day for days in self.hours.closed for day in days),
            buffer=self.hours.buffer,
            max_per_day=self.hours.max_per_day,
            grid=self.hours.grid,
        )

    def public_holidays(self, years: Collection[int]) -> frozenset[date]:
        """Return the public holidays of *years*; imports the holidays library."""
        return holidays.public_holidays(self.hours.holidays, years)

    def policy_of(self) -> Policy:
        """Return the policy, the terms of each rule worked out in full."""
        terms = _terms(self.policy, Terms())
        aliases = naming.aliases_of(self._pairs())
        rules = tuple(
            Rule(f"policy.rules[{index}]", _conditions(rule, aliases), _terms(rule, terms))
            for index, rule in enumerate(self.policy.rules)
        )
        return Policy(terms, rules, self.policy.max_new)

    def vocabulary(self) -> Vocabulary:
        """Return all words that count, built-in ones first, so that one's own win."""
        causes = BUILT_IN | {name: cause.fault for name, cause in self.causes.items()}
        return Vocabulary(tags=TAG_WORDS | self.tags, causes=causes)

    def signals_of(self) -> SignalSettings:
        """Return what counts as a signal."""
        return SignalSettings(
            lookback=self.signals.lookback,
            cancelled=self.signals.cancelled,
            deleted=self.signals.deleted,
            declined=self.signals.declined,
            closures=self.signals.closures,
            drop_calendar=naming.aliases_of(self._pairs()).get(self.signals.drop_calendar, ""),
            trust=frozenset(self.signals.trust),
            colors=dict(self.signals.colors),
        )

    def tariff(self) -> Tariff | None:
        """Return what sessions cost, or None if ``fees.session`` is not set."""
        fees = self.fees
        if fees.session is None:
            return None
        return Tariff(
            currency=fees.currency,
            price=fees.session,
            no_show=fees.no_show,
            late_cancel=fees.late_cancel,
            late_cancel_notice=fees.late_cancel_notice,
            waive=frozenset(fees.waive),
            first_waived=fees.first_waived,
            never_charge=frozenset(fees.never_charge),
            clients={client.email: client.session for client in fees.clients},
            approve_auto=fees.approve == "auto",
        )

    def state_path(self, environ: Mapping[str, str]) -> Path:
        """Return where the state file is; nothing is created."""
        return places.state_path(self.state.path, directory=self.directory, environ=environ)

    def _pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple((each.account, each.calendar) for each in self.calendars)


def _joined(ranges: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    """Return *ranges* with those that touch made one, so that a session may span the seam."""
    joined: list[tuple[time, time]] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _terms(table: PolicyTable | PolicyRule, base: Terms) -> Terms:
    """Return *base* with what *table* sets in its place."""
    keep = None if table.original is None else table.original == "keep"
    return Terms(
        action=_either(table.action, base.action),
        notice=_either(table.notice, base.notice),
        within=_either(table.within, base.within),
        prefer=_either(table.prefer, base.prefer),
        attempts=_either(table.attempts, base.attempts),
        keep_original=_either(keep, base.keep_original),
        same_day=_either(table.same_day, base.same_day),
        resume_after=_either(table.resume_after, base.resume_after),
        prorate_after=_either(table.prorate_after, base.prorate_after),
    )


def _either(value: T | None, other: T) -> T:
    return other if value is None else value


def _conditions(rule: PolicyRule, aliases: Mapping[str, str]) -> Conditions:
    """Return when *rule* applies; calendars by their names."""
    calendars = None if rule.calendars is None else frozenset(aliases[c] for c in rule.calendars)
    return Conditions(
        causes=None if rule.causes is None else frozenset(rule.causes),
        faults=None if rule.faults is None else frozenset(rule.faults),
        signals=None if rule.signals is None else frozenset(rule.signals),
        calendars=calendars,
        modality=None if rule.modality is None else frozenset(rule.modality),
        paid=rule.paid,
        recurring=rule.recurring,
        notice_below=rule.notice_below,
    )
