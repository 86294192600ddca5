"""Counting what a client was forgiven: by the ledger, and by what this pass has assessed so far."""

from collections import Counter
from dataclasses import dataclass, field

from sync.domain import practice as rules
from sync.domain.lifecycle import Raincheck
from sync.domain.signals import Disruption
from sync.engine.current import Pass
from sync.ports import Ledger


@dataclass(slots=True)
class Forgiving:
    """Makes rainchecks whose fees know of each other."""

    ledger: Ledger
    _fresh: Counter[tuple[str, int]] = field(default_factory=Counter)

    def raincheck_of(self, disruption: Disruption, current: Pass) -> Raincheck | None:
        """Return the promise for *disruption*; see `sync.domain.practice.raincheck_of`."""
        made = rules.raincheck_of(disruption, current.practice, current.id, self._count)
        if made is not None and made.fee is not None and made.fee.forgiven:
            self._fresh[made.fee.client, made.fee.year] += 1
        return made

    def _count(self, client: str, year: int) -> int:
        return self.ledger.forgiven(client, year) + self._fresh[client, year]
