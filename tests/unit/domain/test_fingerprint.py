"""The name of a judgement: the same for the same, another for another."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from sync.domain.fingerprint import fingerprint
from sync.domain.policy import Action, Conditions, Policy, Rule, Terms
from sync.domain.practice import Holds
from tests.unit.engine.world import World

SCRIPT = """
from pathlib import Path
from sync.config.load import load
from sync.domain.fingerprint import fingerprint
from sync.config.rules import rules_of
print(fingerprint(rules_of(load(Path("config.example.toml"), {}))))
"""


def test_it_is_the_same_in_every_process():
    """Sets have another order in each process; the fingerprint of the example has not."""
    root = Path(__file__).parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


def test_whatever_judges_is_in_it(tmp_path: Path):
    """Vocabulary, trust, own addresses, what calendars hold, rules and terms each count."""
    practice = World(tmp_path).practice()
    watch, settings = practice.watch, practice.watch.settings
    rule = Rule("policy.rules[0]", Conditions(causes=frozenset({"late"})), Terms())
    others = [
        replace(practice, watch=replace(watch, emails=frozenset({"other@example.org"}))),
        replace(practice, watch=replace(watch, settings=replace(settings, cancelled=False))),
        replace(
            practice,
            watch=replace(watch, settings=replace(settings, trust=frozenset({"a@example.org"}))),
        ),
        replace(practice, calendars={"sessions": Holds.INVITED}),
        replace(practice, policy=Policy(Terms(action=Action.IGNORE))),
        replace(practice, policy=Policy(rules=(rule,))),
    ]
    assert len({fingerprint(each) for each in (practice, *others)}) == len(others) + 1
