"""The world as a connector: one tool, declared as what its API really is."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from interlock import Repeat, ToolOutcome, ToolSpec, hookimpl
from interlock.http import HttpRequest, json_in, outcome_for
from interlock.protocols import (
    ConnectorCall,
    ConnectorFacts,
    ConnectorKind,
    FindCall,
    Tool,
    ToolRun,
    ToolsCall,
)

DYING: dict[str, str] = {}
"""The title of an effect -> the point of the server's at which it is to kill this process."""

WAYS = {"keyed": Repeat("key"), "readable": Repeat("read"), "blind": Repeat("none")}


@dataclass(frozen=True, kw_only=True)
class WorldOptions:
    """`horizon` is in seconds."""

    api: str
    horizon: float = 0.0


class Act:
    """Has one effect."""

    api = 1
    spec = ToolSpec(
        name="act",
        description="Has one effect.",
        parameters={
            "type": "object",
            "properties": {"title": {"type": "string"}},
            "required": ["title"],
        },
    )
    effect = "write"

    def __init__(self, url: str, options: WorldOptions) -> None:
        self.url = url
        self.options = options
        self.repeat = WAYS[options.api]
        self.settles_within = options.horizon

    async def run(self, run: ToolRun) -> ToolOutcome:
        title = run.call.arguments["title"]
        headers = {"content-type": "application/json", "x-pid": str(os.getpid())}
        if title in DYING:
            headers["x-dies-at"] = DYING[title]
        if self.options.api == "keyed":
            headers["idempotency-key"] = run.key
        body = json.dumps({"title": title, "reference": run.key}).encode()
        request = HttpRequest(method="POST", url=f"{self.url}/effects", headers=headers, body=body, once=True)
        reply = await run.send(request)
        if (failed := outcome_for(reply, keyed=self.options.api == "keyed")) is not None:
            return failed
        told: Any = json_in(reply.body)
        return ToolOutcome(outcome="done", content=f"made {told['id']}", receipt={"id": told["id"]})


class ReadableAct(Act):
    """The same where effects can be listed by their reference."""

    async def find(self, call: FindCall) -> ToolOutcome | None:
        url = f"{self.url}/effects?reference={quote(call.key)}"
        reply = await call.send(HttpRequest(method="GET", url=url, headers={}, body=b""))
        told: Any = json_in(reply.body)
        found = told["effects"]
        return ToolOutcome(outcome="done", content="found", receipt={}, seen=len(found)) if found else None


class WorldConnector:
    api = 1
    name = "world"

    def __init__(self, url: str, options: WorldOptions) -> None:
        self.tool = (ReadableAct if options.api == "readable" else Act)(url, options)

    async def tools(self, call: ToolsCall) -> Sequence[Tool]:
        return [self.tool]

    async def aclose(self) -> None:
        """Nothing is held open."""


class WorldKind:
    api = 1
    name = "world"
    facts = ConnectorFacts(region="local", needs_key=False)
    options = WorldOptions

    def open(self, call: ConnectorCall) -> WorldConnector:
        return WorldConnector(call.destination.base_url, call.options)


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [WorldKind()]
