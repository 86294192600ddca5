"""The JSON schema of the configuration, for editors that complete and check TOML.

Made from the same types that read the file. `config.schema.json` beside this module is its output;
`python -m sync.config.schema` writes it anew, and a test holds the two together.
"""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sync.config.model import Config

FILE = Path(__file__).with_name("config.schema.json")
DIALECT = "http://json-schema.org/draft-07/schema#"
"""The one that editors for TOML understand."""


class _Plain(GenerateJsonSchema):
    """Leaves out what is Python's: titles of classes, and defaults in their own form."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Return what the value looks like; its default is for config.example.toml to tell."""
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Return what the value looks like; TOML has no null."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - its signature
        """Return False: a key is its own title."""
        return False


def schema() -> dict[str, Any]:
    """Return the schema."""
    made = Config.model_json_schema(by_alias=True, schema_generator=_Plain)
    for table in (made, *made["$defs"].values()):
        table.pop("title", None)
        table.pop("description", None)
    return {"$schema": DIALECT, "title": "The configuration of Raincheck", **made}


def text() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
