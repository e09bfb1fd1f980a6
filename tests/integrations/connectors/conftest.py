"""A router with real connectors, and a model on loopback that does as its plan says: for both frameworks."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from repository import TOKEN, GitHubProxy

from asked import Asked, Called, Said
from attentive import Attentive
from emulated_github import account, emulated, proxy
from interlock import Router
from interlock.testing import End, Received, Reply, Upstream
from openapi_documents import document_of

__all__ = ["account", "emulated", "proxy"]

NOTES = Path(__file__).parents[2] / "plugins" / "mcp" / "sdk_server.py"
RULES = [
    {"tools": "sdk/*", "effect": "write"},
    {"tools": "notes/add_note", "effect": "destructive"},
    {"tools": "github_comment_on_issue", "effect": "destructive"},
]


class Scripted:
    """A model that says one part of its plan after the other: calls of tools, or a text. What results it was
    shown is in `told`; a conversation that is begun anew begins the plan anew.
    """

    def __init__(self, upstream: Attentive) -> None:
        self.upstream = upstream
        self.plan: Sequence[Any] = ()
        upstream.answers = self._answer

    @property
    def told(self) -> list[str]:
        return [result.text for turn in self.upstream.seen[-1].turns for result in turn.results]

    def _answer(self, asked: Asked) -> Said:
        at = sum(turn.role == "assistant" for turn in asked.turns)
        part = self.plan[at] if at < len(self.plan) else "That is all."
        if isinstance(part, str):
            return Said(text=part, tokens=(9, 9))
        calls = [
            Called(id=f"call_{at}_{number}", name=name, arguments=given)
            for number, (name, given) in enumerate(part)
        ]
        return Said(calls=calls, finish="tool_calls", tokens=(9, 9))


@pytest.fixture
def model() -> Iterator[Scripted]:
    with Attentive() as upstream:
        yield Scripted(upstream)


@pytest.fixture
def router_of(model: Scripted) -> Iterator[Callable[..., Router]]:
    """Makes routers, closed in the end, with these connectors; keywords are the configuration's."""
    made: list[Router] = []

    def make(*connectors: dict[str, Any], **config: Any) -> Router:
        gpt = {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "region": "us"}
        there = {"base_url": f"{model.upstream.url}/v1", "api_key": "a-key"}
        config.setdefault("tools", {"rules": RULES})
        made.append(Router.from_config({"deployments": [gpt | there], "connectors": [*connectors], **config}))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()


class Notes:
    """A service with notes in it."""

    def __init__(self) -> None:
        self.notes = ["buy ink"]

    def __call__(self, request: Received) -> Reply:
        if request.path.startswith("/slow"):
            return Reply(pieces=(End.SILENCE,))
        if request.method == "POST":
            self.notes += parse_qs(urlsplit(request.path).query)["text"]
            return Reply.json({"number": len(self.notes)}, status=201)
        return Reply.json(self.notes)


@pytest.fixture
def service() -> Iterator[Upstream]:
    with Upstream(always=Notes()) as upstream:
        yield upstream


@pytest.fixture
def notes(service: Upstream, tmp_path: Path) -> dict[str, Any]:
    """It, by the document that describes it."""
    text = {"name": "text", "in": "query", "required": True, "schema": {"type": "string"}}
    paths = {
        "/notes": {
            "get": {"operationId": "listNotes", "summary": "All notes"},
            "post": {"operationId": "addNote", "summary": "Add a note", "parameters": [text]},
        },
        "/slow": {"post": {"operationId": "waitLong", "summary": "Never answers"}},
    }
    (tmp_path / "notes.json").write_text(json.dumps(document_of(paths)))
    options = {"document": str(tmp_path / "notes.json")}
    there = {"id": "notes", "connector": "openapi", "region": "local", "base_url": service.url}
    return there | {"api_key": "a-key", "options": options}


@pytest.fixture
def sdk() -> dict[str, Any]:
    """A server of MCP's own SDK, on its pipes."""
    options = {"command": sys.executable, "args": [str(NOTES)]}
    return {"id": "sdk", "connector": "mcp", "region": "local", "options": options}


@pytest.fixture
def github(proxy: GitHubProxy) -> dict[str, Any]:
    entry = {"id": "github", "connector": "github", "base_url": proxy.url, "region": "local"}
    return entry | {"api_key": TOKEN, "options": {"settles_within": 0.02}}
