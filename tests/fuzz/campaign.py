"""`python -m tests.fuzz.campaign icalendar --seconds 60`: fuzzing led by coverage, with atheris.

For a person at work, not for the test suite: it goes on from honest input for as long as it is
told to, and stops at the first thing that no reader documents. What it finds becomes a piece in
`seeds`. Needs atheris, which is not among the project's own requirements: ``pip install atheris``.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import pieces, seeds

LONGEST = 20_000
SLOWEST_S = 10
NEEDS_ATHERIS = "this needs atheris: pip install atheris\n"


def main() -> int:
    """Run it and return the exit code; atheris ends the process by itself on a finding."""
    try:
        import atheris
    except ImportError:
        sys.stderr.write(NEEDS_ATHERIS)
        return 2
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.campaign", description=__doc__)
    parser.add_argument("target", choices=sorted(seeds()))
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with atheris.instrument_imports(include=["adapters", "sync", "icalendar"]):
        from tests.fuzz.targets import TARGETS
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, seed in enumerate(seeds()[asked.target]):
            (corpus / str(number)).write_bytes(seed)
        words.write_text(_dictionary(asked.target), encoding="ascii")
        limits = [
            f"-max_total_time={asked.seconds}",
            f"-max_len={LONGEST}",
            f"-timeout={SLOWEST_S}",
        ]
        limits.append(f"-artifact_prefix={tempfile.gettempdir()}/")
        atheris.Setup([sys.argv[0], *limits, f"-dict={words}", str(corpus)], TARGETS[asked.target])
        atheris.Fuzz()
    return 0


def _dictionary(target: str) -> str:
    """Return the hostile pieces as libFuzzer's dictionary."""
    short = [piece for piece in pieces()[target] if piece and len(piece) < 60]
    return "".join(f'"{"".join(f"{chr(92)}x{byte:02x}" for byte in piece)}"\n' for piece in short)


if __name__ == "__main__":
    sys.exit(main())
