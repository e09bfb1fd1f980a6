"""Races between attempts: who wins, what is written down, and that nobody is left behind."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instant import run
from interlock import (
    AllAttemptsFailed,
    ContentPolicyViolation,
    Delta,
    GuardrailError,
    InterlockError,
    InvalidRequest,
    ProtocolError,
    StreamInterrupted,
    TotalTimeout,
    Unavailable,
    Usage,
    Verdict,
    hookimpl,
)
from interlock.fold import folded
from interlock.testing import Step, scripted_router
from interlock.types.decisions import Attempt, Race

LONG = 1_000.0


class Steps:
    """A strategy that asks for what a test wrote down, and keeps what it was sent."""

    api = 1
    name = "steps"

    def __init__(self, *steps, choose=None):
        self.steps, self.sent, self.choose = steps, [], choose

    def run(self, call):
        for step in self.steps:
            self.sent.append((yield step))
        return self.choose(self.sent[-1]) if self.choose else None


def racing(scripts, *steps, choose=None, **config):
    router = scripted_router(scripts, **config)
    strategy = router.wiring.engine._strategy = Steps(*steps, choose=choose)
    return router, strategy


def hedged(delay=1.0, **facts):
    return Race(
        attempts=(Attempt(deployment="a"), Attempt(deployment="b", delay=delay, role="hedge")), **facts
    )


def ended(record):
    """Each attempt's deployment and how it ended, in the order of their beginnings."""
    return [(each.deployment, how(each)) for each in record.attempts]


def how(attempt):
    """An error's kind, None for an answer, else `lost` or `left`."""
    return attempt.error.kind if attempt.error else {"answer": None}.get(attempt.outcome, attempt.outcome)


async def whole(router, prompt="Say it", **options):
    return await router.complete(prompt, **options)


async def streamed(router, prompt="Say it", **options):
    stream = router.stream(prompt, **options)
    text = "".join([chunk.text async for chunk in stream])
    assert text == stream.response.text
    return stream.response


async def alone():
    """Whether no other task than the caller's is left."""
    return asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture(params=[whole, streamed], ids=["plain", "streamed"])
def ask(request):
    def asked(router, **options):
        async def call():
            response = await request.param(router, **options)
            assert await alone()
            assert not asyncio.current_task().cancelling(), "the caller's own timeouts would be confused"
            return response, asyncio.get_running_loop().time()

        return run(call())

    return asked


def test_a_slow_first_loses_to_its_hedge(ask):
    router, _ = racing({"a": [Step("Slow.", delay=LONG)], "b": [Step("Quick.", delay=0.5)]}, hedged())
    response, seconds = ask(router)
    assert (response.text, response.deployment) == ("Quick.", "b")
    assert seconds == pytest.approx(1.5)
    first, hedge = response.record.attempts
    assert ended(response.record) == [("a", "lost"), ("b", None)]
    assert (first.role, first.id, hedge.role, hedge.parent) == ("answer", 0, "hedge", 0)
    assert first.cancelled == "lost the race to b"


def test_a_hedge_that_is_not_needed_is_not_sent(ask):
    router, _ = racing({"a": [Step("At once.", delay=0.9)], "b": []}, hedged())
    response, _ = ask(router)
    assert ended(response.record) == [("a", None)]
    assert not router.wiring.offers.providers["b"].calls


def test_no_hedge_is_sent_while_the_first_is_speaking():
    router, _ = racing({"a": [Step("One two three four", delay=0.5, between=1)], "b": []}, hedged())
    assert ended(run(streamed(router)).record) == [("a", None)]
    assert not router.wiring.offers.providers["b"].calls


def test_a_hedge_that_comes_too_late_is_the_loser(ask):
    router, _ = racing({"a": [Step("Mine.", delay=1.2)], "b": [Step("Late.", delay=1)]}, hedged())
    response, seconds = ask(router)
    assert (response.text, seconds) == ("Mine.", pytest.approx(1.2))
    assert ended(response.record) == [("a", None), ("b", "lost")]


def test_the_next_starts_at_once_when_all_before_it_have_failed(ask):
    router, _ = racing({"a": [Step(Unavailable("503"), delay=0.2)], "b": ["Here."]}, hedged(delay=LONG))
    response, seconds = ask(router)
    assert (response.text, seconds) == ("Here.", pytest.approx(0.2))
    assert ended(response.record) == [("a", "Unavailable"), ("b", None)]


