"""What must always hold, over random configurations, requests and faults, on a real loopback server."""

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import Constraints, InterlockError, NoDeployment, Record, Router, StreamInterrupted
from interlock.assembly import assemble
from interlock.testing import Upstream
from interlock.testing.faults import FAULTS, Asked
from interlock.testing.faults.dialect import ANSWER, ARGUMENTS, OTHER, TOOL, Ask, well
from interlock.testing.upstream import Received, Reply
from interlock.types.models import Timeouts

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
SCALE = 0.004  # a published second lasts so many real ones
TIMEOUTS = Timeouts(connect=2.0, first_token=0.05, between_tokens=0.06, answer=0.12, total=0.6)
MODELS = ("openai/gpt-5.5", "zhipu/glm-5.2", "mistral/mistral-large-3", "anthropic/claude-4-opus")
REGIONS = ("eu", "us", "cn", "de")
INSIDE = {"eu": {"eu", "de"}, "us": {"us"}, "cn": {"cn"}, "de": {"de"}}
# One that sends megabytes, and two that go on for ever, would only make this slow.
BEHAVIOURS: dict[str, Callable[[Ask], Reply]] = {
    fault.name: fault.behaviour for fault in FAULTS if fault.number not in (15, 20, 26)
}
BEHAVIOURS["is well"] = well
# What an answer may be when a vendor says that it ended there, or that it is right to be so.
SHORT = {"ends with finish_reason length", "gives an empty answer that is right"}


@dataclass(frozen=True)
class Place:
    """A deployment and what it does with one request after another, round and round."""

    model: str
    region: str
    on_premise: bool
    schedule: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    residency: frozenset[str]
    on_premise: bool
    denied: frozenset[str]
    streamed: bool
    tools: bool
    rescue: str | None


@dataclass(frozen=True)
class Play:
    places: tuple[Place, ...]
    questions: tuple[Question, ...]
    retries: int
    rescue: str


places = st.builds(
    Place,
    st.sampled_from(MODELS),
    st.sampled_from(REGIONS),
    st.booleans(),
    st.lists(st.sampled_from(sorted(BEHAVIOURS)), min_size=1, max_size=3).map(tuple),
)
modes = st.sampled_from(["hold", "replay", "restart", "raise"])
questions = st.builds(
    Question,
    st.frozensets(st.sampled_from(["eu", "us", "cn"]), max_size=2),
    st.sampled_from([False, False, True]),
    st.frozensets(st.sampled_from(["openai", "zhipu"]), max_size=1),
    st.booleans(),
    st.booleans(),
    st.none() | modes,
)
plays = st.builds(
    Play,
    st.lists(places, min_size=1, max_size=4).map(tuple),
    st.lists(questions, min_size=1, max_size=3).map(tuple),
    st.integers(0, 2),
    modes,
)


class Theatre:
    """One server that plays every deployment, and writes down who was asked what."""

    def __init__(self, upstream: Upstream, play: Play) -> None:
        self.asked: list[Asked] = []
        self._url = upstream.url
        self._port = upstream.port
        self._play = play
        self._lock = threading.Lock()
        upstream.always = self._answer

    def router(self) -> Router:
        deployments = [
            {
                "id": f"d{index}",
                "model": place.model,
                "provider": "openai-compatible",
                "region": place.region,
                "on_premise": place.on_premise,
                "base_url": f"{self._url}/{index}/v1",
                "api_key": "k",
            }
            for index, place in enumerate(self._play.places)
        ]
        limits = {name: getattr(TIMEOUTS, name) for name in TIMEOUTS.__slots__}
        config = {
            "deployments": deployments,
            "timeouts": limits,
            "retries": {"max": self._play.retries},
            "rescue": self._play.rescue,
        }
        return Router(assemble(config, environ={}, random=lambda: 0.0))

    def _answer(self, received: Received) -> Reply:
        body = received.json()
        first = received.path.strip("/").partition("/")[0]
        name = f"d{first}" if first.isdigit() else "elsewhere"
        with self._lock:
            nth = sum(asked.deployment == name for asked in self.asked)
            self.asked.append(Asked(deployment=name, at=0.0, body=body))
        schedule = self._play.places[int(first)].schedule if first.isdigit() else ("is well",)
        ask = Ask(
            primary=True,
            streamed=bool(body.get("stream")),
            body=body,
            nth=0,
            clock=0.0,
            scale=SCALE,
            timeouts=TIMEOUTS,
            elsewhere=f"http://localhost:{self._port}/elsewhere/v1/chat/completions",
        )
        return BEHAVIOURS[schedule[nth % len(schedule)]](ask)


