"""What is in the emulated workspace, and how tests look at it past the connector and its proxy."""

import json
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from interlock import Router, ToolCall, ToolOutcome

TOKEN = "xoxb-conformance-1f9c24"
POOR = "xoxb-reads-nothing-77a0"
_SCOPES = [
    *("chat:write", "channels:read", "channels:history", "channels:join", "channels:manage"),
    *("groups:read", "groups:history", "groups:write", "im:read", "im:history", "im:write"),
    *("mpim:read", "mpim:history", "mpim:write", "users:read", "users:read.email"),
    *("reactions:read", "reactions:write"),
]
SEED = {
    "slack": {
        "strict_scopes": True,
        "team": {"name": "Example", "domain": "example"},
        "users": [
            {"name": f"user{number}", "real_name": f"User {number}", "email": f"user{number}@example.com"}
            for number in range(220)
        ],
        "channels": [{"name": f"team-{number}"} for number in range(130)],
        "tokens": [
            {"token": TOKEN, "type": "bot", "scopes": _SCOPES},
            {"token": POOR, "type": "bot", "scopes": ["users:read"]},
        ],
    }
}

_numbers = count(1)


class Workspace:
    """Asks the emulator by itself, with the same token."""

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self._there = (str(there.hostname), int(there.port or 0))

    def ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        connection = HTTPConnection(*self._there, timeout=10)
        try:
            headers = {
                "authorization": f"Bearer {TOKEN}",
                "content-type": "application/x-www-form-urlencoded",
            }
            connection.request("POST", f"/api/{method}", body=urlencode(arguments), headers=headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def channel(self) -> str:
        """A new one, empty but for this app."""
        return str(self.ask("conversations.create", name=self.free_name())["channel"]["id"])

    def free_name(self) -> str:
        return f"test-{next(_numbers)}-{uuid4().hex[:8]}"

    def post(self, channel: str, text: str, **more: Any) -> str:
        """The ts of a message that is there now."""
        return str(self.ask("chat.postMessage", channel=channel, text=text, **more)["ts"])

    def user(self, number: int) -> str:
        found = self.ask("users.lookupByEmail", email=f"user{number}@example.com")
        return str(found["user"]["id"])

    def texts(self, channel: str) -> list[str]:
        return [each["text"] for each in self.messages(channel)]

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """Newest first, without what the workspace itself says there."""
        told = self.ask("conversations.history", channel=channel, limit=1000, include_all_metadata=True)
        return [each for each in told["messages"] if not each.get("subtype")]

    def replies(self, channel: str, ts: str) -> list[str]:
        told = self.ask("conversations.replies", channel=channel, ts=ts, limit=1000)
        return [each["text"] for each in told["messages"][1:]]

    def reactions(self, channel: str, ts: str) -> list[str]:
        told = self.ask("reactions.get", channel=channel, timestamp=ts)
        return [each["name"] for each in told["message"]["reactions"]]

    def about(self, channel: str) -> dict[str, Any]:
        return dict(self.ask("conversations.info", channel=channel)["channel"])

    def members(self, channel: str) -> list[str]:
        return list(self.ask("conversations.members", channel=channel)["members"])

    def named(self, name: str) -> int:
        """How many channels have that name."""
        told = self.ask("conversations.list", limit=1000)
        return sum(each["name"] == name for each in told["channels"])


class Box:
    """A router with one connector; its policy lets everything run without a person."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.toolbox = router.toolbox()

    async def run(self, tool: str, /, **arguments: Any) -> ToolOutcome:
        return await self.toolbox.run(ToolCall(id="call-1", name=tool, arguments=arguments))

    async def told(self, tool: str, /, **arguments: Any) -> Any:
        """The JSON that a run gives; it must be done."""
        outcome = await self.run(tool, **arguments)
        assert outcome.outcome == "done", outcome
        return json.loads(str(outcome.content))
