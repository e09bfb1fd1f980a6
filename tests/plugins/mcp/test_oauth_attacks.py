"""Servers and issuers that would have what is another's: none is ever sent a token, a code or a secret."""

import asyncio
import json
import logging
import re
import threading
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from oauth_world import PROGRAM, SECRET, World, browser, visit

from interlock import AuthenticationError, InterlockError, ProtocolError, Router, ToolCall
from interlock_mcp.signing_in import login
from shaky_log import ShakyLog
from watched import watched


@pytest.fixture
def world():
    with ExitStack() as stack:
        yield World(stack)


@pytest.fixture
def entry(tmp_path):
    """What is written of a server whose tokens come from an issuer; all keep them in one folder."""

    def make(url: str, issuer: str, **oauth: Any) -> dict[str, Any]:
        return {
            "base_url": url,
            "issuer": {"url": issuer, "region": "local"},
            "options": {"oauth": {"tokens": str(tmp_path / "tokens"), **oauth}},
        }

    return make


@pytest.fixture
def honest(world, boxed, entry):
    """An honest server to which somebody has logged in, with its issuer."""
    issuer = world.issuer()
    server = world.server(issuer)
    box = boxed(entry(server.url, issuer.url))
    login(box.router, "there", browser, timeout=20)
    return server, issuer