@dataclass
class Heard:
    """What came of one call."""

    text: str = ""
    response: Any = None
    error: BaseException | None = None
    seconds: float = 0.0


async def call(router: Router, prompt: str, question: Question) -> Heard:
    options: dict[str, Any] = {
        "task": "conversational",
        "constraints": Constraints(
            residency=question.residency, on_premise=question.on_premise, deny_vendors=question.denied
        ),
        "rescue": question.rescue,
    }
    if question.tools:
        options["tools"] = [TOOL]
    heard = Heard()
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        if question.streamed:
            async with router.stream(prompt, **options) as stream:
                async for chunk in stream:
                    heard.text = chunk.text if chunk.restart else heard.text + chunk.text
            heard.response = stream.response
        else:
            heard.response = await router.complete(prompt, **options)
            heard.text = heard.response.text
    except InterlockError as error:
        heard.error = error
    heard.seconds = clock() - began
    return heard


def allowed(place: Place, question: Question) -> bool:
    """The constraints once more, in a few words of the test's own."""
    if question.residency and not any(place.region in INSIDE[home] for home in question.residency):
        return False
    if question.on_premise and not place.on_premise:
        return False
    return place.model.partition("/")[0] not in question.denied


def check_asked(play: Play, question: Question, names: list[str], record: Record) -> None:
    # 1: nobody is asked who is not on the shortlist, and the shortlist is what the constraints allow.
    assert set(names) <= {candidate.deployment for candidate in record.decision.shortlist}
    assert all(allowed(play.places[int(name[1:])], question) for name in names)
    # The record lists what the upstream saw, in order; what timed out may not have reached it.
    tried = [
        attempt.deployment
        for attempt in record.attempts
        if attempt.error is None or not attempt.error.kind.endswith("Timeout")
    ]
    every = iter(attempt.deployment for attempt in record.attempts)
    assert all(name in every for name in names)
    seen = iter(names)
    assert all(name in seen for name in tried)


def check_heard(play: Play, heard: Heard, record: Record) -> None:
    # 3: in time, with an answer or one error that lists every attempt.
    assert heard.seconds < TIMEOUTS.total + 2.0
    if heard.error is not None:
        assert isinstance(heard.error, InterlockError)
        assert heard.error.attempts == record.attempts
        assert record.error == type(heard.error).__name__
        if isinstance(heard.error, StreamInterrupted):
            assert heard.error.partial.finish_reason is None
            assert heard.error.partial.text == heard.text
        return
    # 2: an answer is whole, or says that it is not.
    response = heard.response
    assert response.text == heard.text
    assert record.attempts[-1].error is None
    assert all(attempt.error is not None for attempt in record.attempts[:-1])
    if response.finish_reason == "tool_calls":
        assert [dict(call.arguments) for call in response.tool_calls] == [ARGUMENTS]
    elif response.finish_reason == "stop":
        assert not response.tool_calls
        by = play.places[int(response.deployment[1:])].schedule
        assert response.text in (ANSWER, OTHER) or (not response.text and SHORT.intersection(by))
    else:
        assert response.finish_reason in ("length", "refusal")


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as server:
        yield server


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plays)
def test_every_call_keeps_what_must_always_hold(upstream: Upstream, play: Play) -> None:
    theatre = Theatre(upstream, play)

    ended: list[tuple[str, Question, Record]] = []

    async def run() -> None:
        async with theatre.router() as router:
            for index, question in enumerate(play.questions):
                prompt = f"Say it, number {index}."
                options = {"task": "conversational", "constraints": Constraints(residency=question.residency)}
                # 7: the same request and state give the same decision.
                assert router.decide(prompt, **options) == router.decide(prompt, **options)
                heard = await call(router, prompt, question)
                record = router.records[-1]
                ended.append((prompt, question, record))
                if isinstance(heard.error, NoDeployment):
                    assert not record.attempts
                    assert set(heard.error.excluded) == {f"d{at}" for at in range(len(play.places))}
                else:
                    check_heard(play, heard, record)
            # 4: nothing is left behind.
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    upstream.wait_until_idle()
    for prompt, question, record in ended:
        names = [
            asked.deployment for asked in theatre.asked if asked.body["messages"][-1]["content"] == prompt
        ]
        check_asked(play, question, names, record)
