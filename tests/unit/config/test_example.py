"""The example that everybody starts from."""

import re

from sync.config import keys
from sync.config.load import load
from sync.config.model import Config
from sync.config.secrets import warnings_of

ITEM = re.compile(r"^(?:# )?(?P<key>[a-z_]+) = ", re.MULTILINE)
HEADER = re.compile(r"^(?:# )?\[\[?(?P<table>[a-z_.]+)\]\]?$", re.MULTILINE)

FREE = {"tags", "causes"}
"""Tables whose keys the user invents."""


def keys_in(text: str) -> set[tuple[str, str]]:
    """Return every (table, key), active or commented out."""
    found, table = set(), ""
    for line in text.splitlines():
        header, item = HEADER.match(line), ITEM.match(line)
        if header:
            table = header["table"]
        elif item and table.split(".")[0] not in FREE:
            found.add((table, item["key"]))
    return found


def keys_of_model() -> set[tuple[str, str]]:
    """Return every (table, key) that the model knows, tables inside it left out."""
    tables = [(".".join(p for p in pattern if p != keys.EACH), table)
              for pattern, table in keys.TABLES.items()]  # fmt: skip
    tables += [("accounts", table) for table in keys.ACCOUNTS.values()]
    names = {name for name, _ in tables}
    return {
        (name, key)
        for name, table in tables
        if table is not Config and name not in FREE
        for key in keys.known_in(table)
        if f"{name}.{key}" not in names
    }


def test_example_is_valid(example):
    """It loads as it stands, with nothing to warn of."""
    config = load(example, {})
    assert warnings_of(config, example, environ={}) == ()


def test_example_and_model_have_the_same_keys(example):
    """Every key is in the example, active or commented, and every key there exists."""
    assert keys_in(example.read_text(encoding="utf-8")) == keys_of_model()


def test_every_table_of_the_model_is_in_the_table_of_tables(example):
    """No table is left out of messages, nor of the example."""
    text = example.read_text(encoding="utf-8")
    written = {match["table"].split(".")[0] for match in HEADER.finditer(text)}
    assert written == set(keys.known_in(Config))
    assert {pattern[0] for pattern in keys.TABLES if pattern} | {"accounts"} | FREE == written


def test_commented_parts_are_valid_too(example, tmp_path):
    """With every commented table switched on, it is still valid."""
    text = example.read_text(encoding="utf-8")
    text = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    text = re.sub(r"^password(_env|_command|_keyring)? = .*$", "", text, flags=re.MULTILINE)
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    config = load(file, {})
    assert config.mail is not None
