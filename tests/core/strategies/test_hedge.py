import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    FirstTokenTimeout,
    InvalidRequest,
    OutputInvalid,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from interlock.protocols import StrategyCall
from interlock.strategies.extras import ExtraCalls
from interlock.strategies.fallback import Fallback
from interlock.strategies.hedge import Hedge, HedgePolicy
from interlock.strategies.races import in_turn
from interlock.types.decisions import Attempt, Candidate, Outcome, Race
from interlock.types.messages import Text
from interlock.types.request import Request
from interlock.types.response import Answer

ANSWER = Answer(parts=(Text("ok"),), finish_reason="stop")
PLAIN = Request("Say it")


class Measured:
    """What has been measured: `seconds` by kind."""

    def __init__(self, **seconds):
        self.seconds, self.asked = seconds, []

    def percentile(self, deployment, kind, q):
        self.asked.append((deployment, kind, q))
        return self.seconds.get(kind)


def call(deployments="ab", request=PLAIN, streamed=False, retries=1, models=None):
    shortlist = tuple(
        Candidate(deployment=name, model=(models or {}).get(name, f"m/{name}"), region="eu")
        for name in deployments
    )
    return StrategyCall(
        shortlist=shortlist, retries=retries, random=lambda: 0.5, request=request, streamed=streamed
    )


def hedge(latencies=None, **policy):
    return Hedge(Fallback(), HedgePolicy(**{"budget": 1.0, "after": 2.0} | policy), latencies or Measured())


def first_step(strategy, **facts):
    return next(strategy.run(call(**facts)))


def shown(step):
    if isinstance(step, Attempt):
        return step.deployment
    return "+".join(attempt.deployment for attempt in step.attempts)


def run(strategy, answers, **facts):
    """What the strategy asks for, while each deployment answers with the next of its own `answers`.

    A race ends as the engine would end it when both its attempts have been started.
    """
    left = {name: list(errors) for name, errors in answers.items()}

    def asked(attempt):
        error = left[attempt.deployment].pop(0)
        return Outcome(attempt=attempt, answer=None if error else ANSWER, error=error)

    steps, tried, outcome = strategy.run(call(**facts)), [], None
    while True:
        try:
            step = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration:
            return tried
        tried.append(shown(step))
        if isinstance(step, Attempt):
            outcome = asked(step)
        else:
            outcomes = tuple(asked(attempt) for attempt in step.attempts)
            won = next((each for each in outcomes if each.error is None), outcomes[-1])
            outcome = Outcome(attempt=won.attempt, answer=won.answer, error=won.error, outcomes=outcomes)
        if outcome.answer is not None:
            return tried


def test_the_next_deployment_is_the_hedge_of_the_first():
    race = first_step(hedge(), deployments="abc")
    assert race == Race(attempts=(Attempt(deployment="a"), Attempt(deployment="b", delay=2.0, role="hedge")))


def test_the_wait_is_the_measured_percentile_of_what_is_wanted():
    measured = Measured(answer=4.0, first_token=1.5)
    strategy = hedge(measured, percentile=0.9)
    assert first_step(strategy).attempts[1].delay == 4.0
    assert first_step(strategy, streamed=True).attempts[1].delay == 1.5
    assert measured.asked == [("a", "answer", 0.9), ("a", "first_token", 0.9)]


def test_a_measured_wait_has_a_floor():
    assert first_step(hedge(Measured(answer=0.1), at_least=0.7)).attempts[1].delay == 0.7


def test_without_enough_samples_and_without_seconds_there_is_no_hedge():
    assert first_step(hedge(after=None)) == Attempt(deployment="a")


@pytest.mark.parametrize(
    "request_",
    [
        Request("x", tools=[{"name": "pay", "description": "", "parameters": {"type": "object"}}]),
        Request("x", settings={"extra": {"code_interpreter": True}}),
        None,
    ],
)
def test_what_may_have_effects_is_not_asked_for_twice(request_):
    assert first_step(hedge(), request=request_) == Attempt(deployment="a")
    if request_ is not None:
        assert isinstance(first_step(hedge(tools=True), request=request_), Race), "unless the user says so"


def test_one_deployment_is_never_raced_with_itself():
    assert first_step(hedge(), deployments="a") == Attempt(deployment="a")
    assert list(hedge().run(call(""))) == []


def test_a_hedge_that_may_start_spends_and_a_fallback_does_not():
    strategy = hedge(budget=0.25)
    races = [step for step in (first_step(strategy) for _ in range(8)) if isinstance(step, Race)]
    assert len(races) == 5, "none for the first three, and nothing was spent as none was started"
    race = races[0]
    failed = (Outcome(attempt=race.attempts[0], error=Unavailable("503")),)
    assert not race.admit(race.attempts[1], failed), "after a failure the table decides"
    assert [race.admit(race.attempts[1], ()) for _ in range(3)] == [True, True, False]
    assert first_step(strategy) == Attempt(deployment="a")