def test_one_that_is_not_admitted_is_left_out(ask):
    heard = []

    def admit(attempt, failures):
        heard.append((attempt.deployment, [type(each.error) for each in failures]))
        return False

    router, strategy = racing(
        {"a": [Unavailable("503")], "b": [], "c": ["Next."]}, hedged(admit=admit), Attempt(deployment="c")
    )
    response, _ = ask(router)
    assert heard == [("b", [Unavailable])]
    assert ended(response.record) == [("a", "Unavailable"), ("c", None)]
    assert [each.attempt.deployment for each in strategy.sent[0].outcomes] == ["a"]


def test_a_failure_that_ends_the_race_ends_it_for_all(ask):
    def ends(outcome):
        return isinstance(outcome.error, ContentPolicyViolation)

    router, _ = racing(
        {"a": [Step(ContentPolicyViolation("no"), delay=2)], "b": [Step("Yes.", delay=2)]}, hedged(ends=ends)
    )
    with pytest.raises(ContentPolicyViolation) as failure:
        ask(router)
    assert [how(each) for each in failure.value.attempts] == ["ContentPolicyViolation", "lost"]
    assert "a" in failure.value.attempts[1].cancelled


def test_when_all_fail_each_has_its_own_cause(ask):
    router, strategy = racing(
        {"a": [Step(Unavailable("the first is down"), delay=2)], "b": [InvalidRequest("the second objects")]},
        hedged(),
    )
    with pytest.raises(
        AllAttemptsFailed, match=r"(?s)a: .*the first is down.*b: .*the second objects"
    ) as failure:
        ask(router)
    assert [each.error.kind for each in failure.value.attempts] == ["Unavailable", "InvalidRequest"]
    (sent,) = strategy.sent
    assert [type(each.error) for each in sent.outcomes] == [Unavailable, InvalidRequest]
    assert sent.error is sent.outcomes[0].error, "the last to fail speaks for the race"


def test_the_first_of_several_with_delays_of_their_own(ask):
    race = Race(
        attempts=tuple(
            Attempt(deployment=name, delay=delay) for name, delay in zip("abc", (2, 1, 4), strict=True)
        )
    )
    router, _ = racing(
        {"a": [Step("A.", delay=2.5)], "b": [Step("B.", delay=LONG)], "c": [Step("C.", delay=0.4)]}, race
    )
    response, seconds = ask(router)
    assert (response.text, seconds) == ("C.", pytest.approx(4.4))
    assert ended(response.record) == [("b", "lost"), ("a", "lost"), ("c", None)]


def test_the_total_holds_over_a_race(ask):
    slow = [Step("Slow.", delay=LONG)]
    router, _ = racing(
        {"a": slow, "b": slow}, hedged(), timeouts={"total": 5, "answer": 50, "first_token": 50}
    )
    with pytest.raises(TotalTimeout) as failure:
        ask(router)
    assert {how(each) for each in failure.value.attempts} <= {"TotalTimeout", "lost"}
    assert len(failure.value.attempts) == 2


def test_a_race_that_would_begin_too_late_ends_with_the_call(ask):
    router, _ = racing(
        {"a": [], "b": []}, Race(attempts=(Attempt(deployment="a", delay=9),)), timeouts={"total": 5}
    )
    with pytest.raises(TotalTimeout):
        ask(router)


def test_a_loser_does_not_count_against_its_health(ask):
    router, _ = racing({"a": [Step("Slow.", delay=LONG)], "b": ["Quick."]}, hedged())
    ask(router)
    assert router.wiring.health.error_rate("a") == 0


PRICED = {name: {"price": {"input": 1_000_000, "output": 1_000_000}} for name in "ab"}


def test_a_loser_is_accounted_for_with_what_it_was_sent(ask):
    router, _ = racing({"a": [Step("Slow.", delay=LONG)], "b": ["Quick."]}, hedged(), deployments=PRICED)
    response, _ = ask(router)
    loser, winner = response.record.attempts
    assert loser.usage == Usage(
        input_tokens=response.record.decision.input_tokens, output_tokens=0, estimated=True
    )
    assert loser.cost == loser.usage.input_tokens > 0
    assert response.cost == loser.cost + winner.cost


def test_a_loser_is_accounted_for_with_what_it_had_said():
    said = [Delta("The same"), Delta(finish_reason="stop")]
    scripts = {"a": [Step(said, delay=2)], "b": [Step(said, delay=2)]}
    router, _ = racing(scripts, hedged(delay=0), deployments=PRICED)
    winner, loser = run(streamed(router)).record.attempts
    assert loser.outcome == "lost"
    assert loser.usage == winner.usage
    assert loser.usage.output_tokens > 0


