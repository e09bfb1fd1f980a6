"""The server over HTTP: who is let in, and what both revisions see there."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from desk import REVISIONS, Desk, router_of, words
from endpoint import client, served
from forgetful import forgetful
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Delta, RequestError, ToolCall
from interlock.testing import Step, scripted_router
from interlock_mcp.serving import app
from interlock_mcp.serving.web import address_of, hosts_for

KEY = "k-5d1f0c9b7a3e4826"


Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda *given, **options: stack.enter_context(served(*given, **options))


def post(address: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    said = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    try:
        connection.request(
            "POST", parts.path, body, said | {k.replace("_", "-"): v for k, v in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def message(method: str, **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "x", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_client_uses_tools_and_models_and_hears_of_progress(revision, serve):
    heard: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    desk = Desk()
    said = Step(["a" * 300, "b" * 300, "c" * 300, Delta(finish_reason="stop")])
    address = serve(router_of(desk, said), key=KEY)
    async with client(address, revision, KEY) as there:
        assert len((await there.list_tools()).tools) == 10
        assert words(await there.call_tool("write", {"text": "Dear Ada"})) == "Dear Ada 1"
        assert (await there.call_tool("burn", {})).structured_content["reason"] == "consent"
        answer = await there.call_tool("ask", {"prompt": "Hello"}, progress_callback=hear)
    assert len(words(answer)) == 900
    assert heard == [300, 900]
    assert [name for name, _ in desk.runs] == ["Dear Ada"]


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", f"Bearer {KEY}x", f"Basic {KEY}", KEY, "Bearer é"]
)
def test_without_the_key_nothing_is_read(shown, serve):
    address = serve(router_of(Desk()), key=KEY)
    status, body = post(address, message("tools/list"), **({"authorization": shown} if shown else {}))
    assert status == 401
    assert KEY.encode() not in body


def test_every_path_and_method_is_behind_the_key(serve):
    parts = urlsplit(serve(router_of(Desk()), key=KEY))
    for method in ("GET", "DELETE", "OPTIONS", "HEAD", "PUT"):
        for path in ("/mcp", "/", "/mcp/", "/../mcp"):
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
            connection.request(method, path)
            assert connection.getresponse().status == 401
            connection.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": "localhost.evil.example:80"}, 421),
        ({"host": "user@localhost"}, 421),
        ({"host": "localhost/evil.example"}, 421),
        ({"host": ""}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"origin": "http://127.0.0.1:80@evil.example"}, 403),
        ({"origin": "file://localhost"}, 403),
        ({"host": "localhost:1", "origin": "http://localhost:6274"}, 200),
        ({"host": "[::1]:1"}, 200),
    ],
)
def test_a_page_that_has_its_name_lead_here_is_refused(headers, status, serve):
    address = serve(router_of(Desk()))
    asked = message("server/discover", _meta=MODERN)
    said = {"mcp_protocol_version": "2026-07-28", "mcp_method": "server/discover"} | headers
    assert post(address, asked, **said)[0] == status


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"jsonrpc":"2.0"}',
    b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":{"a":1},"method":"tools/list"}',
    message("no/such/method"),
    message("tools/call"),
    message("tools/call", name=7),
    message("tools/call", name="burn", arguments=[1]),
]


def test_what_is_no_message_is_refused_and_the_server_goes_on(serve):
    desk = Desk()
    address = serve(router_of(desk))
    for version in ("", "2026-07-28", "2025-11-25", "1999-01-01", "x" * 1000):
        for body in HOSTILE:
            status, told = post(address, body, **({"mcp_protocol_version": version} if version else {}))
            assert 400 <= status < 500, (body[:60], version, status)
            assert b"Traceback" not in told
    assert post(address, b"x" * (8 * 1024 * 1024 + 1))[0] == 413
    asked = message("server/discover", _meta=MODERN)
    good = {"mcp_protocol_version": "2026-07-28", "mcp_method": "server/discover"}
    assert post(address, asked, **good)[0] == 200
    assert desk.runs == []


def test_whatever_is_sent_the_server_answers_and_runs_nothing_without_consent(serve):
    desk = Desk()
    address = serve(router_of(desk))
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    )
    params = st.fixed_dictionaries(
        {"name": st.just("burn") | values}, optional={"arguments": values, "_meta": values}
    )
    bodies = st.fixed_dictionaries(
        {
            "jsonrpc": st.just("2.0") | values,
            "method": st.sampled_from(["tools/call", "tools/list", "ping"]) | values,
        },
        optional={"id": values, "params": params | values},
    )

    @settings(max_examples=60)
    @given(bodies, st.sampled_from(["2026-07-28", "2025-06-18", ""]))
    def tried(body, version) -> None:
        said = {
            "mcp_protocol_version": version,
            "mcp_method": str(body["method"])[:40].encode("ascii", "ignore").decode(),
        }
        status, _ = post(address, json.dumps(body).encode(), **said)
        assert status < 500

    tried()
    assert desk.runs == []


@pytest.mark.parametrize("modern", [True, False], ids=["2026-07-28", "older"])
async def test_our_own_connector_uses_it(modern, serve):
    """A router whose tools are another router's, with what came of a run told on."""
    desk = Desk()
    wrapped = None if modern else forgetful
    address = serve(router_of(desk, "Lyon is in France."), wrapped=wrapped, key=KEY)
    entry = {
        "id": "there",
        "connector": "mcp",
        "base_url": address,
        "region": "local",
        "api_key": "env:THERE",
        "options": {"trust_annotations": True},
    }
    outer = scripted_router({"model": []}, connectors=[entry], environ={"THERE": KEY})
    async with outer:
        box = outer.toolbox()
        effects = {each.name: box.effect_of(each).effect for each in await box.tools()}
        assert effects | {"look": "read", "write": "write", "burn": "destructive", "ask": "read"} == effects

        async def run(name: str, **arguments: Any) -> Any:
            return await box.run(ToolCall(id="call-1", name=name, arguments=arguments))

        assert (await run("write", text="Dear Ada")).content == "Dear Ada 1"
        assert (await run("ask", prompt="Where is Lyon?")).content == "Lyon is in France."
        doubtful = await run("order", item="ink")
        assert doubtful.outcome == "unknown"
    assert [name for name, _ in desk.runs] == ["Dear Ada", "ink"]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("8765", ("127.0.0.1", 8765)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:0", ("::1", 0)),
        (":9", ("127.0.0.1", 9)),
    ],
)
def test_an_address_is_a_port_or_a_host_and_a_port(said, place):
    assert address_of(said) == place


@pytest.mark.parametrize("said", ["", "x", "host:", "127.0.0.1:99999", "1:２"])
def test_an_address_that_is_none_is_refused(said):
    with pytest.raises(RequestError, match="--http"):
        address_of(said)


def test_what_listens_everywhere_is_told_its_name():
    with pytest.raises(RequestError, match="--host-name"):
        hosts_for("0.0.0.0", [])
    assert "tools.example" in hosts_for("0.0.0.0", ["tools.example"])
    assert hosts_for("10.0.0.5", []) == ("10.0.0.5",)


def test_a_key_that_is_soon_guessed_is_refused():
    with pytest.raises(RequestError, match="guessed"):
        app(router_of(Desk()), key="secret")
