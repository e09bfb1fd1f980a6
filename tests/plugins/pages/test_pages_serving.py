"""What every page that is served has: its looks, its guard, its cookie, and where it listens."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from browsing import Browser, running
from interlock import RequestError
from interlock_pages import Cookie, Guard, bound, form_of, origins_of, own_path


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
