"""Looking for a post in a channel whose history has no end."""

import time
from email.utils import formatdate
from urllib.parse import parse_qsl

import pytest

from interlock import Router, ToolCall
from interlock.testing import Reply, Upstream

CALL = ToolCall(id="call-1", name="slack_post_message", arguments={"channel": "C012AB3CD", "text": "Ink"})


class Busy:
    """A channel in which somebody posts every second, and has for years.

    Attributes:
        keeps: whether a post is kept, of which nobody hears.
        dated: whether replies say when they were written.
        ahead: seconds by which its clock is ahead of ours.
    """

    def __init__(self, *, keeps=True, dated=True, ahead=0.0):
        self.keeps, self.dated, self.ahead = keeps, dated, ahead
        self.posts = []
        self.pages = 0

    def now(self):
        return time.time() + self.ahead

    def __call__(self, request):
        headers = {"date": formatdate(self.now(), usegmt=True)} if self.dated else {}
        method = request.path.rsplit("/", 1)[1]
        if method == "chat.postMessage":
            if self.keeps:
                self.posts.append(request.json() | {"ts": f"{self.now():.6f}"})
            return Reply.json({"ok": False, "error": "internal_error"}, headers=headers)
        if method == "auth.test":
            return Reply.json({"ok": True, "user_id": "U1"}, headers=headers)
        return Reply.json(self.page(dict(parse_qsl(request.body.decode()))), headers=headers)

    def page(self, asked):
        self.pages += 1
        start = float(asked.get("cursor", self.now()))
        oldest = float(asked.get("oldest", 0))
        chatter = [{"type": "message", "ts": f"{start - back:.6f}", "text": "hm"} for back in range(200)]
        mine = [each for each in self.posts if start - 200 < float(each["ts"]) <= start]
        found = sorted([*chatter, *mine], key=lambda each: each["ts"], reverse=True)
        found = [each for each in found if float(each["ts"]) > oldest]
        more = "" if start - 200 <= oldest else f"{start - 200:.6f}"
        return {"ok": True, "messages": found, "response_metadata": {"next_cursor": more}}


@pytest.fixture
def opened():
    """Opens a router beside a service: what a process knows is in its router."""
    made = []

    def open_one(url):
        there = {"id": "slack", "connector": "slack", "base_url": url, "region": "local", "api_key": "xoxb-1"}
        made.append(Router.from_config({"connectors": [there]}))
        return made[-1].toolbox()

    yield open_one
    for router in made:
        router.close_sync()


async def ran(toolbox, key="effect-1"):
    """A run under a key, of which nobody knows what has come."""
    assert (await toolbox.run(CALL, key=key)).outcome == "unknown"


@pytest.mark.parametrize("ahead", [0.0, 7_200.0, -7_200.0])
async def test_who_sent_a_post_sees_soon_that_it_is_there_or_is_not(opened, ahead):
    for keeps in (True, False):
        busy = Busy(keeps=keeps, ahead=ahead)
        with Upstream(always=busy) as service:
            toolbox = opened(service.url)
            await ran(toolbox)
            found = await toolbox.find(CALL, key="effect-1")
        assert (found is not None, busy.pages) == (keeps, 1)
        if found is not None:
            assert (found.outcome, found.receipt["ts"]) == ("done", busy.posts[0]["ts"])


async def test_another_process_finds_what_is_there_and_cannot_tell_that_something_is_not(opened):
    busy = Busy()
    with Upstream(always=busy) as service:
        await ran(opened(service.url))
        other = opened(service.url)
        found = await other.find(CALL, key="effect-1")
        assert (found.outcome, busy.pages) == ("done", 1)
        busy.posts.clear()
        assert (await other.find(CALL, key="effect-1")).outcome == "unknown"


async def test_what_another_process_may_have_sent_is_looked_for_everywhere_for_good(opened):
    busy = Busy()
    with Upstream(always=busy) as service:
        await ran(opened(service.url))
        busy.posts[0]["ts"] = f"{time.time() - 500:.6f}"
        other = opened(service.url)
        assert (await other.find(CALL, key="effect-1")).outcome == "done"
        busy.keeps = False
        await ran(other)
        assert (await other.find(CALL, key="effect-1")).outcome == "done"


async def test_without_the_services_time_all_of_it_is_looked_at(opened):
    busy = Busy(keeps=False, dated=False)
    with Upstream(always=busy) as service:
        toolbox = opened(service.url)
        await ran(toolbox)
        assert (await toolbox.find(CALL, key="effect-1")).outcome == "unknown"
    assert busy.pages == 20


async def test_many_posts_of_which_nobody_knows_are_each_found(opened):
    busy = Busy()
    with Upstream(always=busy) as service:
        toolbox = opened(service.url)
        for number in range(5):
            await ran(toolbox, f"effect-{number}")
        found = [await toolbox.find(CALL, key=f"effect-{number}") for number in range(5)]
    assert [each.receipt["ts"] for each in found] == [each["ts"] for each in busy.posts]


async def test_what_is_more_than_a_process_remembers_is_looked_for_everywhere(opened, monkeypatch):
    monkeypatch.setattr("interlock_tools.sendings._MOST", 1)
    busy = Busy()
    with Upstream(always=busy) as service:
        toolbox = opened(service.url)
        await ran(toolbox, "effect-0")
        await ran(toolbox, "effect-1")
        busy.posts.clear()
        assert await toolbox.find(CALL, key="effect-0") is None
        assert (await toolbox.find(CALL, key="effect-1")).outcome == "unknown"
