"""What agents wait for is answered on the server's pages, by keys that approve and nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.testing import scripted_router
from interlock.types.tools import Preview
from interlock_agents.approvals import Requests
from interlock_agents.store import Store
from interlock_server.pages import approvals
from server_pages_stage import APPROVES, SEES, PagesStage, pages_stage
from waiting import asked

SECRET_ARGUMENT = {"path": "a.txt", "note": "<b>for the board alone</b>"}
BASE = "/pages/approvals"


@pytest.fixture
def requests(tmp_path: Path) -> Requests:
    return Requests(store=Store.open("sqlite:///agents.db", tmp_path))


@pytest.fixture
def stage(requests: Requests, tmp_path: Path) -> Iterator[PagesStage]:
    settings = {"approvals": "sqlite:///agents.db", "folder": tmp_path}
    with pages_stage(scripted_router({"a": []}), SEES, APPROVES, settings=settings) as running:
        yield running


async def test_what_waits_is_listed_and_approved_in_the_name_of_the_key(
    stage: PagesStage, requests: Requests
) -> None:
    request = asked(SECRET_ARGUMENT, preview=Preview(text="removes a.txt", changes={}))
    waits = await requests.put(request)
    browser = stage.signed_in(APPROVES)
    listed = browser.get(f"{BASE}/").text
    assert "1 to approve or deny" in listed
    assert f'href="{BASE}/requests/{waits.id}"' in listed
    assert 'aria-current="page">Approvals' in listed
    detail = browser.get(f"{BASE}/requests/{waits.id}").text
    assert "&lt;b&gt;for the board alone&lt;/b&gt;" in detail
    assert "destructive" in detail
    answer = browser.submit(f"{BASE}/requests/{waits.id}/approve", lasts="300", by="somebody else")
    assert (answer.status, answer.headers["location"]) == (303, f"{BASE}/requests/{waits.id}")
    grant = await requests.grant_for(request)
    assert grant is not None
    assert (grant.approver, grant.expires - grant.issued) == ("ada", 300)
    assert "ada agreed at" in browser.get(f"{BASE}/requests/{waits.id}").text
    assert "Nothing waits" in browser.get(f"{BASE}/").text


async def test_consent_is_bound_to_the_arguments_that_were_shown_and_given_once(
    stage: PagesStage, requests: Requests
) -> None:
    shown = asked({"path": "a.txt"})
    waits = await requests.put(shown)
    browser = stage.signed_in(APPROVES)
    browser.get(f"{BASE}/requests/{waits.id}")
    form = browser.form(f"{BASE}/requests/{waits.id}/approve")
    other = await requests.put(asked({"path": "b.txt"}))
    late = browser.post(f"{BASE}/requests/{waits.id}/approve", form | {"lasts": "900"})
    assert late.status == 409, "another call has taken its place"
    assert (await requests.get(other.id)).open
    browser.get(f"{BASE}/requests/{other.id}")
    assert browser.submit(f"{BASE}/requests/{other.id}/approve", lasts="900").status == 303
    assert await requests.grant_for(shown) is None
    assert browser.post(f"{BASE}/requests/{other.id}/approve", form | {"lasts": "900"}).status == 409


async def test_what_is_denied_tells_the_agent_why(stage: PagesStage, requests: Requests) -> None:
    waits = await requests.put(asked())
    browser = stage.signed_in(APPROVES)
    browser.get(f"{BASE}/requests/{waits.id}")
    browser.submit(f"{BASE}/requests/{waits.id}/deny", why="not on a Friday")
    seen = await requests.get(waits.id)
    assert (seen.denied, seen.why, seen.decided_by) == (True, "not on a Friday", "ada")


async def test_a_key_that_only_looks_is_shown_no_arguments_and_answers_nothing(
    stage: PagesStage, requests: Requests
) -> None:
    waits = await requests.put(asked(SECRET_ARGUMENT))
    browser = stage.signed_in(SEES)
    for path in ("/", f"/requests/{waits.id}", f"/requests/{waits.id}/text/arguments", "/effect?id=x"):
        text = browser.get(BASE + path).text
        assert "for the board alone" not in text
        assert "delete_file" not in text
        assert "approves: true" in text
    browser.get("/pages/")
    form = browser.form("/pages/logout")
    for answer in ("approve", "deny"):
        assert browser.post(f"{BASE}/requests/{waits.id}/{answer}", form | {"lasts": "900"}).status == 403
    assert (await requests.get(waits.id)).open


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": ""}, {"Sec-Fetch-Site": "cross-site"}], ids=str
)
async def test_a_form_from_elsewhere_approves_nothing(
    stage: PagesStage, requests: Requests, headers: dict[str, str]
) -> None:
    waits = await requests.put(asked())
    browser = stage.signed_in(APPROVES)
    browser.get(f"{BASE}/requests/{waits.id}")
    action = f"{BASE}/requests/{waits.id}/approve"
    form = browser.form(action) | {"lasts": "900"}
    assert browser.post(action, form, **headers).status == 403
    assert stage.signed_in(APPROVES).post(action, form).status == 403, "a form of another session"
    assert (await requests.get(waits.id)).open


async def test_a_key_that_approves_no_more_answers_no_more(stage: PagesStage, requests: Requests) -> None:
    waits = await requests.put(asked())
    browser = stage.signed_in(APPROVES)
    browser.get(f"{BASE}/requests/{waits.id}")
    form = browser.form(f"{BASE}/requests/{waits.id}/approve")
    del stage.keys.all[APPROVES.id]
    assert browser.post(f"{BASE}/requests/{waits.id}/approve", form | {"lasts": "900"}).status == 403
    assert (await requests.get(waits.id)).open


def test_where_there_is_no_such_request_that_is_said(stage: PagesStage) -> None:
    reply = stage.signed_in(APPROVES).get(f"{BASE}/requests/none")
    assert reply.status == 404
    assert "none" in reply.text


def test_without_a_database_the_page_says_how_there_would_be_one() -> None:
    with pages_stage(scripted_router({"a": []}), APPROVES) as stage:
        text = stage.signed_in(APPROVES).get(f"{BASE}/").text
    assert "<code>server.approvals</code>" in text


def test_a_database_that_cannot_be_read_is_said_without_its_address(tmp_path: Path) -> None:
    (tmp_path / "agents.db").write_bytes(b"no database at all, and long enough to be one" * 50)
    settings = {"approvals": "sqlite:///agents.db", "folder": tmp_path}
    with pages_stage(scripted_router({"a": []}), APPROVES, settings=settings) as stage:
        browser = stage.signed_in(APPROVES)
        reply = browser.get(f"{BASE}/")
        assert reply.status == 503
        assert str(tmp_path) not in reply.text
        assert browser.get("/pages/").status == 200


def test_without_agents_the_page_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approvals, "installed", lambda: False)
    with pages_stage(scripted_router({"a": ["One"]}), APPROVES) as stage:
        browser = stage.signed_in(APPROVES)
        assert "<code>interlock-agents</code> is not installed" in browser.get(f"{BASE}/").text
        assert browser.get("/pages/page.css").status == 200
        assert browser.get("/pages/").status == 200
        assert browser.get("/pages/decisions/none").status == 404
