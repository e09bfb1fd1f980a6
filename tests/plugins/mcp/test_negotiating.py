"""The first words with a server, whatever it answers: a revision, or a typed error that says why not."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import MCPError
from mcp.client.session import ClientSession
from pydantic import ValidationError

from interlock import InterlockError, ToolCall
from interlock.testing import Received, Reply, Upstream, scripted_router
from interlock_mcp.negotiating import CLIENT, negotiate, told

SCALARS = st.none() | st.booleans() | st.integers(-40_000, 40_000) | st.text(max_size=12)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
VERSIONS = st.sampled_from(["2024-11-05", "2025-11-25", "2026-07-28", "1999-01-01", ""])
CODES = st.sampled_from([-32601, -32600, -32602, -32022, -32020, -32000, -1, 0])
DISCOVERED = st.fixed_dictionaries(
    {
        "supportedVersions": st.lists(VERSIONS, max_size=3) | JSON,
        "capabilities": st.just({"tools": {}}) | JSON,
    },
    optional={"ttlMs": JSON, "cacheScope": JSON, "resultType": JSON, "_meta": JSON, "instructions": JSON},
)
INITIALIZED = st.fixed_dictionaries(
    {"protocolVersion": VERSIONS | JSON, "capabilities": st.just({}) | JSON},
    optional={"serverInfo": st.just({"name": "s", "version": "1"}) | JSON, "instructions": JSON},
)
ERRORS = st.builds(
    MCPError,
    CODES,
    st.text(max_size=9),
    st.fixed_dictionaries({"supported": st.lists(VERSIONS) | JSON}) | JSON,
)
ANSWERS = st.one_of(DISCOVERED, INITIALIZED, ERRORS, st.dictionaries(st.text(max_size=5), JSON, max_size=2))


class Server:
    """The SDK's dispatcher, that answers what it was made with."""

    def __init__(self, discovered: Any, initialized: Any) -> None:
        self.answers = {"server/discover": discovered, "initialize": initialized}
        self.asked: list[str] = []

    async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
        self.asked.append(method)
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    async def notify(self, method: str, params: Any, opts: Any = None) -> None:
        self.asked.append(method)

    async def run(self, *_: Any, **__: Any) -> None: ...


@given(ANSWERS, ANSWERS, st.booleans())
def test_any_two_answers_agree_on_a_revision_or_say_why_not(discovered, initialized, probe):
    server = Server(discovered, initialized)
    session = ClientSession(dispatcher=server, client_info=CLIENT)
    agreed, why = None, None
    try:
        agreed = asyncio.run(negotiate(session, probe=probe))
    except (MCPError, ValidationError, InterlockError) as error:
        why = told(error)
    if agreed is None:
        assert isinstance(why, InterlockError)
        return
    assert agreed in (session.discover_result, session.initialize_result)
    assert session.protocol_version in ("2024-11-05", "2025-11-25", "2026-07-28")
    assert len(server.asked) <= 5


BODIES = (
    st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {"jsonrpc": st.just("2.0"), "id": st.integers(0, 4)},
        optional={"result": JSON | st.just({"content": []}), "error": JSON, "method": st.text(max_size=4)},
    ).map(lambda value: json.dumps(value).encode())
)
KINDS = st.sampled_from(["application/json", "text/event-stream", "text/html", ""])


class Finder:
    """A stateless server, and a router with it. Runs of its one tool are answered with `reply`."""

    reply = Reply()
    calls = 0

    def __call__(self, request: Received) -> Reply:
        asked: Mapping[str, Any] = request.json() if request.body else {}
        if asked.get("method") == "tools/call":
            self.calls += 1
            return self.reply
        results = {
            "server/discover": {"supportedVersions": ["2026-07-28"], "capabilities": {}},
            "tools/list": {"tools": [{"name": "find", "inputSchema": {"type": "object"}}]},
        }
        told = results.get(str(asked.get("method")), {}) | {"ttlMs": 0, "cacheScope": "private"}
        result = {"resultType": "complete", **told}
        return Reply.json({"jsonrpc": "2.0", "id": asked.get("id"), "result": result})


@pytest.fixture(scope="module")
def finder() -> Iterator[Any]:
    finder: Any = Finder()
    with Upstream(always=finder) as upstream:
        there = {"id": "there", "connector": "mcp", "region": "local", "base_url": f"{upstream.url}/mcp"}
        rules = {"rules": [{"tools": "*", "effect": "write"}]}
        with scripted_router({"model": []}, connectors=[there], tools=rules) as router:
            box = router.toolbox()
            finder.run = lambda: box.run_sync(ToolCall(id="c", name="find"))
            yield finder


@given(BODIES, KINDS, st.sampled_from([200, 202, 204, 400, 404, 429, 500]), st.booleans())
def test_any_reply_to_a_run_is_an_outcome_and_the_run_is_sent_once(finder, body, kind, status, events):
    whole = b"data: " + body + b"\n\n" if events else body
    finder.reply, finder.calls = Reply(status=status, headers={"content-type": kind}, pieces=(whole,)), 0
    outcome = finder.run()
    assert finder.calls == 1
    if status >= 500:
        assert outcome.outcome == "unknown"
    if status == 400 and b'"code"' not in body:
        assert outcome.outcome == "refused"
    if status == 429:
        assert (outcome.outcome, outcome.reason) == ("refused", "limited")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"jsonrpc": "2.0", "error": {"code": -32603, "message": "failed"}}, "unknown"),
        ({"jsonrpc": "2.0", "error": {"code": -32602, "message": "no such argument"}}, "refused"),
        ({"error": {"code": "invalid_request", "message": "no"}}, "refused"),
        ({"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}, "refused"),
        ({"error": {}}, "refused"),
        ({"jsonrpc": "2.0", "error": {}}, "refused"),
        ({"jsonrpc": "2.0", "error": {"code": True, "message": "no"}}, "refused"),
    ],
)
def test_an_error_that_is_none_of_json_rpc_leaves_the_word_to_the_status(finder, error, expected):
    finder.reply = Reply(status=400, pieces=(json.dumps(error).encode(),))
    assert finder.run().outcome == expected


@pytest.mark.parametrize("code", [-32601, -32000])
async def test_what_is_no_plain_word_for_the_stateless_kind_is_taken_for_an_older_server(code):
    greeted = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "serverInfo": {"name": "s", "version": "1"},
    }
    server = Server(MCPError(code, "no"), greeted)
    await negotiate(ClientSession(dispatcher=server, client_info=CLIENT), probe=True)
    assert server.asked == ["server/discover", "initialize", "notifications/initialized"]
