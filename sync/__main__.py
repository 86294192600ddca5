"""The command `raincheck`, also as ``python -m sync``."""

from sync.cli import raincheck


def main() -> None:
    """Run the command line; ends the process with one of the exit codes of CONTRACT 5."""
    raincheck(prog_name="raincheck")


if __name__ == "__main__":
    main()
