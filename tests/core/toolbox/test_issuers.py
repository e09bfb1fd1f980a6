"""What gives tokens may stand elsewhere: what is sent there, what is not, and who has a say in it."""

import asyncio
import json
from typing import Any

import pytest

from drawers import Plugin, call
from interlock import Constraints, LogUnavailable, NoLongerAllowed, Repeat, ToolOutcome, ToolSpec
from interlock.http import HttpRequest
from interlock.protocols import ConnectorFacts
from interlock.testing import Reply, Upstream, scripted_router
from shaky_log import ShakyLog, of_kind

KEY = "client-77:cs-5d1f9be2a60c"
TOKEN = "at-0b7c44e19f6a2d83"


class Entry:
    """A tool that gets a token and then runs; `ways` are what its runs were given."""

    api = 1
    spec = ToolSpec(name="enter", description="Enters.", parameters={"type": "object", "properties": {}})
    effect = "write"
    repeat = Repeat("none")
    settles_within = 0.0

    def __init__(self, there: Any) -> None:
        self.there = there
        self.ways: list[Any] = []
        self.path = "/token"
        self.at = ""
        self.body = b"grant_type=client_credentials"
        self.method = "POST"

    async def run(self, run: Any) -> ToolOutcome:
        way = run.issuer
        self.ways.append(run)
        url = f"{self.at or way.destination.base_url}{self.path}"
        told = await way.send(HttpRequest(url=url, method=self.method, body=self.body))
        token = json.loads(told.body)["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        reply = await run.send(HttpRequest(url=f"{self.there.base_url}/run", body=b"", headers=headers))
        return ToolOutcome(outcome="done", content=reply.body.decode())


class Guarded:
    api = 1
    name = "guarded"
    facts = ConnectorFacts(issuer=True)
    options = None

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def open(self, given: Any) -> Any:
        self.calls.append(given)
        self.tool = Entry(given.destination)
        self.stale = False
        self.asked = 0
        return self

    async def tools(self, given: Any) -> Any:
        self.asked += 1
        return [self.tool]

    async def aclose(self) -> None:
        pass


@pytest.fixture
def pair() -> Any:
    """A service and what gives its tokens."""
    with (
        Upstream(always=Reply.raw(b"entered", kind="text/plain")) as service,
        Upstream(always=Reply.json({"access_token": TOKEN})) as issuer,
    ):
        yield service, issuer


@pytest.fixture
def guarded(pair: Any) -> Any:
    made = []

    def make(entry: Any = None, plugins: Any = (), **config: Any) -> Any:
        service, issuer = pair
        kind = Guarded()
        there = {
            "id": "there",
            "connector": "guarded",
            "base_url": service.url,
            "region": "eu",
            "api_key": KEY,
            "headers": {"x-tenant-key": "th-3e8a90cc41"},
            "issuer": {"url": issuer.url, "region": "eu"},
        }
        router = scripted_router(
            {"model": []}, plugins=[Plugin(kind), *plugins], connectors=[there | (entry or {})], **config
        )
        made.append(router)
        return kind, router

    yield make
    for router in made:
        router.close_sync()


async def test_tokens_come_from_the_issuer_and_runs_go_to_the_service(guarded: Any, pair: Any) -> None:
    service, issuer = pair
    _, router = guarded()
    outcome = await router.toolbox().run(call("enter", word="of the run"))
    assert (outcome.outcome, outcome.content) == ("done", "entered")
    (asked,), (entered,) = issuer.requests, service.requests
    assert (asked.path, asked.body) == ("/token", b"grant_type=client_credentials")
    assert "x-tenant-key" not in asked.headers  # the service's own headers are for the service
    assert entered.headers["authorization"] == f"Bearer {TOKEN}"
    assert b"grant_type" not in entered.body


@pytest.mark.parametrize("where", ["service", "elsewhere"])
async def test_a_permit_for_the_issuer_covers_nobody_else(guarded: Any, pair: Any, where: str) -> None:
    service, issuer = pair
    kind, router = guarded()
    box = router.toolbox()
    await box.tools()
    kind.tool.at = service.url if where == "service" else "http://127.0.0.1:9"
    outcome = await box.run(call("enter"))
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert "the permit for there/issuer covers" in outcome.content
    assert not service.requests
    assert not issuer.requests


async def test_what_is_no_question_for_a_token_is_not_sent(guarded: Any, pair: Any) -> None:
    _, issuer = pair
    kind, router = guarded()
    box = router.toolbox()
    await box.tools()
    for method, body in (("PUT", b""), ("POST", b"x" * 17_000)):
        kind.tool.method, kind.tool.body = method, body
        outcome = await box.run(call("enter"))
        assert "is asked for tokens, and is sent nothing else" in outcome.content
    assert not issuer.requests
    with pytest.raises(Exception, match="no stream"):
        kind.tool.ways[-1].issuer.http.stream(None, None, kind.calls[-1].issuer)


async def test_no_redirect_leaves_the_issuer_and_its_permit_ends_with_the_run(
    guarded: Any, pair: Any
) -> None:
    service, issuer = pair
    issuer.always = Reply(status=307, headers={"location": f"{service.url}/token"})
    kind, router = guarded()
    outcome = await router.toolbox().run(call("enter"))
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert "redirects are not followed" in outcome.content
    assert not service.requests
    assert not kind.tool.ways[-1].issuer.permit.is_open


async def test_what_the_issuer_repeats_of_the_key_is_masked(guarded: Any, pair: Any) -> None:
    _, issuer = pair
    issuer.always = Reply.json({"access_token": f"no\n{KEY}"})
    _, router = guarded()
    outcome = await router.toolbox().run(call("enter"))
    assert outcome.outcome == "refused"
    assert "cs-5d1f9be2a60c" not in repr(outcome) + str(outcome.error)


@pytest.mark.parametrize(
    ("issuer", "constraints", "why"),
    [
        ({"region": "us"}, {"residency": ["eu"]}, "processed in us; the residency allows eu only"),
        ({"region": "us"}, {"deny_laws": ["us"]}, "it is processed in us; the law of us is denied"),
        ({"region": "eu"}, {"on_premise": True}, "not on premise"),
        (
            {"region": "eu", "operator": "us"},
            {"deny_laws": ["us"]},
            "its operator is in us; the law of us is denied",
        ),
    ],
)
async def test_where_tokens_come_from_has_to_be_allowed_too(
    guarded: Any, pair: Any, issuer: Any, constraints: Any, why: str
) -> None:
    entry = {"issuer": {"url": pair[1].url, **issuer}, "on_premise": True}
    _, router = guarded(entry)
    box = router.toolbox(constraints=constraints)
    assert box.excluded["there"].startswith(f"its tokens come from {pair[1].url}: {why}")
    free = router.toolbox()
    await free.tools()
    with pytest.raises(NoLongerAllowed, match="its tokens come from"):
        await free.run(call("enter"), constraints=Constraints(**constraints))
    assert not pair[1].requests


RULES = [
    {"id": "any", "level": "internal", "permit": "any"},
    {
        "id": "home",
        "level": "regulated",
        "source": "a memo",
        "permit": {"training": False},
        "forbid": {"places": ["us"]},
    },
]


@pytest.mark.parametrize(("region", "why"), [("eu", None), ("us", "policy home (a memo): processed in us")])
async def test_policies_ask_where_tokens_come_from_and_not_what_becomes_of_requests_there(
    guarded: Any, pair: Any, region: str, why: str | None
) -> None:
    entry = {"issuer": {"url": pair[1].url, "region": region}, "handling": {"training": False}}
    _, router = guarded(entry, policies={"default": "internal", "rules": RULES})
    assert not router.toolbox().excluded
    excluded = router.toolbox(constraints={"sensitivity": ["regulated"]}).excluded
    if why is None:
        assert not excluded
    else:
        assert excluded["there"].startswith(f"its tokens come from {pair[1].url}: {why}")


async def test_a_request_to_it_is_in_the_log_before_it_leaves(guarded: Any, pair: Any) -> None:
    service, issuer = pair
    log, seen = ShakyLog(), []

    def answer(_: Any) -> Reply:
        seen.extend(dict(entry.facts) for entry in log.of("tool"))
        return Reply.json({"access_token": TOKEN})

    issuer.always = answer
    entry = {"issuer": {"url": issuer.url, "region": "us"}}
    _, router = guarded(entry, plugins=[log], log={"url": "shaky://", "timeout": 0.2})
    box = router.toolbox()
    await box.run(call("enter"), run="r1", step="s1")
    assert {"connector": "there/issuer", "region": "us", "what": "a request to its issuer"}.items() <= seen[
        -1
    ].items()
    assert TOKEN not in json.dumps([dict(entry.facts) for entry in log.entries])
    log.trouble = of_kind("tool", seconds=0.0)
    count = len(issuer.requests)
    outcome = await box.run(call("enter"))
    assert isinstance(outcome.error, LogUnavailable)
    assert (len(issuer.requests), len(service.requests)) == (count, 1)
    log.trouble = lambda _: None


async def test_a_connector_that_says_that_its_tools_changed_is_asked_again(guarded: Any) -> None:
    kind, router = guarded()
    box = router.toolbox()
    for _ in range(3):
        await box.tools()
    assert kind.asked == 1
    kind.stale = True
    await asyncio.gather(box.tools(), box.tools())
    assert kind.asked == 3
    kind.stale = False
    await box.tools()
    assert kind.asked == 3


async def test_a_verb_reaches_its_connector_as_far_as_the_constraints_allow(guarded: Any, pair: Any) -> None:
    kind, router = guarded()

    async def ask(connector: Any, given: Any) -> Any:
        reply = await given.issuer.send(HttpRequest(url=f"{pair[1].url}/token", body=b"", method="GET"))
        return connector is kind, reply.status

    assert await router.toolbox().reach("there", "a question", ask) == (True, 200)
    with pytest.raises(NoLongerAllowed, match="no connector 'nobody'"):
        await router.toolbox().reach("nobody", "a question", ask)
    with pytest.raises(NoLongerAllowed, match="it is processed in eu"):
        await router.toolbox(constraints={"deny_laws": ["eu"]}).reach("there", "a question", ask)
