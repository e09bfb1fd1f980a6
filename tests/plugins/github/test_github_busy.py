"""Looking for an issue in a repository whose list of issues has no end."""

import time
from datetime import UTC, datetime
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

import pytest
from repository import HERE

from interlock import Router, ToolCall
from interlock.testing import Reply, Upstream

CALL = ToolCall(id="call-1", name="github_create_issue", arguments={**HERE, "title": "Ink", "body": "Ink"})


def written(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Busy:
    """Somebody opens an issue every second, and has for years.

    Attributes:
        keeps: whether an issue is kept, of which nobody hears.
        dated: whether replies say when they were written.
        ahead: seconds by which its clock is ahead of ours.
    """

    def __init__(self, *, keeps=True, dated=True, ahead=0.0):
        self.keeps, self.dated, self.ahead = keeps, dated, ahead
        self.opened = []
        self.pages = 0

    def now(self):
        return time.time() + self.ahead

    def __call__(self, request):
        headers = {"date": formatdate(self.now(), usegmt=True)} if self.dated else {}
        if request.method == "POST":
            if self.keeps:
                self.opened.append(request.json() | {"number": 7, "at": self.now()})
            return Reply.json({"message": "oh"}, status=502, headers=headers)
        url = urlsplit(request.path)
        if url.path == "/rate_limit":
            return Reply.json({}, headers=headers)
        return self.page(dict(parse_qsl(url.query)), headers)

    def page(self, asked, headers):
        self.pages += 1
        number = int(asked.get("page", 1))
        newest = self.now() - (number - 1) * 100
        chatter = [{"at": newest - back, "body": "hm"} for back in range(100)]
        mine = [each for each in self.opened if newest - 100 < each["at"] <= newest]
        since = asked.get("since", "")
        found = [each for each in (*mine, *chatter) if written(each["at"]) >= since]
        if len(found) >= 100:
            headers = {**headers, "link": f'<http://127.0.0.1/x?page={number + 1}>; rel="next"'}
        return Reply.json(found, headers=headers)


@pytest.fixture
def opened():
    """Opens a router beside a service: what a process knows is in its router."""
    made = []

    def open_one(url):
        there = {"id": "github", "connector": "github", "base_url": url, "region": "local", "api_key": "k-1"}
        made.append(Router.from_config({"connectors": [there]}))
        return made[-1].toolbox()

    yield open_one
    for router in made:
        router.close_sync()


@pytest.mark.parametrize("ahead", [0.0, 7_200.0, -7_200.0])
@pytest.mark.parametrize("keeps", [True, False])
async def test_who_opened_an_issue_sees_soon_that_it_is_there_or_is_not(opened, ahead, keeps):
    busy = Busy(keeps=keeps, ahead=ahead)
    with Upstream(always=busy) as service:
        toolbox = opened(service.url)
        assert (await toolbox.run(CALL, key="effect-1")).outcome == "unknown"
        found = await toolbox.find(CALL, key="effect-1")
    assert (found is not None, busy.pages) == (keeps, 2)
    assert found is None or (found.outcome, found.receipt["number"]) == ("done", 7)


async def test_another_process_finds_what_is_there_and_cannot_tell_that_something_is_not(opened):
    busy = Busy()
    with Upstream(always=busy) as service:
        await opened(service.url).run(CALL, key="effect-1")
        other = opened(service.url)
        assert (await other.find(CALL, key="effect-1")).outcome == "done"
        busy.opened.clear()
        assert (await other.find(CALL, key="effect-1")).outcome == "unknown"


async def test_without_githubs_time_all_of_it_is_looked_at(opened):
    busy = Busy(keeps=False, dated=False)
    with Upstream(always=busy) as service:
        toolbox = opened(service.url)
        await toolbox.run(CALL, key="effect-1")
        assert (await toolbox.find(CALL, key="effect-1")).outcome == "unknown"
    assert busy.pages == 20
