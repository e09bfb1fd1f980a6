"""The order of a cascade's steps, and what becomes of each, by values alone."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import (
    AuthenticationError,
    ContentPolicyViolation,
    EmptyAnswer,
    InvalidRequest,
    OutputInvalid,
    RefusedAnswer,
    TruncatedAnswer,
    Unavailable,
)
from interlock.protocols import StrategyCall
from interlock.strategies.cascade import CascadeStrategy
from interlock.types.cascades import Cascade, CascadeStep
from interlock.types.content import ContentRules
from interlock.types.decisions import Attempt, Candidate, Check, Outcome, Race
from interlock.types.escalations import StepFacts
from interlock.types.messages import Text
from interlock.types.request import Request
from interlock.types.response import Answer

PRICES = {"a": 1.0, "a2": 1.0, "b": 2.0, "c": 5.0, "d": 10.0, "z": 3.0}


def answer(text="yes", finish="stop", confidence=None):
    return Answer(parts=(Text(text),), finish_reason=finish, confidence=confidence)


def candidate(name):
    return Candidate(deployment=name, model=f"m/{name[0]}", region="eu")


@dataclass
class Played:
    """What a cascade did: `asked` in order, with the text that was handed over, if any."""

    asked: list[str] = field(default_factory=list)
    steps: list[object] = field(default_factory=list)
    facts: dict[int, StepFacts] = field(default_factory=dict)
    bounds: list[str] = field(default_factory=list)
    spent: float = 0.0
    handed_over: Outcome | None = None

    @property
    def became(self):
        return [self.facts[number].outcome for number in sorted(self.facts)]


def play(
    says,
    steps=("a", "b", "c"),
    signal="schema",
    *,
    shortlist=None,
    checked=(),
    max_cost=None,
    content=None,
    retries=0,
    strategy=None,
    **rules,
):
    """Run a cascade. `says` maps a deployment to what it says, attempt by attempt: an Answer or an error."""
    played, checked = Played(), list(checked)
    says = {name: list(each) if isinstance(each, list) else [each] for name, each in says.items()}
    listed = [candidate(name) for name in (shortlist or [one for step in steps for one in step.split("+")])]
    places = [
        CascadeStep(
            number=number,
            name=step,
            candidates=tuple(each for each in listed if each.deployment in step.split("+")),
        )
        for number, step in enumerate(steps, 1)
    ]

    def affords(deployments):
        taken = played.spent + sum(PRICES[each] for each in deployments)
        return max_cost is None or taken <= max_cost

    cascade = Cascade(
        steps=tuple(places),
        signal=signal,
        affords=affords,
        left=lambda: 10.0,
        note=lambda facts: played.facts.__setitem__(facts.number, facts),
        bounded=played.bounds.append,
        **rules,
    )
    call = StrategyCall(
        shortlist=tuple(listed),
        retries=retries,
        random=lambda: 0.5,
        request=Request("Which?"),
        content=content or ContentRules(),
        cascade=cascade,
    )

    def tried(attempt):
        played.asked.append(attempt.deployment)
        played.spent += PRICES[attempt.deployment]
        said = says[attempt.deployment].pop(0)
        if isinstance(said, Answer):
            return Outcome(attempt=attempt, answer=said)
        return Outcome(attempt=attempt, error=said)

    def raced(race):
        ended = []
        for attempt in race.attempts:
            outcome = tried(attempt)
            while outcome.error is not None and (following := race.instead(outcome)) is not None:
                outcome = tried(following)
            ended.append(outcome)
            if outcome.error is not None and race.ends(outcome):
                break
        return Outcome(attempt=ended[-1].attempt, outcomes=tuple(ended))

    running = (strategy or CascadeStrategy()).run(call)
    try:
        step = next(running)
        while True:
            played.steps.append(step)
            if isinstance(step, Check):
                step = running.send(Outcome(attempt=step.outcome.attempt, checked=checked.pop(0)))
            elif isinstance(step, Race):
                step = running.send(raced(step))
            else:
                outcome = tried(step)
                if outcome.answer is not None:
                    played.handed_over = outcome
                    running.close()
                    return played
                step = running.send(outcome)
    except StopIteration as end:
        played.handed_over = end.value
    return played


def text(played):
    return None if played.handed_over is None else played.handed_over.answer.text


def test_the_cheapest_answer_that_is_whole_is_enough_for_the_schema():
    played = play({"a": answer("4")})
    assert (played.asked, text(played)) == (["a"], "4")
    assert played.became == ["accepted"]


@pytest.mark.parametrize(
    "said",
    [
        answer("I won't", "refusal"),
        answer("4 and", "length"),
        answer("  "),
        OutputInvalid("no JSON", text="x"),
        EmptyAnswer("nothing", text=""),
        TruncatedAnswer("cut", text="4 and"),
        Unavailable("503"),
    ],
)
def test_an_answer_that_is_none_leads_to_the_next_step(said):
    repaired = [said, said] if isinstance(said, OutputInvalid) else said
    played = play({"a": repaired, "b": answer("4")})
    assert (played.asked[-1], text(played)) == ("b", "4")
    assert played.became[0] == ("escalated" if isinstance(said, Answer) else "failed")
    assert played.facts[1].why


def test_an_answer_that_does_not_fit_is_mended_by_its_model_before_it_costs_more():
    played = play({"a": [OutputInvalid("no JSON", text="x"), answer("{}")]})
    assert (played.asked, text(played)) == (["a", "a"], "{}")


def test_an_answer_of_no_use_is_not_asked_for_at_the_same_model_elsewhere():
    played = play(
        {"a": [OutputInvalid("x", text="x"), OutputInvalid("x", text="x")], "b": answer("4")},
        steps=("a+a2", "b"),
    )
    assert played.asked == ["a", "a", "b"]


def test_a_model_that_cannot_be_reached_is_asked_elsewhere_before_the_next_step():
    played = play({"a": Unavailable("503"), "a2": answer("4")}, steps=("a+a2", "b"))
    assert played.asked == ["a", "a2"]
    assert played.facts[1].deployment == "a2"


def test_a_step_is_retried_as_any_call_is():
    played = play({"a": [Unavailable("503"), answer("4")]}, retries=1)
    assert played.asked == ["a", "a"]


@pytest.mark.parametrize("signal", ["schema", "logprobs", "agreement"])
def test_what_ends_a_call_ends_a_cascade(signal):
    told = ContentPolicyViolation("not this")
    played = play({"a": told, "b": answer("4")}, signal=signal, threshold=0.5, rejected="hand_over")
    assert "c" not in played.asked
    assert played.handed_over is None


def test_a_refusal_that_the_configuration_lets_end_a_call_ends_it():
    said = RefusedAnswer("refused", text="I won't")
    assert play({"a": said}, content=ContentRules(refused="fail")).asked == ["a"]


def test_two_are_asked_at_once_and_the_first_of_those_who_agree_is_handed_over():
    played = play({"a": answer("Paris."), "b": answer("paris")}, signal="agreement")
    assert [each.deployment for each in played.steps[0].attempts] == ["a", "b"]
    assert (played.asked, text(played)) == (["a", "b"], "Paris.")
    assert played.became == ["accepted", "accepted"]


def test_where_two_differ_the_next_settles_it():
    played = play({"a": answer("Rome"), "b": answer("Oslo"), "c": answer("Paris")}, signal="agreement")
    assert (played.asked, text(played)) == (["a", "b", "c"], "Paris")
    assert played.became == ["escalated", "escalated", "last"]


def test_a_third_may_agree_with_either_before_the_last_is_asked():
    says = {"a": answer("Rome"), "b": answer("Paris"), "c": answer("paris!")}
    played = play(says, ("a", "b", "c", "d"), "agreement")
    assert (played.asked, text(played)) == (["a", "b", "c"], "Paris")
    assert played.became == ["escalated", "accepted", "accepted"]


def test_with_two_left_there_is_nobody_to_settle_it_and_the_last_is_asked_alone():
    played = play({"c": answer("Paris")}, ("a", "b", "c"), "agreement", shortlist=["a", "c"])
    assert (played.asked, text(played)) == (["c"], "Paris")
    assert played.facts[1].outcome == "unasked"


def test_a_cascade_of_which_one_step_is_left_is_just_that_one():
    played = play({"a": answer("4", confidence=0.1)}, signal="logprobs", threshold=0.9, shortlist=["a"])
    assert played.steps == [Attempt(deployment="a")]
    assert played.became == ["last"]


@pytest.mark.parametrize(("confidence", "asked"), [(0.9, ["a"]), (0.8, ["a"]), (0.79, ["a", "b"])])
def test_a_confidence_reaches_its_threshold_or_does_not(confidence, asked):
    says = {"a": answer("4", confidence=confidence), "b": answer("5")}
    played = play(says, ("a", "b"), "logprobs", threshold=0.8)
    assert played.asked == asked
    assert (played.facts[1].value, played.facts[1].threshold) == (confidence, 0.8)
    assert played.steps[0].attempts[0].confidence


@pytest.mark.parametrize("absent", ["escalate", "accept"])
@pytest.mark.parametrize("signal", ["logprobs", "verifier"])
def test_a_signal_that_comes_to_nothing_is_recorded_and_escalates_unless_told_otherwise(signal, absent):
    played = play(
        {"a": answer("4"), "b": answer("5")}, ("a", "b"), signal, threshold=0.5, absent=absent, checked=[None]
    )
    assert text(played) == {"escalate": "5", "accept": "4"}[absent]
    assert (played.facts[1].value, played.facts[1].why) == (None, f"no {signal}")


def test_a_verifier_is_asked_about_each_answer_but_the_last():
    says = {"a": answer("4"), "b": answer("5"), "c": answer("6")}
    played = play(says, signal="verifier", threshold=0.5, checked=[0.2, 0.4])
    assert text(played) == "6"
    assert [each.outcome.answer.text for each in played.steps if isinstance(each, Check)] == ["4", "5"]
    assert played.became == ["escalated", "escalated", "last"]


def test_whoever_else_may_answer_stands_in_for_the_last_step_and_nobody_who_was_rejected():
    says = {"a": answer("4", "length"), "b": AuthenticationError("401"), "z": answer("5")}
    played = play(says, ("a", "b"), shortlist=["a", "b", "z"])
    assert (played.asked, text(played)) == (["a", "b", "z"], "5")


@pytest.mark.parametrize("rejected", ["fail", "hand_over"])
def test_a_rejected_answer_is_handed_over_only_where_that_is_wanted_and_says_so(rejected):
    says = {"a": answer("4", confidence=0.3), "b": Unavailable("503")}
    played = play(says, ("a", "b"), "logprobs", threshold=0.8, rejected=rejected)
    assert text(played) == {"fail": None, "hand_over": "4"}[rejected]
    assert played.became == [{"fail": "escalated", "hand_over": "handed_over"}[rejected], "failed"]
    assert played.facts[1].value == 0.3


def test_half_an_answer_is_never_what_is_handed_over():
    says = {"a": answer("4 and", "length"), "b": Unavailable("503")}
    assert play(says, ("a", "b"), rejected="hand_over").handed_over is None


def test_no_step_is_begun_that_would_cost_too_much():
    says = {"a": answer("4", "length"), "b": answer("5", "length")}
    played = play(says, max_cost=7.9)
    assert (played.asked, played.bounds) == (["a", "b"], ["max_cost"])
    assert played.facts[3].why == "max_cost"


def test_a_retry_counts_against_the_cost_too():
    played = play({"a": [Unavailable("503")]}, ("a", "b"), max_cost=1.5, retries=3)
    assert (played.asked, set(played.bounds)) == (["a"], {"max_cost"})


def test_steps_are_counted():
    played = play({"a": answer("4", "length"), "b": answer("5", "length")}, max_steps=2)
    assert (played.asked, played.bounds) == (["a", "b"], ["max_steps"])


ENDS = st.sampled_from(
    [
        answer("yes", confidence=0.9),
        answer("yes", confidence=0.1),
        answer("no"),
        answer("no", confidence=0.5),
        answer("", confidence=0.9),
        answer("ye", "length"),
        answer("I won't", "refusal"),
        Unavailable("503"),
        OutputInvalid("no JSON", text="x"),
        ContentPolicyViolation("not this"),
        AuthenticationError("401"),
        InvalidRequest("400"),
    ]
)


@given(
    says=st.fixed_dictionaries({name: st.lists(ENDS, min_size=9, max_size=9) for name in PRICES}),
    steps=st.permutations(["a+a2", "b", "c", "d"]).flatmap(
        lambda order: st.integers(2, 4).map(lambda count: tuple(order[:count]))
    ),
    shortlist=st.sets(st.sampled_from(sorted(PRICES)), min_size=1),
    signal=st.sampled_from(["schema", "agreement", "logprobs", "verifier"]),
    rules=st.fixed_dictionaries(
        {
            "absent": st.sampled_from(["escalate", "accept"]),
            "rejected": st.sampled_from(["fail", "hand_over"]),
            "max_steps": st.none() | st.integers(1, 4),
            "max_cost": st.none() | st.floats(0, 30),
            "retries": st.integers(0, 2),
        }
    ),
    checked=st.lists(st.none() | st.floats(0, 1), min_size=9, max_size=9),
)
def test_whatever_happens_a_cascade_ends_within_its_shortlist_and_its_bounds(
    *, says, steps, shortlist, signal, rules, checked
):
    if not any(one in shortlist for step in steps for one in step.split("+")):
        return
    played = play(says, steps, signal, shortlist=sorted(shortlist), threshold=0.5, checked=checked, **rules)
    assert set(played.asked) <= shortlist
    assert rules["max_cost"] is None or played.spent <= rules["max_cost"]
    kinds = [each.outcome for each in played.facts.values()]
    handed_over = played.handed_over
    if handed_over is None:
        assert not {"accepted", "handed_over"} & set(kinds)
        return
    # The last step's answer is taken as it is, as a call without a cascade takes it.
    if "last" not in kinds:
        assert handed_over.answer.finish_reason == "stop"
        assert handed_over.answer.text
    assert ("handed_over" in kinds) <= (rules["rejected"] == "hand_over")
    assert kinds.count("accepted") <= (2 if signal == "agreement" else 1)
    assert kinds.count("accepted") + kinds.count("last") + kinds.count("handed_over") >= 1


def test_who_refuses_to_say_how_sure_it_is_is_asked_without_and_remembered():
    says = {"a": [InvalidRequest("no logprobs", status=400), answer("4")], "b": answer("5")}
    strategy = CascadeStrategy()
    played = play(says, ("a", "b"), "logprobs", threshold=0.5, strategy=strategy)
    assert (played.asked, played.facts[1].why) == (["a", "a", "b"], "no logprobs")
    again = play(
        {"a": answer("4"), "b": answer("5")}, ("a", "b"), "logprobs", threshold=0.5, strategy=strategy
    )
    assert again.asked == ["a", "b"]
    assert not again.steps[0].attempts[0].confidence


def test_a_request_that_is_refused_for_another_reason_leaves_the_step():
    told = InvalidRequest("no such thing", status=400)
    played = play({"a": [told, told], "b": answer("5")}, ("a", "b"), "logprobs", threshold=0.5)
    assert played.asked == ["a", "a", "b"]


def test_who_was_not_asked_may_stand_in_for_the_last_step():
    says = {"a": answer("Paris"), "c": Unavailable("503")}
    played = play(says, ("a", "b", "c"), "agreement", shortlist=["a", "c"])
    assert (played.asked, text(played)) == (["c", "a"], "Paris")
