"""The tables of the configuration, one frozen type for each; CONTRACT 6 is their source.

A field's description says what is expected there, for messages. What spans several keys is checked
in `checks.py`, on the text's own tree, so that one fault does not hide another.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    StrictBool,
    StrictInt,
    StrictStr,
)

from sync.config import shapes, values
from sync.domain.causes import Fault
from sync.domain.fees import Share
from sync.domain.policy import Action, Modality, Preference, SignalKind

T = TypeVar("T")

Duration = Annotated[timedelta, BeforeValidator(values.duration), shapes.DURATION]
Money = Annotated[Decimal, BeforeValidator(values.money), shapes.MONEY]
Fee = Annotated[Share, BeforeValidator(values.share), shapes.FEE]
Email = Annotated[StrictStr, AfterValidator(values.email)]
Url = Annotated[StrictStr, AfterValidator(values.address)]
Filled = Annotated[StrictStr, Field(min_length=1)]
Opening = Annotated[values.Clocks, BeforeValidator(values.clocks), shapes.OPENING]
Closed = Annotated[tuple[date, ...], BeforeValidator(values.days), shapes.CLOSED]
Preferred = Annotated[Preference, BeforeValidator(values.preference), shapes.PREFERRED]
Some = Annotated[tuple[T, ...], Field(min_length=1)]

NOTHING, SECOND, MINUTE, DAY = (
    timedelta(0),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(days=1),
)

IMPLICIT_TLS_PORT = 465
"""RFC 8314, 3.3: submissions."""

PASSWORD_KEYS = (
    "password",
    "password_file",
    "password_env",
    "password_command",
    "password_keyring",
)


class Table(BaseModel):
    """What all tables share: unknown keys are errors, values never change or leak."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        populate_by_name=False,
    )


class Practice(Table):
    """``[practice]``: who "we" are."""

    name: StrictStr = ""
    timezone: Annotated[StrictStr, AfterValidator(values.zone)] = Field(
        description='the practice\'s time zone, such as "Europe/London"'
    )
    emails: tuple[Email, ...] = Field(
        default=(), description='a list of addresses, such as ["therapist@example.org"]'
    )


def _command(value: object) -> object:
    """Return a command as it is, or raise ValueError; strings are split when it runs."""
    listed = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
    if listed or (isinstance(value, str) and value.strip()):
        return value if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]
    raise ValueError('expected a command, such as "pass show dav" or ["pass", "show", "dav"]')


class Login(Table):
    """Who logs in, and where the password is; at most one of the five sources is given."""

    username: StrictStr = ""
    password: SecretStr | None = Field(default=None, description="text in quotes")
    password_file: Filled | None = Field(default=None, description="the name of a file")
    password_env: Filled | None = Field(
        default=None, description="the name of an environment variable"
    )
    password_command: Annotated[str | tuple[str, ...] | None, BeforeValidator(_command)] = Field(
        default=None, repr=False
    )
    password_keyring: Filled | None = Field(
        default=None, description="the name of a service in the keyring"
    )
    _origin: tuple[str, str] = PrivateAttr(default=("", ""))

    @property
    def origin(self) -> tuple[str, str]:
        """The file and the key path at which it stands; empty for one that was not loaded."""
        return self._origin

    def came_from(self, file: str, where: str) -> None:
        """Remember where it stands; called once, by `Config`."""
        self._origin = (file, where)


class CaldavAccount(Login):
    """``[[accounts]]`` with ``type = "caldav"``."""

    name: Annotated[StrictStr, AfterValidator(values.account_name)] = Field(
        description='a short name for the account, such as "home"'
    )
    type: Literal["caldav"]
    url: Url = Field(description='the server\'s address, such as "https://dav.example.org/"')


class GoogleAccount(Table):
    """``[[accounts]]`` with ``type = "google"``."""

    name: Annotated[StrictStr, AfterValidator(values.account_name)] = Field(
        description='a short name for the account, such as "work"'
    )
    type: Literal["google"]
    credentials_file: Filled | None = None
    token_file: Filled | None = None
    subject: Email | None = None
    endpoint: Url | None = None


Account = Annotated[CaldavAccount | GoogleAccount, Field(discriminator="type")]


