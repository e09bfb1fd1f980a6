"""Tickets for Interlock: an invented service, with a tool that reads and one that writes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from interlock import Destination, Repeat, ToolOutcome, ToolSpec, hookimpl
from interlock.http import HttpReply, HttpRequest, json_in, outcome_for
from interlock.protocols import ConnectorCall, ConnectorFacts, ConnectorKind, Tool, ToolRun, ToolsCall


@dataclass(frozen=True, kw_only=True)
class TicketsOptions:
    queue: str = "support"
    page_size: int = 20


class Desk:
    """How the service is spoken to."""

    def __init__(self, there: Destination, options: TicketsOptions) -> None:
        self.there = there
        self.options = options

    def request(self, method: str, query: Mapping[str, Any], body: Any = None, key: str = "") -> HttpRequest:
        secret = self.there.credential.secret
        return HttpRequest(
            method=method,
            url=f"{self.there.base_url}/queues/{self.options.queue}/tickets?{urlencode(query)}",
            headers={
                "authorization": f"Bearer {secret.reveal() if secret else ''}",
                "content-type": "application/json",
                **({"idempotency-key": key} if key else {}),
            },
            body=b"" if body is None else json.dumps(body).encode(),
            once=method != "GET",
        )


class ListTickets:
    api = 1
    spec = ToolSpec(
        name="list_tickets",
        description="Lists open tickets, newest first, a page at a time.",
        parameters={"type": "object", "properties": {"page": {"type": "integer", "minimum": 1}}},
    )
    effect = "read"
    repeat = Repeat("natural")
    settles_within = 0.0

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def run(self, run: ToolRun) -> ToolOutcome:
        page = run.call.arguments.get("page", 1)
        if not isinstance(page, int) or page < 1:
            return ToolOutcome(outcome="refused", content="page must be a whole number from 1")
        query = {"page": page, "size": self.desk.options.page_size}
        reply = await run.send(self.desk.request("GET", query))
        return outcome_for(reply, says=words(reply)) or self.listed(reply)

    def listed(self, reply: HttpReply) -> ToolOutcome:
        told = json_in(reply.body)
        if not isinstance(told, dict) or not isinstance(told.get("tickets"), list):
            return ToolOutcome(outcome="refused", content="the service sent something else than tickets")
        lines = [f"#{ticket['id']}: {ticket['title']}" for ticket in told["tickets"]]
        rest = told.get("next")
        return ToolOutcome(
            outcome="done",
            content="\n".join(lines) or "no open tickets",
            truncated=rest is not None,
            more=None if rest is None else f"page={rest}",
        )


class OpenTicket:
    """The service heeds keys for a day, so a run of which nobody knows is run again with its key."""

    api = 1
    spec = ToolSpec(
        name="open_ticket",
        description="Opens a ticket.",
        parameters={
            "type": "object",
            "properties": {"title": {"type": "string", "minLength": 1}},
            "required": ["title"],
        },
    )
    effect = "write"
    repeat = Repeat("key")
    settles_within = 5.0

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def run(self, run: ToolRun) -> ToolOutcome:
        title = run.call.arguments.get("title")
        if not isinstance(title, str) or not title:
            return ToolOutcome(outcome="refused", content="title must be text")
        reply = await run.send(self.desk.request("POST", {}, {"title": title}, run.key))
        if (failed := outcome_for(reply, says=words(reply), keyed=True)) is not None:
            return failed
        told = json_in(reply.body)
        if not isinstance(told, dict) or "id" not in told:
            return ToolOutcome(outcome="unknown", content="the service sent something else than a ticket")
        return ToolOutcome(outcome="done", content=f"opened #{told['id']}", receipt={"id": told["id"]})


def words(reply: HttpReply) -> str | None:
    told = json_in(reply.body)
    return told["error"] if isinstance(told, dict) and isinstance(told.get("error"), str) else None


class TicketsConnector:
    api = 1
    name = "tickets"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def tools(self, call: ToolsCall) -> Sequence[Tool]:
        return [ListTickets(self.desk), OpenTicket(self.desk)]

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""


class Tickets:
    api = 1
    name = "tickets"
    facts = ConnectorFacts(
        base_url="https://tickets.example.com/api", region="eu", env=("TICKETS_TOKEN",), vendors=("acme",)
    )
    options = TicketsOptions

    def open(self, call: ConnectorCall) -> TicketsConnector:
        return TicketsConnector(Desk(call.destination, call.options))


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Tickets()]
