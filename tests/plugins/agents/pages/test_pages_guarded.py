"""The page does what somebody who has signed in asks of it, and what nobody else does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import RequestError
from interlock.types.tools import Preview
from interlock_agents.approvals import Approval, Requests
from interlock_agents.approvals.approvers import Approvers
from interlock_agents.pages.serving import bound
from interlock_agents.pages.sessions import Sessions
from interlock_agents.store import Store
from interlock_pages import origins_of
from served import Served, served
from waiting import asked


@pytest.fixture
def requests(tmp_path: Path) -> Requests:
    return Requests(store=Store.open("sqlite:///page.db", tmp_path))


@pytest.fixture
async def waits(requests: Requests) -> Approval:
    return await requests.put(asked())


@pytest.fixture
def page(requests: Requests) -> Iterator[Served]:
    with served(requests) as running:
        yield running


async def test_whoever_has_not_signed_in_sees_and_does_nothing(
    page: Served, requests: Requests, waits: Approval
) -> None:
    browser = page.browser()
    for path in ("/", f"/requests/{waits.id}", f"/requests/{waits.id}/text/arguments", "/effect?id=x"):
        reply = browser.get(path)
        assert reply.status == 303
        assert "a.txt" not in reply.text
    for path in (f"/requests/{waits.id}/approve", f"/requests/{waits.id}/deny", "/effect", "/logout"):
        assert browser.post(path, {"form": "", "lasts": "900"}).status == 403
    assert (await requests.get(waits.id)).open


async def test_no_get_changes_anything(page: Served, requests: Requests, waits: Approval) -> None:
    browser = page.signed_in()
    browser.get(f"/requests/{waits.id}")
    form = browser.form(f"/requests/{waits.id}/approve")["form"]
    for path in ("approve", "deny"):
        assert browser.get(f"/requests/{waits.id}/{path}?form={form}&lasts=900").status in {404, 405}
    browser.get("/logout")
    assert browser.get("/").status == 200
    assert (await requests.get(waits.id)).open
    secret = page.site.sessions.link_for("Ada")
    for _ in range(3):
        assert "Sign in as Ada" in page.browser().get(f"/login?once={secret}").text
    assert page.site.sessions.owner_of(secret) == "Ada", "looking at a link does not use it up"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
    ],
    ids=str,
)
async def test_a_form_from_elsewhere_is_refused(
    page: Served, requests: Requests, waits: Approval, headers: dict[str, str]
) -> None:
    browser = page.signed_in()
    browser.get(f"/requests/{waits.id}")
    action = f"/requests/{waits.id}/approve"
    assert browser.post(action, browser.form(action) | {"lasts": "900"}, **headers).status == 403
    assert (await requests.get(waits.id)).open


async def test_a_form_without_its_sessions_token_is_refused(
    page: Served, requests: Requests, waits: Approval
) -> None:
    ada, grace = page.signed_in("Ada"), page.signed_in("Grace")
    grace.get(f"/requests/{waits.id}")
    action = f"/requests/{waits.id}/approve"
    theirs = grace.form(action)["form"]
    for form in (theirs, "", "x", theirs.upper()):
        assert ada.post(action, {"form": form, "lasts": "900"}).status == 403
    assert (await requests.get(waits.id)).open


async def test_another_name_of_the_host_shows_nothing(page: Served, waits: Approval) -> None:
    browser = page.signed_in()
    reply = browser.get(f"/requests/{waits.id}", Host="rebound.example:80")
    assert (reply.status, reply.text) == (403, "This page has another name.")


async def test_a_link_is_used_once_and_not_for_long(tmp_path: Path) -> None:
    now = [0.0]
    sessions = Sessions(Approvers(store=Store.open("sqlite:///s.db", tmp_path)), clock=lambda: now[0])
    once, late = sessions.link_for("Ada"), sessions.link_for("Ada")
    secret = sessions.sign_in_by_link(once)
    assert await sessions.of(secret) is not None
    assert sessions.sign_in_by_link(once) is None
    now[0] = 600
    assert sessions.sign_in_by_link(late) is None
    assert await sessions.of(secret) is not None
    now[0] = 8 * 3600
    assert await sessions.of(secret) is None
    for nobody in ("", "x", None):
        assert await sessions.of(nobody) is None


async def test_who_has_no_token_any_more_has_no_session_either(
    page: Served, requests: Requests, waits: Approval
) -> None:
    approvers = Approvers(store=requests.store)
    browser = page.browser()
    assert browser.post("/login", {"token": await approvers.add("Grace")}).status == 303
    assert browser.get(f"/requests/{waits.id}").status == 200
    form = browser.form(f"/requests/{waits.id}/approve")
    await approvers.add("Grace")
    assert browser.post(f"/requests/{waits.id}/approve", form | {"lasts": "900"}).status == 403
    assert browser.get("/").status == 303
    assert (await requests.get(waits.id)).open


async def test_beyond_this_machine_its_cookie_is_for_https_alone(requests: Requests) -> None:
    with served(requests, origins=["https://approvals.example"]) as page:
        once = page.site.sessions.link_for("Ada")
        reply = page.browser().post(
            "/login", {"once": once}, Host="approvals.example", Origin="https://approvals.example"
        )
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-interlock-approvals=")
    assert "Secure" in cookie


async def test_who_has_signed_out_is_out(page: Served, waits: Approval) -> None:
    browser = page.signed_in()
    stolen = dict(browser.cookies)
    browser.get("/")
    assert browser.submit("/logout").status == 303
    browser.cookies = stolen
    assert browser.get(f"/requests/{waits.id}").status == 303


async def test_every_reply_says_what_a_browser_may_do_with_it(page: Served, waits: Approval) -> None:
    browser = page.signed_in()
    replies = [
        browser.get(path)
        for path in (
            "/",
            f"/requests/{waits.id}",
            f"/requests/{waits.id}/text/arguments",
            "/login",
            "/none",
            "/page.css",
        )
    ]
    replies.append(browser.post("/logout", {}))
    for reply in replies:
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "<script" not in reply.text
        assert not re.search(r"\son\w+=|style=|javascript:", reply.text)
    login = page.browser().post("/login", {"once": page.site.sessions.link_for("Ada")})
    assert "HttpOnly" in login.headers["set-cookie"]
    assert "SameSite=lax" in login.headers["set-cookie"]


@pytest.mark.parametrize(
    "there", ["//evil.example", "https://evil.example", "/\\evil.example", "x", "/a\r\nb", ""]
)
async def test_signing_in_leads_nowhere_else(page: Served, there: str) -> None:
    once = page.site.sessions.link_for("Ada")
    assert page.browser().post("/login", {"once": once, "next": there}).headers["location"] == "/"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"x" * 70_000, {}, 413),
        (b"form=a&form=b", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"&".join(b"a%d=1" % number for number in range(50)), {}, 400),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"form=a", {"Content-Type": "text/plain"}, 415),
        (b"form=a", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    ],
    ids=["long", "twice", "no text", "many", "json", "plain", "multipart"],
)
async def test_what_is_no_form_is_refused(
    page: Served, waits: Approval, body: bytes, headers: dict[str, str], status: int
) -> None:
    browser = page.signed_in()
    assert browser.post(f"/requests/{waits.id}/approve", body, **headers).status == status


async def test_a_grant_lasts_as_long_as_the_form_offers(page: Served, waits: Approval) -> None:
    browser = page.signed_in()
    browser.get(f"/requests/{waits.id}")
    for lasts in ("1e9", "-1", "", "nan"):
        reply = browser.submit(f"/requests/{waits.id}/approve", lasts=lasts)
        assert reply.status == 400
        browser.get(f"/requests/{waits.id}")


_NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7654*4321 }}{% raw %}",
    "</pre></code><h1>Approved</h1>",
    "\u202etxt.exe\u2066\u200b\u0000\x1b[2J",
    "a\nb\tc\r\nd",
]


@pytest.mark.parametrize("nasty", _NASTY)
async def test_what_a_model_writes_is_shown_and_does_nothing(
    page: Served, requests: Requests, nasty: str
) -> None:
    preview = Preview(text=nasty, changes={nasty: [nasty]})
    request = asked({nasty: nasty}, tool=nasty, run=nasty, step=nasty, policy=nasty, preview=preview)
    waits = await requests.put(request)
    browser = page.signed_in(name="O'Ada <b>")
    for path in ("/", f"/requests/{waits.id}"):
        text = browser.get(path).text
        for never in (
            "<script",
            "<img",
            "<h1>Approved",
            "33072934",
            "\u202e",
            "\u2066",
            "\u200b",
            "\x00",
            "\x1b",
            "<b>",
        ):
            assert never not in text, never
    browser.get(f"/requests/{waits.id}")
    browser.submit(f"/requests/{waits.id}/deny", why=nasty)
    assert "<script" not in browser.get(f"/requests/{waits.id}").text
    whole = browser.get(f"/requests/{waits.id}/text/arguments")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "\u202e" not in whole.text


_FIELDS = st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    id_=st.text(max_size=20), fields=st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=4)
)
def test_whatever_is_sent_is_answered(page: Served, id_: str, fields: dict[str, str]) -> None:
    from urllib.parse import quote

    browser = page.signed_in()
    browser.get("/")
    form = browser.form("/logout")
    there = quote(id_.encode("utf-8", "replace"), safe="")
    clean = {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in fields.items()
    }
    for path in (
        f"/requests/{there}",
        f"/effect?id={there}",
        f"/?after={there}",
        f"/login?once={there}&next={there}",
    ):
        assert browser.get(path).status < 500
    for path in (f"/requests/{there}/approve", f"/requests/{there}/deny", "/effect"):
        assert browser.post(path, form | clean | {"id": clean.get("id", there)}).status < 500


def test_beyond_this_machine_it_wants_tokens_and_https() -> None:
    with pytest.raises(RequestError, match="nobody has a token"):
        bound("0.0.0.0", 0, approvers=())
    for origin in ("", "http://approvals.example"):
        with pytest.raises(RequestError, match="put https before it"):
            bound("0.0.0.0", 0, approvers=("Ada",), origin=origin)
    with bound("0.0.0.0", 0, approvers=("Ada",), origin="https://approvals.example") as listening:
        assert origins_of("0.0.0.0", listening, "https://approvals.example/") == ["https://approvals.example"]


def test_a_port_that_is_taken_is_named() -> None:
    with bound("127.0.0.1", 0, approvers=()) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(RequestError, match=rf"127\.0\.0\.1:{port} cannot be listened at"):
            bound("127.0.0.1", port, approvers=())


async def test_nothing_of_what_is_asked_is_written_anywhere(
    page: Served, waits: Approval, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    browser = page.signed_in()
    browser.get(f"/requests/{waits.id}")
    browser.submit(f"/requests/{waits.id}/deny", why="a secret reason")
    browser.get("/requests/none")
    out, err = capfd.readouterr()
    said = out + err + caplog.text
    assert waits.id not in said
    assert "secret" not in said
