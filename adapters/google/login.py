"""How one account logs in: loaded when first needed, kept when refreshed."""

from dataclasses import dataclass, field
from pathlib import Path

from google.auth.credentials import Credentials

from adapters.google.credentials import LoginProblem, loaded, save_if_refreshed


@dataclass(slots=True)
class Login:
    """A login of one account. ``problem`` is why there is none."""

    found: Credentials | None = None
    problem: LoginProblem | None = None
    token_file: Path | None = None
    token: str | None = field(default=None, repr=False)

    @property
    def misconfigured(self) -> str:
        """What is wrong with the files, for the user; empty if only a person has to log in."""
        return str(self.problem) if self.problem is not None and self.problem.config else ""

    def credentials(self) -> Credentials:
        """Return what to log in with.

        Raises:
            LoginProblem: a person has to log in first.
        """
        if self.found is None:
            raise self.problem or LoginProblem("there is no login", config=False)
        return self.found

    def keep(self) -> None:
        """Save an access token that was fetched meanwhile, so that the next start needs none."""
        if self.found is not None and self.token_file is not None:
            save_if_refreshed(self.found, self.token_file, loaded_token=self.token)


def login_of(
    account: str,
    credentials_file: Path | None,
    token_file: Path | None,
    *,
    subject: str | None = None,
    scopes: tuple[str, ...] | None = None,
) -> Login:
    """Return the login of *account*; a problem with it is told when it is used."""
    assert credentials_file or token_file, "the configuration asks for one of them"
    try:
        found = loaded(
            credentials_file, token_file, subject=subject, account=account, scopes=scopes
        )
    except LoginProblem as problem:
        return Login(problem=problem)
    return Login(found, token_file=token_file, token=found.token)