class Evil:
    """An application that answers as it is told: `pages` are (status, headers, body) by path."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.challenge = 'Bearer realm="notes"'

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        status, headers, body = self.pages.get(
            scope["path"], (401, {"www-authenticate": self.challenge}, b"who are you?")
        )
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    def says(self, path: str, value: Any, status: int = 200) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.pages[path] = (status, {"content-type": "application/json"}, body)


@pytest.fixture
def evil_box(world, boxed, entry):
    """An evil server: what it heard, its origin, what it answers with, what makes a box that leads to it."""
    evil = Evil()
    heard, origin = world.app(evil)

    def make(issuer: Any, **oauth: Any) -> Any:
        return boxed({**entry(f"{origin}/mcp", issuer.url, **oauth), "api_key": f"{PROGRAM}:{SECRET}"})

    return heard, origin, evil, make


PRM = "/.well-known/oauth-protected-resource/mcp"


def none_of(heard: Any, *issuers: Any) -> bool:
    """Whether nothing that the issuers gave, and no secret, has come there."""
    text = "\n".join(heard.requests)
    return not any(secret in text for issuer in issuers for secret in (*issuer.desk.given, SECRET))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            lambda here, there, issuer: {"resource": there, "authorization_servers": [issuer]},
            "another resource",
        ),
        (lambda here, there, issuer: {"resource": f"{here}/x", "authorization_servers": [issuer]}, "another"),
        (
            lambda here, there, issuer: {"resource": here, "authorization_servers": [here]},
            "its tokens come from .* and not from",
        ),
        (lambda here, there, issuer: {"resource": here}, "name no resource, or no issuer"),
        (lambda here, there, issuer: [here], "no JSON object"),
        (lambda here, there, issuer: b"{" * 100_000, "no JSON object"),
        (lambda here, there, issuer: b" " * 300_000, "more than 262144 bytes"),
        (lambda here, there, issuer: b"\xff\x00", "no JSON object"),
    ],
)
@pytest.mark.parametrize("grant", ["authorization_code", "client_credentials"])
async def test_a_server_that_says_what_it_must_not_is_shown_nothing(evil_box, honest, told, why, grant):
    server, issuer = honest
    heard, origin, evil, make = evil_box
    evil.says(PRM, told(f"{origin}/mcp", server.url, issuer.url))
    issuer.knows(PROGRAM, SECRET)
    before = len(issuer.at("/token"))
    box = make(issuer, grant=grant)
    for _ in range(3):
        assert await box.names() == []
    assert re.search(why, box.toolbox.excluded["there"])
    assert none_of(heard, issuer)
    assert len(issuer.at("/token")) == before
    if grant == "authorization_code":
        with pytest.raises(InterlockError, match=why):
            await asyncio.to_thread(login, box.router, "there", browser, timeout=5)
        assert none_of(heard, issuer)


@pytest.mark.parametrize("how", ["elsewhere", "redirect"])
async def test_metadata_elsewhere_are_not_fetched(world, evil_box, honest, how):
    _, issuer = honest
    heard, origin, evil, make = evil_box
    other, there = world.app(Evil())
    evil.challenge = f'Bearer resource_metadata="{there if how == "elsewhere" else origin}/metadata"'
    evil.pages["/metadata"] = (307, {"location": f"{there}/metadata"}, b"")
    box = make(issuer)
    assert await box.names() == []
    said = box.toolbox.excluded["there"]
    assert ("at another origin" if how == "elsewhere" else "redirects are not followed") in said
    assert not other.requests
    assert none_of(heard, issuer)


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"issuer": "http://127.0.0.1:1"}, "are those of another issuer"),
        ({"token_endpoint": "http://127.0.0.1:1/token"}, "gives tokens at another origin"),
        ({"code_challenge_methods_supported": None}, "does not say that it takes PKCE"),
        ({"code_challenge_methods_supported": ["plain"]}, "does not say that it takes PKCE"),
        ({"authorization_endpoint": "http://example.com/authorize"}, "no address for browsers with https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no address for browsers with https"),
        ({"registration_endpoint": "http://127.0.0.1:1/register"}, "registers no clients by itself"),
    ],
)
def test_an_issuer_whose_metadata_lead_elsewhere_is_not_used(world, boxed, entry, metadata, why):
    issuer = world.issuer()
    server = world.server(issuer)
    issuer.metadata |= metadata
    box = boxed(entry(server.url, issuer.url))
    shown: list[str] = []
    with pytest.raises(InterlockError, match=why):
        login(box.router, "there", shown.append, timeout=1)
    assert not shown
    assert not issuer.at("/token")
    assert not issuer.at("/register")


def test_a_code_from_another_issuer_goes_to_nobody(world, boxed, entry):
    issuer, other = world.issuer(), world.issuer()
    server = world.server(issuer)
    issuer.desk.says = other.url
    box = boxed(entry(server.url, issuer.url))
    with pytest.raises(AuthenticationError, match="came back from another issuer"):
        login(box.router, "there", browser, timeout=20)
    assert not issuer.at("/token")
    assert not other.at("/token")


def test_a_browser_that_comes_from_another_login_is_not_believed(world, boxed, entry):
    issuer = world.issuer()
    server = world.server(issuer)
    box = boxed(entry(server.url, issuer.url))
    seen: list[int] = []

    def disturbed(url: str) -> None:
        query = parse_qs(urlsplit(url).query)
        (back,) = query["redirect_uri"]

        def visits() -> None:
            for bad in ("?code=stolen&state=wrong", "?code=stolen", "?state=x", "", "?code=a&code=b&state=x"):
                try:
                    with urlopen(f"{back}{bad}", timeout=10) as page:
                        seen.append(page.status)
                except OSError as error:
                    seen.append(error.code)  # type: ignore[attr-defined]
            visit(url)

        threading.Thread(target=visits, daemon=True).start()

    assert login(box.router, "there", disturbed, timeout=30).issuer == issuer.url
    assert len(issuer.at("/token")) == 1
    assert "stolen" not in issuer.at("/token")[0]
    assert seen == [200, 200, 404, 404, 404]


def test_a_person_who_says_no_is_heard(world, boxed, entry):
    issuer = world.issuer()
    server = world.server(issuer)
    box = boxed(entry(server.url, issuer.url))

    def refuses(url: str) -> None:
        query = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        said = f"error=access_denied&iss={issuer.url}&state={query['state']}"
        threading.Thread(target=visit, args=(f"{query['redirect_uri']}?{said}",), daemon=True).start()

    with pytest.raises(AuthenticationError, match="the issuer gives no code: access_denied"):
        login(box.router, "there", refuses, timeout=20)


async def test_a_server_that_takes_no_token_is_not_asked_for_ever(world, boxed, entry):
    issuer = world.issuer()
    evil = Evil()
    heard, origin = world.app(evil)
    url = f"{origin}/mcp"
    evil.says(PRM, {"resource": url, "authorization_servers": [issuer.url]})
    box = boxed(entry(url, issuer.url))
    await asyncio.to_thread(login, box.router, "there", browser, timeout=20)
    for _ in range(5):
        await box.names()
    assert "takes no token" in box.toolbox.excluded["there"]
    assert len(issuer.at("/token")) <= 3  # the login's, and one renewal
    assert len(heard.at("/mcp")) <= 10
    said = box.toolbox.excluded["there"]
    assert not any(token in said for token in issuer.desk.given)


@pytest.mark.parametrize("path", ["/token", "/register"])
def test_a_redirect_of_the_issuers_is_not_followed(world, boxed, entry, path):
    issuer = world.issuer()
    server = world.server(issuer)
    bait, origin = world.app(Evil())
    inner = issuer.app

    async def leads(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != path:
            await inner(scope, receive, send)
            return
        headers = [(b"location", f"{origin}{path}".encode())]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    issuer.app = leads
    box = boxed(entry(server.url, issuer.url))
    with pytest.raises(ProtocolError, match="redirects are not followed"):
        login(box.router, "there", browser, timeout=20)
    assert not bait.requests


def test_tokens_are_in_no_log_no_trace_no_outcome_and_no_error(world, entry, caplog):
    issuer = world.issuer()
    server = world.server(issuer)

    @server.server.tool()
    def echo_login(text: str) -> str:
        """Says what it was sent."""
        return "\n".join(server.requests)

    log = ShakyLog()
    connector = {"id": "there", "connector": "mcp", "region": "local", **entry(server.url, issuer.url)}
    config = {
        "connectors": [connector],
        "log": {"url": "shaky://"},
        "tools": {"rules": [{"tools": "*", "effect": "write"}]},
    }
    call = ToolCall(id="call-1", name="echo_login", arguments={"text": "?"})
    with (
        watched() as seen,
        caplog.at_level(logging.DEBUG),
        Router.from_config(config, plugins=[log]) as router,
    ):
        box = router.toolbox()
        login(router, "there", browser, timeout=20)
        told = box.run_sync(call)
        issuer.desk.tokens.clear()
        issuer.app = Chatty(issuer.app)
        failed = box.run_sync(call)
        spans = [f"{span.name} {span.attributes} {span.events} {span.status}" for span in seen.spans]
    assert told.outcome == "done"
    assert failed.outcome == "refused"
    entries = [repr(each) for each in log.entries]
    assert any("there/issuer" in each for each in entries)
    assert spans
    texts = [*spans, *entries, repr(told), repr(failed), str(failed.error), caplog.text, repr(box.excluded)]
    for secret in issuer.desk.given:
        assert not any(secret in text for text in texts), secret[:2]


class Chatty:
    """An issuer that repeats, in its error, what it is asked for tokens with."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/token":
            await self.app(scope, receive, send)
            return
        form = (await receive())["body"].decode()
        body = json.dumps({"error": "invalid_grant", "error_description": f"no: {form}"}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": body})
