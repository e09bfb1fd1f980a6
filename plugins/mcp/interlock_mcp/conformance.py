"""What `interlock plugins check` runs: a server over HTTP of the stateless revision, with notes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from interlock.testing import ConnectorConformance, Received, Reply
from interlock_mcp import Mcp, McpOptions

_TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
_TOOLS = (
    {
        "name": "list_notes",
        "description": "All notes.",
        "inputSchema": {"type": "object", "properties": {}, "additionalProperties": False},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "put_note",
        "description": "Puts a note there, unless it is there.",
        "inputSchema": _TEXT,
        "annotations": {"destructiveHint": False, "idempotentHint": True},
    },
)
_TOLD = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}


class Notes:
    """Answers for such a server."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def __call__(self, request: Received) -> Reply:
        if request.headers.get("authorization") != f"Bearer {McpConformance.key}":
            return Reply.json({"error": "who are you?"}, status=401)
        asked = request.json()
        result = self._result(asked["method"], asked.get("params") or {})
        return Reply.json({"jsonrpc": "2.0", "id": asked["id"], "result": {**_TOLD, **result}})

    def _result(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if method == "server/discover":
            return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
        if method == "tools/list":
            return {"tools": list(_TOOLS)}
        text = params["arguments"].get("text")
        if text is not None and text not in self.notes:
            self.notes.append(text)
        return {"content": [{"type": "text", "text": "\n".join(self.notes)}]}


class McpConformance(ConnectorConformance):
    kind = Mcp()
    options = McpOptions(trust_annotations=True)
    service = Notes
    root = "/mcp"
    arguments: ClassVar = {"list_notes": {}, "put_note": {"text": "buy ink"}}
    wrong: ClassVar = {"list_notes": {"text": "?"}, "put_note": {"text": 7}}

    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:  # noqa: ARG002 - of the one that writes
        return int(self.served.notes.count(str(arguments.get("text"))))