def test_structured_output_is_the_winners(ask):
    scripts = {"a": [Step('{"of": "a"}', delay=3)], "b": [Step('{"of": "b"}', delay=1)]}
    schema = {"type": "object", "properties": {"of": {"type": "string"}}}
    router, _ = racing(scripts, hedged())
    response, _ = ask(router, output=schema)
    assert response.parsed == {"of": "b"}


def test_each_racer_mends_its_own_misfit():
    """Both get it wrong; each is shown its own words, and not the other's."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    wrong = {name: Step(f'{{"n": "{name}"}}', delay=2) for name in "ab"}
    again = Race(attempts=tuple(Attempt(deployment=name, repair=True) for name in "ab"))
    router, _ = racing(
        {"a": [wrong["a"], Step("no", delay=2)], "b": [wrong["b"], Step('{"n": 2}', delay=1)]},
        hedged(),
        again,
    )
    response = run(whole(router, output=schema))
    assert response.parsed == {"n": 2}
    for name in "ab":
        shown = router.wiring.offers.providers[name].calls[1].request.messages[-2].text
        assert shown == f'{{"n": "{name}"}}'


def test_a_guardrail_that_stops_the_winners_answer_stops_the_call(ask):
    class Strict:
        api, name, phases = 1, "strict", frozenset({"answer"})

        def inspect(self, call):
            if call.answer.text == "Bad.":
                raise ValueError
            return Verdict()

    plugin = type("Plugin", (), {"interlock_guardrails": hookimpl(lambda self: [Strict()])})()
    # A stream has won with its first token, so its rest is as its first deltas are.
    router, _ = racing({"a": [Step("Good.", delay=LONG)], "b": ["Bad."]}, hedged(), plugins=[plugin])
    with pytest.raises(GuardrailError) as failure:
        ask(router)
    assert [how(each) for each in failure.value.attempts] == ["lost", "GuardrailError"]
    assert router.records[-1].error == "GuardrailError"


def test_context_variables_reach_every_racer(ask):
    variable = ContextVar("variable", default="unset")
    heard = []

    def said(call):
        heard.append(variable.get())
        return "Said."

    router, _ = racing(
        {"a": [Step(said, delay=2)], "b": [Step(said)]}, hedged(delay=3), Attempt(deployment="a")
    )
    variable.set("the caller's")
    ask(router)
    assert heard == ["the caller's"]


def test_all_are_awaited_and_the_strategy_chooses(ask):
    scripts = {
        "a": [Step("Short.", delay=1)],
        "b": [Step(Unavailable("503"))],
        "c": [Step("A longer one.", delay=3)],
    }
    race = Race(attempts=tuple(Attempt(deployment=name, role="member") for name in "abc"), first=False)

    def longest(outcome):
        return max((each for each in outcome.outcomes if each.answer), key=lambda each: len(each.answer.text))

    router, strategy = racing(scripts, race, choose=longest)
    response, seconds = ask(router)
    assert (response.text, response.deployment, seconds) == ("A longer one.", "c", pytest.approx(3))
    assert [(each.role, each.outcome == "answer") for each in response.record.attempts] == [
        ("member", True), ("member", False), ("member", True),
    ]  # fmt: skip
    (sent,) = strategy.sent
    assert (sent.answer, sent.error) == (None, None)
    assert [each.attempt.deployment for each in sent.outcomes] == ["a", "b", "c"]


def test_a_strategy_that_chooses_nothing_has_given_up(ask):
    race = Race(attempts=(Attempt(deployment="a"), Attempt(deployment="b")), first=False)
    router, _ = racing({"a": ["One."], "b": ["Two."]}, race)
    with pytest.raises(InterlockError, match="chose none") as failure:
        ask(router)
    assert len(failure.value.attempts) == 2


def test_a_race_needs_somebody_to_run():
    with pytest.raises(ValueError, match="attempts"):
        Race(attempts=())


BROKEN = [Delta("Once upon"), Delta(" a time"), ProtocolError("the connection was reset")]


def test_when_the_winner_breaks_the_strategy_goes_on_and_hears_why():
    router, strategy = racing(
        {
            "a": [Step("Slow.", delay=LONG)],
            "b": [Step(BROKEN)],
            "c": ["Once upon a time, in a land far away"],
        },
        hedged(),
        Attempt(deployment="c"),
    )
    response = run(streamed(router))
    assert response.text == "Once upon a time, in a land far away"
    assert ended(response.record) == [("a", "lost"), ("b", "ProtocolError"), ("c", None)]
    assert response.record.rescue == "replay"
    (sent,) = strategy.sent
    assert (sent.attempt.deployment, type(sent.error)) == ("b", ProtocolError)
    assert [each.attempt.deployment for each in sent.outcomes] == ["b"]


def test_a_broken_winner_ends_a_stream_that_is_not_to_be_rescued():
    router, _ = racing({"a": [Step("Slow.", delay=LONG)], "b": [Step(BROKEN)]}, hedged(), rescue="raise")

    async def call():
        with pytest.raises(StreamInterrupted) as failure:
            await streamed(router)
        assert failure.value.partial.text == "Once upon a time"
        assert await alone()

    run(call())


def test_a_race_may_take_over_a_broken_stream():
    router, _ = racing(
        {
            "a": [Step("Once upon a time, there was", delay=3)],
            "b": [Step("Once upon a time, there was", delay=0.5)],
            "c": [BROKEN],
        },
        Attempt(deployment="c"),
        hedged(),
    )
    response = run(streamed(router))
    assert response.text == "Once upon a time, there was"
    assert ended(response.record) == [("c", "ProtocolError"), ("a", "lost"), ("b", None)]


@pytest.mark.parametrize("delay", [0, 1])
def test_two_that_speak_at_the_same_moment_are_one_stream(delay):
    said = [Delta("The same"), Delta(finish_reason="stop", usage=Usage(input_tokens=1, output_tokens=2))]
    scripts = {"a": [Step(said, delay=2)], "b": [Step(said, delay=2 - delay)]}
    router, _ = racing(scripts, hedged(delay=delay))
    response = run(streamed(router))
    assert (response.text, response.deployment) == ("The same", "a")
    assert ended(response.record) == [("a", None), ("b", "lost")]


def test_leaving_a_stream_early_leaves_its_race():
    router, _ = racing(
        {"a": [Step("Slow.", delay=LONG)], "b": [Step("One two three four", between=1)]}, hedged()
    )

    async def call():
        async with router.stream("Count") as stream:
            async for _ in stream:
                break
        assert await alone()

    run(call())
    record = router.wiring.records.last
    assert ended(record) == [("a", "lost"), ("b", "left")]


def test_synchronous_calls_race_too():
    scripts = {"a": [Step("Slow.", delay=LONG)] * 2, "b": ["Quick."] * 2}
    router, _ = racing(scripts, hedged(delay=0.01))
    with router:
        assert router.complete_sync("Say it").text == "Quick."
        with router.stream_sync("Say it") as stream:
            assert "".join(chunk.text for chunk in stream) == "Quick."
        assert ended(stream.response.record) == [("a", "lost"), ("b", None)]


@dataclass
class Doors:
    """A provider's connections: `open` ones, and how many there have been."""

    open: int = 0
    opened: int = 0
    closing: float = 0.0
    tasks: set = field(default_factory=set)


