"""Raw requests to Google's local server, and the plainest event."""

from datetime import UTC, datetime, timedelta
from typing import Any

import niquests

from tests.servers.google_calendar import CALENDAR, FaultyGoogle

EVENTS = f"calendars/{CALENDAR}/events"
START = datetime(2026, 12, 1, 10, tzinfo=UTC)


class Desk:
    """Raw requests to a running server."""

    def __init__(self, server: FaultyGoogle) -> None:
        self.server = server
        self.token = "letmein"

    def ask(self, verb: str, path: str, body: Any = None, headers: Any = None, **query: Any) -> Any:
        return niquests.request(
            verb,
            f"{self.server.root}/calendar/v3/{path}",
            params=query,
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **(headers or {})},
            timeout=20,
        )

    def made(self, id_: str = "abcde", **more: Any) -> dict[str, Any]:
        answer = self.ask("POST", EVENTS, event(id=id_, **more))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def listed(self, **query: Any) -> dict[str, Any]:
        answer = self.ask("GET", EVENTS, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def all_pages(self, **query: Any) -> list[dict[str, Any]]:
        pages = [self.listed(**query)]
        while token := pages[-1].get("nextPageToken"):
            pages.append(self.listed(pageToken=token, **query))
        return pages


def event(days: int = 0, **more: Any) -> dict[str, Any]:
    start = START + timedelta(days=days)
    end = start + timedelta(minutes=50)
    return {
        "summary": "Quillon Wren",
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": end.isoformat()},
        **more,
    }


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]
