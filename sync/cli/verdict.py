"""What a pass ends with. Apart from `exits`, which `--help` imports too: a pass is much to know."""

from sync.cli.exits import Exit
from sync.domain.passes import PassReport, Reach


def exit_of(report: PassReport) -> Exit:
    """Return the exit code of a pass: the trouble that most needs a person wins."""
    reaches = {report.mail, *(look.reach for look in report.calendars)}
    if Reach.DENIED in reaches:
        return Exit.LOGIN_REFUSED
    if Reach.UNREACHABLE in reaches:
        return Exit.TRY_AGAIN
    waits = any(raincheck.needs_a_person for raincheck in report.rainchecks)
    if waits or report.held or Reach.MISSING in reaches:
        return Exit.NEEDS_A_PERSON
    return Exit.DONE