class Rude:
    """A provider that takes its time to answer, and to leave when it is cancelled."""

    def __init__(self, facts, doors, kind, delay):
        self.api, self.facts, self._doors, self._kind, self._delay = 1, facts, doors, kind, delay

    async def complete(self, call):
        deltas = [delta async for delta in self.stream(call)]
        text = "".join(delta.text for delta in deltas)
        assert text == self.facts.name
        return folded(deltas, self.facts.name)

    async def stream(self, call):
        self._doors.open += 1
        self._doors.opened += 1
        try:
            await asyncio.sleep(self._delay)
            if isinstance(self._kind, Exception):
                raise self._kind
            yield Delta(self.facts.name)
            await asyncio.sleep(0.1)
            yield Delta(finish_reason="stop", usage=Usage(input_tokens=1, output_tokens=1))
        finally:
            try:
                await asyncio.sleep(self._doors.closing)
            finally:
                self._doors.open -= 1


kinds = st.sampled_from(["answer", "answer", Unavailable, InvalidRequest, ProtocolError, KeyError])


@dataclass
class Schedule:
    """A race: each runner's way to end, its delay at the vendor's and its own; and how the call ends."""

    field: list
    first: bool
    total: float
    cancelled: float | None
    closing: float
    ask: object

    def router(self, doors):
        names = "abcd"[: len(self.field)]
        race = Race(
            attempts=tuple(
                Attempt(deployment=name, delay=delay)
                for name, (_, _, delay) in zip(names, self.field, strict=True)
            ),
            first=self.first,
        )
        router, _ = racing(
            {name: [] for name in names},
            race,
            choose=lambda outcome: next((each for each in outcome.outcomes if each.answer), None),
            timeouts={"total": self.total, "answer": 50, "first_token": 50, "between_tokens": 50},
        )
        providers = router.wiring.offers.providers
        for name, (kind, delay, _) in zip(names, self.field, strict=True):
            said = kind if kind == "answer" else kind("x")
            providers[name] = Rude(providers[name].facts, doors, said, delay)
        return router


