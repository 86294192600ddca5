"""An answer of the local Google server other than success."""

import json


class RefusalError(Exception):
    """Refused in Google's words: HTTP status, ``reason`` and a message ("Handle API errors")."""

    def __init__(self, status: int, reason: str, message: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.message = message or reason

    def body(self) -> bytes:
        """Return the JSON that goes with it; nothing with 304."""
        if self.status == 304:
            return b""
        told = {"domain": "global", "reason": self.reason, "message": self.message}
        error = {"code": self.status, "message": self.message, "errors": [told]}
        return json.dumps({"error": error}).encode()
