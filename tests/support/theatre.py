"""Random configurations, calls and faults, and one loopback server that plays every deployment of them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from time import monotonic
from typing import Any

from hypothesis import strategies as st

from interlock import Router
from interlock.assembly import assemble
from interlock.testing import Upstream
from interlock.testing.upstream import Received, Reply
from interlock.types.models import Timeouts
from interlock_drill.faults import FAULTS, Asked
from interlock_drill.faults.dialect import ANSWER, OTHER, Ask, said, well

SCALE = 0.004  # a published second lasts so many real ones
TIMEOUTS = Timeouts(connect=2.0, first_token=0.05, between_tokens=0.06, answer=0.12, total=0.6)
# The last one takes an answer begun, and goes on from there.
MODELS = ("openai/gpt-5.5", "zhipu/glm-5.2", "mistral/mistral-large-3", "anthropic/claude-4-opus")
REGIONS = ("eu", "us", "cn", "de", "de+us", "global")
SCHEMA = {"type": "object", "properties": {"levers": {"type": "integer"}}, "required": ["levers"]}
VALUE = {"levers": 4}
# One that sends megabytes, and two that go on for ever, would only make this slow.
BEHAVIOURS: dict[str, Callable[[Ask], Reply]] = {
    fault.name: fault.behaviour for fault in FAULTS if fault.number not in (15, 20, 26)
}
BEHAVIOURS["is well"] = well


@dataclass(frozen=True)
class Place:
    """A deployment and what it does with one request after another, round and round. Its vendor keeps
    requests in each of `zones`, where it is told to.
    """

    model: str
    region: str
    zones: tuple[str, ...]
    on_premise: bool
    schedule: tuple[str, ...]
    at_once: int | None


@dataclass(frozen=True)
class Question:
    """A call. Its consumer leaves after so many seconds, or so many chunks."""

    residency: frozenset[str]
    on_premise: bool
    denied: frozenset[str]
    streamed: bool
    sync: bool
    wants: str
    rescue: str | None
    seconds: float | None
    chunks: int | None


@dataclass(frozen=True)
class Play:
    """Each scene's questions are asked at once."""

    places: tuple[Place, ...]
    scenes: tuple[tuple[Question, ...], ...]
    retries: int
    rescue: str
    content: dict[str, str]
    hedge: float | None
    requests: int | None
    load: dict[str, Any]


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    return st.sampled_from((usual, usual, *others))


places = st.builds(
    Place,
    model=st.sampled_from(MODELS),
    region=st.sampled_from(REGIONS),
    zones=mostly((), ("us",), ("de", "cn")),
    on_premise=st.booleans(),
    schedule=st.lists(st.sampled_from(sorted(BEHAVIOURS)), min_size=1, max_size=3).map(tuple),
    at_once=mostly(None, 1),
)
modes = st.sampled_from(["hold", "replay", "continue", "restart", "raise"])
rules = ["accept", "retry", "fall_back", "fail"]
questions = st.builds(
    Question,
    residency=st.frozensets(st.sampled_from(["eu", "us", "cn"]), max_size=2),
    on_premise=mostly(False, True),
    denied=st.frozensets(st.sampled_from(["openai", "zhipu"]), max_size=1),
    streamed=st.booleans(),
    sync=mostly(False, True),
    wants=mostly("text", "a tool", "json"),
    rescue=st.none() | modes,
    seconds=mostly(None, 0.0, 0.005, 0.03, 0.08),
    chunks=mostly(None, 1, 25),
)
contents = st.fixed_dictionaries(
    {
        "empty": st.sampled_from(rules),
        "truncated": st.sampled_from(rules),
        "refused": st.sampled_from(rules),
        "invalid": st.sampled_from(["repair", *rules[1:]]),
    }
)
balances = {"balance": st.sampled_from(["none", "weighted", "least_busy", "latency"])}
loads = st.fixed_dictionaries(balances) | st.fixed_dictionaries(
    {
        **balances,
        "max_concurrency": st.sampled_from([1, 3]),
        "queue": st.sampled_from([0, 1, 100]),
        "queue_timeout": st.sampled_from([0.02, 0.3]),
    }
)
plays = st.builds(
    Play,
    places=st.lists(places, min_size=1, max_size=4).map(tuple),
    scenes=st.lists(st.lists(questions, min_size=1, max_size=4).map(tuple), min_size=1, max_size=2).map(
        tuple
    ),
    retries=st.integers(0, 2),
    rescue=modes,
    content=st.just({}) | contents,
    hedge=mostly(None, 0.002, 0.03),
    requests=mostly(None, 1, 4),
    load=st.just({}) | loads,
)


