"""Who sees the pages, and that nothing on them is more than it seems."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount

from interlock import ErrorRecord, Router
from interlock.testing import scripted_router
from interlock.testing.records import sample_record
from interlock_pages import Gate
from interlock_server.endpoint import Traffic
from interlock_server.pages import Processes
from interlock_server.pages.app import app_of
from interlock_server.pages.approvals import routes_of
from interlock_server.pages.sessions import Sessions
from interlock_server.principals import KEY
from server_pages_stage import APPROVES, BLIND, SEES, PagesStage, pages_stage, secret_of

PAGES = ("/pages/", "/pages/usage", "/pages/decisions", "/pages/health", "/pages/approvals/")
GATE: Gate[Any] = Gate(None, login="")  # type: ignore[arg-type]  # nobody comes to it
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*1234567}}\u202eevil\x00`"


@pytest.fixture
def router() -> Router:
    return scripted_router({"a": ["One"], "b": ["Two"]})


@pytest.fixture
def stage(router: Router, tmp_path: Path) -> Iterator[PagesStage]:
    settings = {"approvals": "sqlite:///agents.db", "folder": tmp_path}
    with pages_stage(router, SEES, APPROVES, BLIND, settings=settings) as running:
        yield running


def addresses() -> list[tuple[str, str]]:
    """Every way in that the pages have, out of their own table."""
    found = []
    for route in app_of(Processes(Traffic()), Sessions(b"x")).routes:
        inner = routes_of(None, GATE) if isinstance(route, Mount) else []
        for each, above in [(one, route.path) for one in inner] or [(route, "")]:
            path = f"/pages{above}{each.path}".replace("{id}", "x").replace("{part}", "y")
            found += [(method, path) for method in sorted(each.methods - {"HEAD"})]
    return found


def test_the_table_of_the_pages_has_the_approvals_too() -> None:
    found = addresses()
    assert ("POST", "/pages/approvals/requests/x/approve") in found
    assert ("GET", "/pages/usage") in found


@pytest.mark.parametrize(("method", "path"), addresses(), ids=str)
def test_whoever_has_not_signed_in_comes_to_the_door_alone(stage: PagesStage, method: str, path: str) -> None:
    browser = stage.browser()
    if method == "POST" and path != "/pages/login":
        assert browser.post(path, {"form": "x"}).status == 403
    elif method == "GET" and path not in ("/pages/login", "/pages/page.css"):
        reply = browser.get(path)
        assert reply.status == 303
        assert reply.headers["location"].startswith("/pages/login?next=%2Fpages")
    else:
        assert stage.client.get(path).status in (200, 405)


def test_signing_in_leads_to_where_one_wanted_to_go(stage: PagesStage) -> None:
    browser = stage.browser()
    first = browser.get("/pages/usage?period=day")
    browser.get(first.headers["location"])
    reply = browser.submit("/pages/login", key=secret_of(SEES))
    assert (reply.status, reply.headers["location"]) == (303, "/pages/usage?period=day")
    assert browser.get("/pages/usage").status == 200
    assert "Operations" in browser.text


@pytest.mark.parametrize(
    "there",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "/v1/models",
        "/pages/../v1",
        "/pagesx",
        "",
        "\r\nx",
    ],
)
def test_signing_in_leads_nowhere_else(stage: PagesStage, there: str) -> None:
    reply = stage.browser().post("/pages/login", {"key": secret_of(SEES), "next": there})
    assert (reply.status, reply.headers["location"]) == (303, "/pages/")


def test_a_key_that_does_not_see_and_one_that_is_nobodys_stay_outside(stage: PagesStage) -> None:
    for key, words in (
        (secret_of(BLIND), "sees: true"),
        ("ilk_nobody", "nobody&#39;s"),
        ("", "nobody&#39;s"),
    ):
        browser = stage.browser()
        reply = browser.post("/pages/login", {"key": key})
        assert reply.status == 403
        assert words in reply.text
        assert not browser.cookies
        assert not key or key not in reply.text


def test_a_key_in_a_header_or_an_address_opens_no_page(stage: PagesStage) -> None:
    secret = secret_of(SEES)
    browser = stage.browser()
    assert browser.get("/pages/", Authorization=f"Bearer {secret}").status == 303
    assert browser.get(f"/pages/?key={secret}").status == 303
    assert browser.get(f"/pages/login?key={secret}").status == 200
    assert secret not in browser.text


def test_a_key_that_is_revoked_or_changed_closes_its_sessions(stage: PagesStage) -> None:
    browser, other = stage.signed_in(), stage.signed_in(APPROVES)
    assert browser.get("/pages/").status == 200
    stage.keys.all[SEES.id] = replace(SEES, epoch="2")
    assert browser.get("/pages/").status == 303
    del stage.keys.all[APPROVES.id]
    assert other.get("/pages/usage").status == 303


def test_whoever_signs_out_has_no_cookie_any_more(stage: PagesStage) -> None:
    browser = stage.signed_in()
    browser.get("/pages/")
    reply = browser.submit("/pages/logout")
    assert (reply.status, reply.headers["location"]) == (303, "/pages/login")
    assert 'interlock-pages=""' in reply.headers["set-cookie"]
    assert "Max-Age=0" in reply.headers["set-cookie"]
    assert browser.get("/pages/").status == 303


@pytest.mark.parametrize("origin", ["http", "https"])
def test_the_cookie_is_for_https_alone_where_the_browser_came_by_it(stage: PagesStage, origin: str) -> None:
    browser = stage.browser()
    headers = {"Host": "llm.example", "Origin": f"{origin}://llm.example"}
    reply = browser.post("/pages/login", {"key": secret_of(SEES)}, **headers)
    said = reply.headers["set-cookie"]
    assert said.startswith("__Host-interlock-pages=" if origin == "https" else "interlock-pages=")
    assert ("Secure" in said) is (origin == "https")
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    assert secret_of(SEES) not in said
    assert browser.get("/pages/", Host="llm.example").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_signs_nobody_in_or_out(stage: PagesStage, headers: dict[str, str]) -> None:
    assert stage.browser().post("/pages/login", {"key": secret_of(SEES)}, **headers).status == 403
    browser = stage.signed_in()
    browser.get("/pages/")
    assert browser.post("/pages/logout", browser.form("/pages/logout"), **headers).status == 403
    assert browser.get("/pages/").status == 200


def test_a_form_of_another_session_is_refused(stage: PagesStage) -> None:
    one, two = stage.signed_in(), stage.signed_in()
    one.get("/pages/")
    two.get("/pages/")
    assert two.post("/pages/logout", one.form("/pages/logout")).status == 403
    assert two.post("/pages/logout", {"form": ""}).status == 403


def test_no_get_changes_anything(stage: PagesStage) -> None:
    browser = stage.signed_in()
    assert browser.get("/pages/logout").status == 405
    assert browser.get("/pages/").status == 200


def test_every_reply_says_what_a_browser_may_do_with_it(stage: PagesStage) -> None:
    browser = stage.signed_in()
    replies = [browser.get(path) for path in (*PAGES, "/pages/login", "/pages/page.css", "/pages/none")]
    replies.append(browser.post("/pages/logout", {}))
    for reply in replies:
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "<script" not in reply.text
        assert not re.search(r"<[^>]*\s(on\w+|style)=|javascript:", reply.text)


def test_nothing_that_somebody_named_is_more_than_text(router: Router) -> None:
    first = sample_record(0)
    decision = replace(
        first.decision,
        task=EVIL,
        evidence=(EVIL,),
        stage=EVIL,
        levels={EVIL: EVIL},
        excluded={EVIL: EVIL},
        shortlist=tuple(replace(each, deployment=EVIL, reasons=(EVIL,)) for each in first.decision.shortlist),
    )
    attempts = tuple(
        replace(each, deployment=EVIL, model=EVIL, served_model="x", adjusted=(EVIL,), incident=EVIL)
        for each in first.attempts
    )
    record = replace(
        first,
        started=1.9e9,
        decision=decision,
        attempts=attempts,
        deployment=EVIL,
        metadata={KEY: EVIL, EVIL: EVIL, "server.request": EVIL},
        run=EVIL,
        step=EVIL,
        ensemble=EVIL,
    )
    router.wiring.records.put(record)
    with pages_stage(router, SEES) as stage:
        browser = stage.signed_in()
        for path in (
            *PAGES,
            f"/pages/decisions/{record.id}",
            "/pages/decisions?key=%3Cscript%3E&task=%22%3E%3Cimg",
        ):
            reply = browser.get(path)
            text = reply.text
            assert reply.status == 200, path
            assert "<script" not in text
            assert "<img" not in text
            assert "\u202e" not in text
            assert "8641969" not in text, "a template of somebody else's was filled in"
            assert "\x00" not in text
        assert "&lt;script&gt;" in browser.get(f"/pages/decisions/{record.id}").text


def test_no_page_holds_a_secret_of_anybody_or_what_a_vendor_said(stage: PagesStage, router: Router) -> None:
    error = ErrorRecord(kind="RateLimited", message="you said: my diagnosis", quoted=True)
    quoted = replace(sample_record(1).attempts[0], error=error)
    record = replace(sample_record(1), attempts=(quoted,))
    router.wiring.records.put(record)
    assert stage.calling(BLIND).chat("my diagnosis is grave").status == 200
    browser = stage.signed_in()
    for path in (*PAGES, f"/pages/decisions/{record.id}", f"/pages/decisions/{router.records[-1].id}"):
        text = browser.get(path).text
        assert browser.get(path).status == 200
        assert "diagnosis" not in text
        for each in (SEES, APPROVES, BLIND):
            assert secret_of(each) not in text


def test_without_keys_this_machine_may_look_and_answer_nothing(router: Router) -> None:
    with pages_stage(router) as stage:
        browser = stage.browser()
        for path in PAGES:
            assert browser.get(path).status == 200
        assert "Sign out" not in browser.text
        assert browser.get("/pages/login").headers["location"] == "/pages/"
        assert "nobody is known by name" in browser.get("/pages/approvals/").text
        assert browser.post("/pages/approvals/requests/x/approve", {"form": ""}).status == 403
        assert browser.get("/pages/", Host="rebound.example").status == 403


@pytest.mark.parametrize("path", ["/", "/pages"])
def test_the_address_that_is_printed_leads_to_the_pages_for_now(stage: PagesStage, path: str) -> None:
    reply = stage.browser().get(path)
    assert (reply.status, reply.headers["location"]) == (307, "/pages/")


def test_a_page_that_is_not_there_says_so(stage: PagesStage) -> None:
    reply = stage.browser().get("/pages/nowhere")
    assert reply.status == 404
    assert "There is no such page." in reply.text
