"""How values look in the file, for editors: the JSON schema of each kind, beside its reader."""

from pydantic import WithJsonSchema

CLOCKS = r"\d{1,2}:\d\d ?- ?\d{1,2}:\d\d"
DAY = r"\d{4}-\d\d-\d\d"

DURATION = WithJsonSchema(
    {"type": "string", "pattern": r"^\d{1,6}[smhdw]$", "examples": ["90s", "15m", "24h", "14d"]}
)
MONEY = WithJsonSchema(
    {"type": ["string", "integer"], "pattern": r"^\d{1,7}(\.\d{1,3})?$", "examples": ["80.00"]}
)
FEE = WithJsonSchema(
    {
        "type": ["string", "integer"],
        "pattern": r"^\d{1,7}(\.\d{1,3})?( ?%)?$",
        "examples": ["50%", "25.00"],
    }
)
OPENING = WithJsonSchema({"type": "string", "pattern": f"^{CLOCKS}$", "examples": ["09:00-12:30"]})
CLOSED = WithJsonSchema(
    {
        "type": "string",
        "pattern": f"^{DAY}( ?/ ?{DAY})?$",
        "examples": ["2026-12-24", "2026-12-24/2027-01-02"],
    }
)
PREFERRED = WithJsonSchema(
    {
        "anyOf": [
            {"enum": ["same-time", "soonest"]},
            {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "string",
                    "pattern": f"^[A-Za-z]{{3,}} {CLOCKS}$",
                    "examples": ["thu 16:00-18:00"],
                },
            },
        ]
    }
)