_STAGES = count()


class Theatre:
    """One server that plays every deployment, and writes down who was asked what, and which beginnings of an
    answer it was given that begin none.

    What was asked by a call of another play, and arrives only now, is none of this one's business.
    """

    def __init__(self, upstream: Upstream, play: Play) -> None:
        self.asked: list[Asked] = []
        self.spliced: list[str] = []
        self._stage = next(_STAGES)
        self._url = f"{upstream.url}/{self._stage}"
        self._port = upstream.port
        self._play = play
        self._now: float | None = None
        self._lock = threading.Lock()
        upstream.always = self._answer

    def router(self) -> Router:
        play = self._play
        config: dict[str, Any] = {
            "deployments": [self._deployment(index, place) for index, place in enumerate(play.places)],
            "timeouts": {name: getattr(TIMEOUTS, name) for name in TIMEOUTS.__slots__},
            "retries": {"max": play.retries},
            "rescue": play.rescue,
            "content": play.content,
            "load": play.load,
        }
        if play.hedge is not None:
            config["hedge"] = {"after": play.hedge, "at_least": play.hedge, "budget": 1.0}
        if play.requests is not None:
            config["budgets"] = [{"id": "all", "per": "month", "requests": play.requests}]
        router = Router(assemble(config, environ={}, random=lambda: 0.0, clock=self._clock))
        for index, place in enumerate(play.places):
            zones = {zone: {"zone": zone} for zone in place.zones}
            object.__setattr__(router.deployments[f"d{index}"], "pins", zones)
        return router

    @contextmanager
    def stopped_clock(self) -> Iterator[None]:
        """For a while, no cooldown passes."""
        self._now = monotonic()
        yield
        self._now = None

    def _clock(self) -> float:
        return monotonic() if self._now is None else self._now

    def about(self, prompt: str) -> list[str]:
        """The deployments that were asked it, in order."""
        return [
            asked.deployment
            for asked in self.asked
            if any(message["content"] == prompt for message in asked.body["messages"])
        ]

    def kept(self, prompt: str) -> list[tuple[Place, str]]:
        """Who was asked it, and where their vendors kept it."""
        places = self._play.places
        return [
            (place, asked.body.get("zone", place.region))
            for asked in self.asked
            if any(message["content"] == prompt for message in asked.body["messages"])
            for place in [places[int(asked.deployment[1:])]]
        ]

    def _deployment(self, index: int, place: Place) -> dict[str, Any]:
        limit = {} if place.at_once is None else {"max_concurrency": place.at_once}
        return limit | {
            "id": f"d{index}",
            "model": place.model,
            "provider": "openai-compatible",
            "region": place.region,
            "on_premise": place.on_premise,
            "base_url": f"{self._url}/{index}/v1",
            "api_key": "k",
        }

    def _answer(self, received: Received) -> Reply:
        body = received.json()
        stage, first, *_ = received.path.strip("/").split("/")
        if stage != str(self._stage):
            return Reply(status=503)
        name = f"d{first}" if first.isdigit() else "elsewhere"
        with self._lock:
            nth = sum(asked.deployment == name for asked in self.asked)
            self.asked.append(Asked(deployment=name, at=0.0, body=body))
        schedule = self._play.places[int(first)].schedule if first.isdigit() else ("is well",)
        behaviour = schedule[nth % len(schedule)]
        ask = Ask(
            primary=True,
            streamed=bool(body.get("stream")),
            body=body,
            nth=0,
            clock=0.0,
            scale=SCALE,
            timeouts=TIMEOUTS,
            elsewhere=f"http://localhost:{self._port}/{self._stage}/elsewhere/v1/chat/completions",
        )
        reply, last = BEHAVIOURS[behaviour](ask), body["messages"][-1]
        if reply.status != 200 or not reply.body:
            return reply
        if last["role"] == "assistant":
            return self._go_on(ask, last["content"])
        fits = behaviour == "is well" and body.get("response_format")
        return said(ask, (json.dumps(VALUE),)) if fits else reply

    def _go_on(self, ask: Ask, begun: str) -> Reply:
        for whole in (ANSWER, OTHER, json.dumps(VALUE)):
            if whole.startswith(begun):
                return said(ask, (whole[len(begun) :],))
        self.spliced.append(begun)
        return Reply(status=503)