class WatchedCalendar(Table):
    """One of ``[[calendars]]``."""

    account: StrictStr = Field(description="the name of one of [[accounts]]")
    calendar: Filled = Field(description="the calendar's display name, or its path or id")
    sessions: Literal["all", "invited", "none"] = "all"
    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The name used everywhere: ``calendar``, or the last part of a path (`naming`)."""
        return self._name or self.calendar

    def is_called(self, name: str) -> None:
        """Remember its name among all calendars; called once, by `Config`."""
        self._name = name


class OpeningHours(Table):
    """``[hours]``: when sessions may take place."""

    mon: tuple[Opening, ...] = ()
    tue: tuple[Opening, ...] = ()
    wed: tuple[Opening, ...] = ()
    thu: tuple[Opening, ...] = ()
    fri: tuple[Opening, ...] = ()
    sat: tuple[Opening, ...] = ()
    sun: tuple[Opening, ...] = ()
    holidays: StrictStr = Field(default="", description='a code such as "GB-ENG"')
    closed: tuple[Closed, ...] = ()
    buffer: Annotated[Duration, AfterValidator(values.limited(NOTHING, DAY))] = timedelta(0)
    max_per_day: Annotated[StrictInt, Field(ge=1, le=200)] | None = None
    grid: Annotated[Duration, AfterValidator(values.limited(MINUTE, DAY))] = timedelta(minutes=15)


class Signals(Table):
    """``[signals]``: what shows that a session was disrupted."""

    lookback: Annotated[Duration, AfterValidator(values.limited(MINUTE, 400 * DAY))] = timedelta(
        days=14
    )
    cancelled: StrictBool = True
    deleted: StrictBool = True
    declined: StrictBool = True
    closures: Literal["all", "same-calendar", "none"] = "all"
    drop_calendar: StrictStr = ""
    trust: tuple[Email, ...] = ()
    colors: dict[str, StrictStr] = Field(default_factory=dict)


class CauseTable(Table):
    """``[causes.NAME]``: a cause of one's own, or another fault for a built-in one."""

    fault: Fault


class PolicyRule(Table):
    """One of ``[[policy.rules]]``: conditions, and what differs where they hold."""

    causes: Some[StrictStr] | None = None
    faults: Some[Fault] | None = None
    signals: Some[SignalKind] | None = None
    calendars: Some[StrictStr] | None = None
    modality: Some[Modality] | None = None
    paid: StrictBool | None = None
    recurring: StrictBool | None = None
    notice_below: Duration | None = None

    action: Action | None = None
    notice: Duration | None = None
    within: Annotated[Duration, AfterValidator(values.limited(MINUTE, 400 * DAY))] | None = None
    prefer: Preferred | None = None
    attempts: Annotated[StrictInt, Field(ge=1, le=100)] | None = None
    original: Literal["cancel", "keep"] | None = None
    same_day: StrictBool | None = None
    resume_after: Duration | None = None
    prorate_after: Duration | None = None


class PolicyTable(Table):
    """``[policy]``: what is done where no rule says otherwise."""

    action: Action = Action.PROPOSE
    notice: Duration = timedelta(hours=24)
    within: Annotated[Duration, AfterValidator(values.limited(MINUTE, 400 * DAY))] = timedelta(
        days=14
    )
    prefer: Preferred = Preference()
    attempts: Annotated[StrictInt, Field(ge=1, le=100)] = 3
    original: Literal["cancel", "keep"] = "cancel"
    same_day: StrictBool = False
    resume_after: Duration = timedelta(minutes=10)
    prorate_after: Duration = timedelta(minutes=15)
    max_new: Annotated[StrictInt, Field(ge=0)] = 10
    rules: tuple[PolicyRule, ...] = ()


class FeeClient(Table):
    """One of ``[[fees.clients]]``: a price of one's own."""

    email: Email
    session: Money


class Fees(Table):
    """``[fees]``: what a missed session costs. Without ``session`` there are no fees."""

    currency: Annotated[StrictStr, AfterValidator(values.currency)] = ""
    session: Money | None = None
    no_show: Fee = Share(percent=Decimal(100))
    late_cancel: Fee = Share(percent=Decimal(50))
    late_cancel_notice: Duration = timedelta(hours=24)
    waive: tuple[Fault, ...] = (Fault.TECHNICAL, Fault.SITE, Fault.PROVIDER)
    first_waived: Annotated[StrictInt, Field(ge=0)] = 0
    never_charge: tuple[Email, ...] = ()
    approve: Literal["ask", "auto"] = "ask"
    clients: tuple[FeeClient, ...] = ()


class Mail(Login):
    """``[mail]``: invitations where the server sends none.

    Without ``tls``, port 465 is encrypted from the start (RFC 8314) and every other by STARTTLS.
    """

    host: Filled = Field(description='the mail server, such as "smtp.example.org"')
    port: Annotated[StrictInt, Field(ge=1, le=65_535)] = 587
    tls: Literal["starttls", "implicit"] | None = None
    sender: Annotated[Email, AfterValidator(values.ascii_only)] = Field(
        alias="from", description="the address that invitations come from"
    )

    @property
    def is_implicit(self) -> bool:
        """Whether it is encrypted from the start."""
        return self.tls == "implicit" or (self.tls is None and self.port == IMPLICIT_TLS_PORT)


class Daemon(Table):
    """``[daemon]``: how often `raincheck run` looks, and how long a signal rests."""

    poll: Annotated[Duration, AfterValidator(values.limited(10 * SECOND, DAY))] = timedelta(
        seconds=60
    )
    settle: Annotated[Duration, AfterValidator(values.limited(NOTHING, DAY))] = timedelta(minutes=2)
    metrics: Annotated[StrictStr, AfterValidator(values.listener)] = ""


class State(Table):
    """``[state]``: where the state file is."""

    path: Filled | None = Field(default=None, description="the name of a file")
