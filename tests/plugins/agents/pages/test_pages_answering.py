"""People see what waits and answer it, by real HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.types.tools import Preview
from interlock_agents.approvals import ApprovalRules, Requests
from interlock_agents.approvals.approvers import Approvers
from interlock_agents.store import Store
from served import Served, served
from waiting import asked


@pytest.fixture
def requests(tmp_path: Path) -> Requests:
    return Requests(store=Store.open("sqlite:///page.db", tmp_path))


@pytest.fixture
def page(requests: Requests) -> Iterator[Served]:
    with served(requests) as running:
        yield running


async def test_what_waits_is_listed_and_approved_by_whoever_signed_in(
    page: Served, requests: Requests
) -> None:
    shown = Preview(text="removes a.txt", changes={"removed": ["a.txt"]})
    waits = await requests.put(asked(preview=shown))
    browser = page.signed_in("Ada")
    listed = browser.get("/").text
    assert "1 to approve or deny" in listed
    assert "delete_file" in listed
    detail = browser.get(f"/requests/{waits.id}").text
    for told in ("removes a.txt", "&#34;path&#34;: &#34;a.txt&#34;", "run-1", "tidy/0/0", "destructive"):
        assert told in detail
    answer = browser.submit(f"/requests/{waits.id}/approve", lasts="300")
    assert (answer.status, answer.headers["location"]) == (303, f"/requests/{waits.id}")
    grant = await requests.grant_for(asked(preview=shown))
    assert grant is not None
    assert grant.approver == "Ada"
    assert grant.expires - grant.issued == 300
    assert "Ada agreed at" in browser.get(f"/requests/{waits.id}").text
    assert "Nothing waits" in browser.get("/").text


async def test_a_grant_that_was_not_used_is_taken_back(page: Served, requests: Requests) -> None:
    waits = await requests.put(asked())
    browser = page.signed_in("Ada")
    browser.get(f"/requests/{waits.id}")
    browser.submit(f"/requests/{waits.id}/approve", lasts="900")
    assert "Take the grant back" in browser.get(f"/requests/{waits.id}").text
    browser.submit(f"/requests/{waits.id}/deny", why="the wrong file")
    assert await requests.grant_for(asked()) is None
    assert "Ada denied it" in browser.get(f"/requests/{waits.id}").text
    assert "Take the grant back" not in browser.text


async def test_what_is_denied_tells_the_agent_why(page: Served, requests: Requests) -> None:
    waits = await requests.put(asked())
    browser = page.signed_in("Ada")
    browser.get(f"/requests/{waits.id}")
    browser.submit(f"/requests/{waits.id}/deny", why="not on a Friday")
    seen = await requests.put(asked())
    assert (seen.denied, seen.why, seen.decided_by) == (True, "not on a Friday", "Ada")
    assert "not on a Friday" in browser.get(f"/requests/{waits.id}").text


async def test_what_was_answered_meanwhile_is_not_answered_again(page: Served, requests: Requests) -> None:
    waits = await requests.put(asked())
    browser = page.signed_in("Ada")
    browser.get(f"/requests/{waits.id}")
    await requests.deny(waits.id, by="Grace")
    late = browser.submit(f"/requests/{waits.id}/approve", lasts="900")
    assert late.status == 409
    assert "denied by Grace" in late.text
    assert await requests.grant_for(asked()) is None


async def test_an_approver_signs_in_with_their_token_and_under_their_name(
    page: Served, requests: Requests
) -> None:
    waits = await requests.put(asked())
    approvers = Approvers(store=requests.store)
    token = await approvers.add("Grace")
    browser = page.browser()
    first = browser.get(f"/requests/{waits.id}")
    assert first.headers["location"] == f"/login?next=%2Frequests%2F{waits.id}"
    browser.get(first.headers["location"])
    assert browser.submit("/login", token=token[:-1]).status == 403
    browser.get(first.headers["location"])
    assert browser.submit("/login", token=token).headers["location"] == f"/requests/{waits.id}"
    browser.get(f"/requests/{waits.id}")
    browser.submit(f"/requests/{waits.id}/approve", lasts="900", by="Ada", approver="Ada")
    grant = await requests.grant_for(asked())
    assert grant is not None
    assert grant.approver == "Grace"
    assert await approvers.remove("grace")
    assert page.browser().post("/login", {"token": token}).status == 403


async def test_two_people_have_to_agree_where_the_rules_say_so(tmp_path: Path) -> None:
    store = Store.open("sqlite:///two.db", tmp_path)
    requests = Requests(store=store, rules=ApprovalRules(four_eyes={"destructive"}))
    waits = await requests.put(asked())
    there = f"/requests/{waits.id}"
    with served(requests) as page:
        ada, grace = page.signed_in("Ada"), page.signed_in("Grace")
        assert "2 people have to agree" in ada.get(there).text
        ada.submit(f"{there}/approve", lasts="900")
        assert "another person has to agree as well" in ada.get(there).text
        assert ada.submit(f"{there}/approve", lasts="900").status == 409
        assert await requests.grant_for(asked()) is None
        grace.get(there)
        grace.submit(f"{there}/approve", lasts="900")
    assert await requests.grant_for(asked()) is not None


async def test_a_thousand_requests_are_read_page_by_page(page: Served, requests: Requests) -> None:
    ids = [(await requests.put(asked(step=f"s{number}/0/0"))).id for number in range(1000)]
    browser, seen, there = page.signed_in(), [], "/"
    while there:
        text = browser.get(there).text
        seen += [
            line.split('"')[1].removeprefix("/requests/")
            for line in text.split("<a href=")[1:]
            if "/requests/" in line
        ]
        following = text.partition('href="/?after=')[2].partition('"')[0]
        there = f"/?after={following}" if following else ""
        assert "1,000 to approve or deny" in text
        assert len(text) < 100_000
    assert seen == ids


async def test_arguments_of_a_megabyte_are_cut_and_can_be_seen_whole(
    page: Served, requests: Requests
) -> None:
    body = "x" * 1_000_000
    waits = await requests.put(
        asked({"body": body, "name": "big"}, preview=Preview(text="y" * 9000, changes={}))
    )
    browser = page.signed_in()
    assert len(browser.get("/").text) < 10_000
    detail = browser.get(f"/requests/{waits.id}")
    assert len(detail.text) < 30_000
    assert "more characters" in detail.text
    assert re.search(r"You were shown a part: <strong>99\d,\d{3} characters</strong>", detail.text)
    whole = browser.get(f"/requests/{waits.id}/text/arguments")
    assert whole.headers["content-type"].startswith("text/plain")
    assert body in whole.text
    assert browser.get(f"/requests/{waits.id}/text/preview").text == "y" * 9000
    assert browser.get(f"/requests/{waits.id}/text/nothing").status == 404


async def test_the_goal_of_the_run_stands_beside_the_request(requests: Requests) -> None:
    async def goal(run: str) -> str:
        return f"tidy up for {run} <now>"

    await requests.put(asked())
    with served(requests, goal_of=goal) as page:
        assert "tidy up for run-1 &lt;now&gt;" in page.signed_in().get("/").text