def test_an_error_of_the_first_that_ends_the_call_ends_the_race():
    race = first_step(hedge())
    first, second = race.attempts
    refusal = ContentPolicyViolation("no")
    assert race.ends(Outcome(attempt=first, error=refusal))
    assert not race.ends(Outcome(attempt=first, error=Unavailable("503")))
    assert not race.ends(Outcome(attempt=second, error=refusal)), "the first may still answer"


def test_after_a_lost_race_the_table_goes_on_with_what_it_knows():
    errors = {"a": [FirstTokenTimeout("x")], "b": [InvalidRequest("x")], "c": [None]}
    assert run(hedge(), errors, deployments="abc") == ["a+b", "c"]


def test_retries_are_counted_from_the_race_on():
    down = Unavailable("503")
    errors = {"a": [down, down], "b": [RateLimited("429", retry_after=0), down], "c": [None]}
    assert run(hedge(), errors, deployments="abc") == ["a+b", "a", "b", "c"]


def test_output_that_did_not_fit_is_mended_after_the_race():
    misfit = OutputInvalid("no JSON", text="x")
    assert run(hedge(), {"a": [misfit, None], "b": [Unavailable("503")]}) == ["a+b", "a"]


def test_a_model_for_which_the_request_is_too_long_is_not_asked_elsewhere():
    errors = {"a": [ContextLengthExceeded("x")], "b": [Unavailable("503"), Unavailable("503")], "d": [None]}
    same = {"a": "m", "c": "m"}
    assert run(hedge(), errors, deployments="abcd", models=same) == ["a+b", "b", "d"]


def test_a_refusal_ends_the_call_whoever_else_failed():
    errors = {"a": [ContentPolicyViolation("no")], "b": [Unavailable("503")]}
    assert run(hedge(), errors, deployments="abc") == ["a+b"]


ERRORS = st.sampled_from(
    [Unavailable, RateLimited, ProtocolError, FirstTokenTimeout, InvalidRequest, ContextLengthExceeded]
).map(lambda kind: kind("x"))


@given(
    answers=st.fixed_dictionaries({name: st.lists(ERRORS, min_size=4, max_size=4) for name in "abcd"}),
    retries=st.integers(0, 3),
    models=st.fixed_dictionaries({name: st.sampled_from("mn") for name in "abcd"}),
)
def test_everybody_is_asked_as_often_as_without_a_hedge(answers, retries, models):
    """But for the hedge, who may be asked although its model turns out to be barred."""

    def count(tried):
        asked = "".join(tried).replace("+", "")
        return {name: asked.count(name) for name in "abcd"}

    facts = {"deployments": "abcd", "retries": retries, "models": models}
    plain, hedged = (count(run(strategy, answers, **facts)) for strategy in (Fallback(), hedge()))
    if not plain["b"]:
        assert hedged.pop("b") == 1
        plain.pop("b")
    assert hedged == plain


@given(
    share=st.floats(0.01, 1),
    wanted=st.lists(st.booleans(), max_size=300),
)
def test_extra_calls_never_exceed_their_share(share, wanted):
    extras = ExtraCalls(share)
    made = 0
    for calls, wants in enumerate(wanted, 1):
        extras.earn()
        made += wants and extras.spend()
        assert made <= calls * share + 1e-6


def test_a_share_of_a_twentieth_gives_one_in_twenty():
    extras = ExtraCalls(0.05)
    made = 0
    for _ in range(400):
        extras.earn()
        made += extras.spend()
    assert made == 20


def test_what_quiet_times_save_is_bounded():
    extras = ExtraCalls(1)
    for _ in range(1_000):
        extras.earn()
    assert sum(extras.spend() for _ in range(1_000)) == 10


def test_a_race_in_turn_is_one_attempt_after_the_other():
    class Racing:
        def run(self):
            self.sent = yield Race(attempts=(Attempt(deployment="a"), Attempt(deployment="b", delay=9)))
            yield Attempt(deployment="c")

    racing = Racing()
    steps = in_turn(racing.run())
    asked = [next(steps)]
    asked += [steps.send(Outcome(attempt=each, error=Unavailable("503"))) for each in (asked[0],)]
    asked.append(steps.send(Outcome(attempt=asked[1], error=InvalidRequest("400"))))
    assert [attempt.deployment for attempt in asked] == ["a", "b", "c"]
    assert [type(each.error) for each in racing.sent.outcomes] == [Unavailable, InvalidRequest]


def test_a_hedge_goes_to_who_has_not_just_failed():
    facts = call("abc")
    ill = StrategyCall(
        shortlist=facts.shortlist,
        retries=1,
        random=lambda: 0.5,
        request=PLAIN,
        is_well=lambda name: name != "b",
    )
    race = next(hedge().run(ill))
    assert [attempt.deployment for attempt in race.attempts] == ["a", "c"]
    nobody = StrategyCall(
        shortlist=facts.shortlist,
        retries=1,
        random=lambda: 0.5,
        request=PLAIN,
        is_well=lambda name: name == "a",
    )
    assert next(hedge().run(nobody)) == Attempt(deployment="a")