@pytest.mark.parametrize("limit", [1.2, 1.5, 1.8])
@pytest.mark.parametrize("asked", [whole, streamed])
def test_the_callers_own_timeout_is_not_mistaken_for_the_races_end(asked, limit):
    """The hedge wins at 1.5."""
    router, _ = racing({"a": [Step("Slow.", delay=LONG)], "b": [Step("Quick.", delay=0.5)]}, hedged())

    async def call():
        try:
            async with asyncio.timeout(limit):
                response = await asked(router)
        except TimeoutError:
            return None
        finally:
            assert await alone()
            assert not asyncio.current_task().cancelling()
        return response.text

    assert run(call()) in {1.2: [None], 1.5: [None, "Quick."], 1.8: ["Quick."]}[limit]


@pytest.mark.parametrize("ask", [whole, streamed])
@pytest.mark.parametrize(
    ("first", "moments"),
    [
        (LONG, (2.05,)),  # the hedge has won at 2.0, and the first takes until 2.2 to leave
        (LONG, (2.05, 2.1)),
        (LONG, (1.5, 1.55)),
        (LONG, (1.5, 1.55, 1.6)),
        (1.5, (1.6,)),  # the first has spoken at 1.5, and the hedge takes until 1.7 to leave
    ],
)
def test_however_often_a_call_is_cancelled_its_race_is_left_first(ask, first, moments):
    doors = Doors(closing=0.2)
    hedge = 1 if ask is streamed else 0.7
    field = [("answer", first, 0), ("answer", hedge, 1)]
    router = Schedule(field=field, first=True, total=50, cancelled=None, closing=0.2, ask=ask).router(doors)

    async def call():
        task = asyncio.create_task(ask(router))
        for moment in moments:
            asyncio.get_running_loop().call_later(moment, task.cancel)
        await asyncio.wait({task})
        assert task.cancelled()
        assert (doors.open, doors.opened) == (0, 2)
        assert await alone()

    run(call())
    assert len(router.wiring.records.last.attempts) == 2


@st.composite
def schedules(draw):
    moment = st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0, 1.1, 2.0, 3.0])
    runner = st.tuples(kinds, st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.5, LONG]), moment)
    return Schedule(
        field=draw(st.lists(runner, min_size=1, max_size=4)),
        first=draw(st.booleans()),
        total=draw(st.sampled_from([1.0, 2.0, 5.0])),
        cancelled=draw(st.none() | moment),
        closing=draw(st.sampled_from([0.0, 0.05])),
        ask=draw(st.sampled_from([whole, streamed])),
    )


@settings(deadline=None)  # a busy machine is no failure
@given(schedules())
def test_nobody_is_left_behind_whichever_way_a_race_ends(schedule):
    doors = Doors(closing=schedule.closing)
    router = schedule.router(doors)
    cancelled = schedule.cancelled

    async def call():
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(schedule.ask(router))
        if cancelled is not None:
            loop.call_later(cancelled, task.cancel)
        await asyncio.wait({task})
        assert await alone()
        assert not doors.open, "a connection was left open"
        assert loop.time() <= max(schedule.total, cancelled or 0) + 3 * schedule.closing + 1e-6
        record = router.wiring.records.last
        if record is None:
            assert (cancelled, doors.opened) == (0, 0), "cancelled before it had begun"
            return
        assert len({each.id for each in record.attempts}) == len(record.attempts) == doors.opened
        if task.cancelled():
            assert cancelled is not None
        elif task.exception() is None:
            response = task.result()
            assert response.text == response.deployment, "an answer under another's name"
            assert response.record.attempts == record.attempts
            assert any(
                each.deployment == response.deployment and each.outcome == "answer"
                for each in record.attempts
            )
        else:
            assert isinstance(task.exception(), InterlockError)
            assert len(task.exception().attempts) == doors.opened

    run(call())
