"""What every page that is served has: its looks, its guard, its cookie, and where it listens."""

from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from browsing import Browser, running
from interlock import RequestError
from interlock_pages import Cookie, Gate, Guard, Rendering, bound, form_of, origins_of, own_path


async def _hello(request: Request) -> Response:
    if request.method == "POST":
        await form_of(request)
    return PlainTextResponse("hello")


@pytest.mark.parametrize("scripts", [False, True])
def test_a_browser_runs_no_script_but_files_of_a_site_that_has_some(scripts: bool) -> None:
    listening = bound("127.0.0.1", 0)
    guard = Middleware(Guard, origins=origins_of("127.0.0.1", listening), scripts=scripts)
    app = Starlette(routes=[Route("/", _hello, methods=["GET", "POST"])], middleware=[guard])
    with running(app, listening):
        browser = Browser(origins_of("127.0.0.1", listening)[0])
        policy = browser.get("/").headers["content-security-policy"]
        assert browser.post("/", {"a": "b"}).status == 200
        assert browser.post("/", {"a": "b"}, Origin="https://evil.example").status == 403
        assert browser.get("/", Host="evil.example").status == 403
    assert policy.startswith("default-src 'none'")
    assert ("script-src 'self'" in policy) is scripts
    assert "unsafe" not in policy


def test_a_cookie_is_for_https_alone_where_the_site_is() -> None:
    for origins, name in ((["http://localhost:1"], "x"), (["https://a.example"], "__Host-x")):
        reply = Response()
        Cookie(name="x", origins=origins).put(reply, "secret", seconds=60)
        said = reply.headers["set-cookie"]
        assert said.startswith(f"{name}=secret; HttpOnly; Max-Age=60; Path=/; SameSite=lax")
        assert ("Secure" in said) is name.startswith("__Host-")


@pytest.mark.parametrize(
    "origin",
    ["reviews.example", "ftp://reviews.example", "https://a.example/path", "https://", "https://a b"],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(RequestError, match="expected https://NAME"):
        bound("127.0.0.1", 0, origin=origin)


def test_beyond_this_machine_https_is_wanted() -> None:
    with pytest.raises(RequestError, match="put https before it"):
        bound("0.0.0.0", 0)
    with bound("0.0.0.0", 0, origin="https://reviews.example") as listening:
        assert origins_of("0.0.0.0", listening, "https://Reviews.example/") == ["https://reviews.example"]


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example", "/\\evil", "x", "/a\r\nb", ""])
def test_a_redirect_leads_nowhere_else(there: str) -> None:
    assert own_path(there) == "/"
    assert own_path("/items/1?a=b") == "/items/1?a=b"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Host": "pages.example", "Origin": "https://pages.example"}, 200),
        ({"Host": "pages.example", "Origin": "https://pages.example:444"}, 403),
        ({"Host": "", "Origin": "https://"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
    ids=str,
)
def test_where_others_know_the_hosts_a_form_comes_from_the_one_that_it_is_sent_to(
    headers: dict[str, str], status: int
) -> None:
    listening = bound("127.0.0.1", 0)
    app = Starlette(
        routes=[Route("/", _hello, methods=["GET", "POST"])], middleware=[Middleware(Guard, origins=None)]
    )
    with running(app, listening):
        browser = Browser(origins_of("127.0.0.1", listening)[0])
        assert browser.get("/", Host="pages.example").status == 200
        assert browser.post("/", {"a": "b"}, **headers).status == status


@dataclass(frozen=True)
class Somebody:
    form: str

    def made(self, form: str) -> bool:
        return form == self.form


def test_a_gate_lets_through_whoever_has_signed_in_and_forms_that_they_were_shown() -> None:
    async def session_of(request: Request) -> Somebody | None:
        return Somebody("shown") if "who" in request.cookies else None

    async def see(request: Request, session: Somebody) -> Response:
        return PlainTextResponse(f"{request.url.path} for {session.form}")

    async def act(request: Request, session: Somebody, form: dict[str, str]) -> Response:
        return PlainTextResponse(f"{sorted(form)} of {session.form} at {request.url.path}")

    gate = Gate(session_of, login="/below/login")
    routes = [
        Route("/{each:path}", gate.seeing(see), methods=["GET"]),
        Route("/{each:path}", gate.acting(act), methods=["POST"]),
    ]
    listening = bound("127.0.0.1", 0)
    with running(Starlette(routes=routes), listening):
        browser = Browser(origins_of("127.0.0.1", listening)[0])
        asked = browser.get("/a?b=c&d")
        assert (asked.status, asked.headers["location"]) == (303, "/below/login?next=%2Fa%3Fb%3Dc%26d")
        assert browser.post("/a", {"form": "shown"}).status == 403
        browser.cookies["who"] = "me"
        assert browser.get("/a").text == "/a for shown"
        assert browser.post("/a", {"form": "another", "b": "c"}).status == 403
        assert browser.post("/a", {"b": "c"}).status == 403
        assert browser.post("/a", {"form": "shown", "b": "c"}).text == "['b'] of shown at /a"


def test_pages_are_shown_below_a_path_and_within_anothers() -> None:
    within = Rendering("interlock_evaluation.reviews.pages", over=["interlock_agents.pages"], root="/x")
    assert (within.root, within.base) == ("/x", "/x")
    page = bytes(within.page("done", who="a", done=1, total=1, closed=False).body).decode()
    assert 'href="/x/page.css"' in page
    assert ".badge" in within.style
    assert within.style.index(".skip") < within.style.index(".badge") < within.style.index(".reply")
