"""Arbiters that ask a model: whom, what they see, and that nothing of theirs outlives their ruling."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instant import run
from interlock import (
    AllAttemptsFailed,
    Answer,
    GuardrailError,
    InterlockError,
    NoDeployment,
    PluginError,
    Request,
    Response,
    Router,
    Text,
    Unavailable,
    Verdict,
    hookimpl,
)
from interlock.protocols import ArbitrateCall, GuardCall, RestoreCall, Ruling
from interlock.testing import Step, scripted_providers, scripted_router

LONG = 1_000.0
HIDDEN = "Alice"
PICK = {"type": "object", "properties": {"best": {"type": "integer"}}, "required": ["best"]}


class Picks:
    """Asks for the number of the best answer, and the plugin that offers it."""

    api = 1
    name = "picks"
    asks = True

    def __init__(self, times: int = 1, *, output: Any = PICK) -> None:
        self.times, self.output = times, output
        self.said: list[str] = []
        self.kept: Any = None

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        self.kept = call.ask
        shown = "\n".join(f"{each.label}: {each.answer.text}" for each in call.members)
        asked = Request(f"Which is best?\n{shown}", output=self.output)
        answers = await asyncio.gather(*(call.ask(asked) for _ in range(self.times)))
        self.said = [answer.text for answer in answers]
        return self.ruling(call, answers)

    def ruling(self, call: ArbitrateCall, answers: list[Answer]) -> Ruling:
        return Ruling(chosen=(call.members[int(self.said[0].split(":")[1].strip(" }"))].label,))


class Writes(Picks):
    def ruling(self, call: ArbitrateCall, answers: list[Answer]) -> Ruling:
        return Ruling(chosen=tuple(each.label for each in call.members), answer=answers[0])


class Seals:
    """Writes PERSON_1 for a name, and the name for PERSON_1."""

    api = 1
    name = "seals"
    phases = frozenset({"request"})
    rewrites = True

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self]

    def inspect(self, call: GuardCall) -> Verdict:
        texts = {each.where: each.text.replace(HIDDEN, "PERSON_1") for each in call.passages}
        return Verdict(action="rewrite", texts=texts, kept={"PERSON_1": HIDDEN})

    def restore(self, call: RestoreCall) -> str:
        return call.text.replace("PERSON_1", call.kept["PERSON_1"])


def judged(judge: list[Any], arbiter: Picks, *plugins: Any, members: Any = None, **config: Any) -> Router:
    """Two members and a judge of their own, in ensemble `x`."""
    scripts = {**(members or {"a": ["One."], "b": ["Two."]}), "judge": judge}
    names = [name for name in scripts if name != "judge"]
    ensemble = {"members": names, "mode": "picks", "arbiter": "scripted/judge", **config.pop("ensemble", {})}
    return scripted_router(scripts, plugins=[arbiter, *plugins], ensembles={"x": ensemble}, **config)


async def plain(router: Router, prompt: str = "Which?", **options: Any) -> Response:
    return await router.complete(prompt, ensemble="x", **options)


async def streamed(router: Router, prompt: str = "Which?", **options: Any) -> Response:
    stream = router.stream(prompt, ensemble="x", **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


ways = pytest.mark.parametrize("ask", [plain, streamed])
Ask = Callable[..., Awaitable[Response]]


def sent(router: Router) -> list[str]:
    return [
        " | ".join(message.text for message in call.request.messages)
        for provider in scripted_providers(router)
        for call in provider.calls
    ]


@ways
def test_the_arbiters_model_chooses_and_its_cost_is_the_calls(ask: Ask) -> None:
    price = {"price": {"input": 1_000_000, "output": 1_000_000}}
    router = judged(['{"best": 1}'], Picks(), deployments=dict.fromkeys(["a", "b", "judge"], price))
    response = run(ask(router))
    assert (response.text, response.deployment) == ("Two.", "b")
    roles = [(each.role, each.deployment, each.member) for each in response.record.attempts]
    assert roles == [("member", "a", "A"), ("member", "b", "B"), ("arbiter", "judge", None)]
    costs = [each.cost for each in response.record.attempts]
    assert all(costs)
    assert response.cost == sum(cost or 0 for cost in costs)


def test_json_in_a_fence_is_given_bare() -> None:
    arbiter = Picks()
    run(plain(judged(['```json\n{"best": 0}\n```'], arbiter)))
    assert arbiter.said == ['{"best": 0}']


def test_the_model_is_asked_at_another_of_its_deployments() -> None:
    router = judged(
        [Unavailable("503")],
        Picks(),
        members={"a": ["One."], "b": ["Two."]},
        deployments={"judge": {"model": "scripted/judge"}},
    )
    with pytest.raises(
        AllAttemptsFailed, match=r"'x' have answered, and its arbiter has not ruled: .*503"
    ) as caught:
        run(plain(router))
    assert isinstance(caught.value.__cause__, Unavailable)
    assert [each.role for each in caught.value.attempts] == ["member", "member", "arbiter"]
    twin = scripted_router(
        {"a": ["One."], "b": ["Two."], "judge": [Unavailable("503")], "other": ['{"best": 1}']},
        deployments={"other": {"model": "scripted/judge"}},
        ensembles={"x": {"members": ["a", "b"], "mode": "picks", "arbiter": "scripted/judge"}},
        plugins=[Picks()],
    )
    response = run(plain(twin))
    assert response.text == "Two."
    assert [each.deployment for each in response.record.attempts if each.role == "arbiter"] == [
        "judge",
        "other",
    ]


def test_a_judge_outside_the_shortlist_is_an_error_before_anything_is_sent() -> None:
    router = judged([], Picks(), deployments={"judge": {"region": "cn"}})
    with pytest.raises(NoDeployment, match=r"arbiter's model of the ensemble 'x'(?s:.*)judge: .*cn"):
        run(plain(router, constraints={"residency": {"eu"}}))
    assert not sent(router)


def test_a_judge_outside_the_shortlist_is_not_missed_by_one_member_alone() -> None:
    router = judged(
        [],
        Picks(),
        members={"a": ["One."], "b": []},
        deployments={name: {"region": "cn"} for name in ("judge", "b")},
    )
    assert run(plain(router, constraints={"residency": {"eu"}})).text == "One."


class Jury(Picks):
    """Asks each of its judges once."""

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        ask = call.ask
        answers = await asyncio.gather(*(ask(Request("Which?"), judge) for judge in range(call.judges)))
        self.said = [answer.text for answer in answers]
        return Ruling(chosen=("B",))


@ways
def test_a_jury_is_asked_by_number(ask: Ask) -> None:
    members: dict[str, Any] = {"a": ["One."], "b": ["Two."], "c": ["I say A."]}
    router = judged(
        ["I say B."],
        arbiter := Jury(),
        members=members,
        ensemble={"members": ["a", "b"], "arbiter": ["scripted/judge", "c"]},
    )
    response = run(ask(router))
    assert (response.text, arbiter.said) == ("Two.", ["I say B.", "I say A."])
    asked = sorted(each.deployment for each in response.record.attempts if each.role == "arbiter")
    assert asked == ["c", "judge"]


def test_of_a_jury_those_sit_who_may_see_the_request() -> None:
    router = judged(
        [],
        arbiter := Jury(),
        members={"a": ["One."], "b": ["Two."], "c": ["I say A."]},
        ensemble={"members": ["a", "b"], "arbiter": ["scripted/judge", "c"]},
        deployments={"judge": {"region": "cn"}},
    )
    run(plain(router, constraints={"residency": {"eu"}}))
    assert arbiter.said == ["I say A."]


def test_a_judge_that_is_not_there_is_the_arbiters_fault() -> None:
    class Third(Jury):
        async def arbitrate(self, call: ArbitrateCall) -> Ruling:
            assert call.ask is not None
            await call.ask(Request("Which?"), 2)
            return Ruling(chosen=("A",))

    with pytest.raises(PluginError, match="asks judge 2; there are 1"):
        run(plain(judged([], Third())))


@ways
def test_the_arbiter_and_its_model_see_sealed_text_alone(ask: Ask) -> None:
    members = {"a": ["PERSON_1 wrote one."], "b": ["PERSON_1 wrote two."]}
    router = judged(['{"best": 1}'], arbiter := Picks(), Seals(), members=members)
    response = run(ask(router, f"What did {HIDDEN} write?"))
    assert response.text == f"{HIDDEN} wrote two."
    assert len(sent(router)) == 3
    assert not any(HIDDEN in text for text in sent(router))
    assert HIDDEN not in repr(response.record)
    assert arbiter.said


def test_members_are_asked_in_the_same_words_whatever_they_may_see() -> None:
    members = {"a": ["PERSON_1 wrote one."], "b": ["PERSON_1 wrote one"]}
    router = judged(
        [],
        Picks(),
        Seals(),
        members=members,
        deployments={"a": {"treatment": "as_is"}},
        ensemble={"mode": "vote", "arbiter": None},
    )
    response = run(plain(router, f"What did {HIDDEN} write?"))
    assert (response.text, [each.treatment for each in response.record.attempts]) == (
        f"{HIDDEN} wrote one.",
        ["sealed"] * 2,
    )
    assert not any(HIDDEN in text for text in sent(router))


@ways
def test_an_answer_that_it_writes_is_restored_and_parsed(ask: Ask) -> None:
    schema = {"type": "object", "properties": {"who": {"type": "string"}}, "required": ["who"]}
    said = '{"who": "PERSON_1"}'
    router = judged([said], Writes(output=schema), Seals(), members={"a": [said], "b": [said]})
    response = run(ask(router, f"Who? {HIDDEN}", output=schema))
    assert (response.text, response.parsed) == (f'{{"who": "{HIDDEN}"}}', {"who": HIDDEN})
    assert (response.deployment, response.model) == ("judge", "scripted/judge")
    assert response.verdict is not None
    assert response.verdict.synthesised


def test_an_answer_that_it_writes_must_fit_the_output() -> None:
    schema = {"type": "object", "properties": {"who": {"type": "string"}}, "required": ["who"]}
    said = '{"who": "me"}'
    router = judged(["You and me."], Writes(output=None), members={"a": [said], "b": [said]})
    with pytest.raises(AllAttemptsFailed, match=r"has not ruled: .*no JSON"):
        run(plain(router, output=schema))


@pytest.mark.parametrize("ends", [Unavailable("503"), '{"best": 0}'])
def test_nothing_that_was_asked_goes_on_after_the_ruling(ends: Any) -> None:
    class Hasty(Picks):
        async def arbitrate(self, call: ArbitrateCall) -> Ruling:
            assert call.ask is not None
            self.kept = call.ask
            tasks = [asyncio.create_task(call.ask(Request("?"))) for _ in range(2)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.add_done_callback(lambda done: done.cancelled() or done.exception())
            return Ruling(chosen=("A",))

    arbiter = Hasty()

    async def call() -> Response:
        response = await plain(judged([ends, Step("Late.", delay=LONG)], arbiter))
        with pytest.raises(PluginError, match="for as long as it arbitrates"):
            await arbiter.kept(Request("?"))
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return response

    attempts = run(call()).record.attempts
    assert [each.outcome for each in attempts if each.role == "arbiter"][1] == "left"


def test_cancelling_the_call_ends_what_its_arbiter_asks() -> None:
    router = judged([Step("Late.", delay=LONG)] * 2, Picks(times=2))

    async def call() -> None:
        task = asyncio.create_task(plain(router))
        await asyncio.sleep(5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(call())
    (record,) = router.records
    assert record.outcome == "left"
    assert [each.outcome for each in record.attempts] == ["answer", "answer", "left", "left"]


def test_a_guardrail_that_stops_what_it_asks_ends_the_call() -> None:
    class Stops(Seals):
        def inspect(self, call: GuardCall) -> Verdict:
            if any("best" in each.text for each in call.passages):
                raise LookupError("not this")
            return super().inspect(call)

    with pytest.raises(GuardrailError):
        run(plain(judged([], Picks(), Stops())))


def test_budgets_count_members_and_what_is_asked() -> None:
    router = judged(['{"best": 1}'], Picks(), budgets=[{"id": "all", "per": "day", "requests": 50}])
    run(plain(router))
    (spending,) = router.wiring.budgets.snapshot()  # type: ignore[union-attr]  # it has one
    assert spending.requests == 3


def test_hedges_are_for_other_calls() -> None:
    router = judged(
        ['{"best": 1}'],
        Picks(),
        hedge={"after": 0.5, "at_least": 0.5, "budget": 1.0},
        members={"a": [Step("One.", delay=9)], "b": [Step("Two.", delay=9)]},
    )
    response = run(plain(router))
    assert [each.role for each in response.record.attempts] == ["member", "member", "arbiter"]


ENDS: dict[str, Any] = {
    "yes": "Yes.",
    "no": "No.",
    "down": Unavailable("503"),
    "cut": Answer(parts=(Text("Ye"),), finish_reason="length"),
    "refuses": Answer(parts=(Text("I won't."),), finish_reason="refusal"),
    "slow": Step("Slow.", delay=LONG),
    "odd": LookupError("a bug of the provider's"),
}


@settings(max_examples=30, deadline=None)
@given(
    ends=st.lists(st.sampled_from([*ENDS]), min_size=2, max_size=5),
    verdicts=st.lists(
        st.sampled_from(['{"best": 0}', '{"best": 1}', "nonsense", "down"]), min_size=1, max_size=1
    ),
    regions=st.lists(st.sampled_from(["eu", "cn"]), min_size=6, max_size=6),
    quorum=st.integers(1, 2),
    ways=st.tuples(st.booleans(), st.booleans()),
)
def test_the_response_is_one_of_the_whole_answers_or_a_typed_error(
    ends: list[str], verdicts: list[str], regions: list[str], quorum: int, ways: tuple[bool, bool]
) -> None:
    asks, stream = ways
    names = [f"m{number}" for number in range(len(ends))]
    where = dict(zip([*names, "judge"], regions, strict=False))
    judge = [ENDS["down"] if said == "down" else said for said in verdicts] * 4
    mode = {"mode": "picks", "arbiter": "judge"} if asks else {}
    router = scripted_router(
        {**{name: [ENDS[end]] * 3 for name, end in zip(names, ends, strict=True)}, "judge": judge},
        deployments={name: {"region": region} for name, region in where.items()},
        ensembles={"x": {"members": names, "quorum": quorum, "deadline": 10, **mode}},
        plugins=[Picks()],
    )
    inside = [name for name in names if where[name] == "eu"]
    called = dict(zip(names, ends, strict=True))

    async def call() -> Response | InterlockError:
        try:
            return await (streamed if stream else plain)(router, constraints={"residency": {"eu"}})
        except InterlockError as error:
            return error
        finally:
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert asyncio.get_running_loop().time() <= 60

    ended = run(call())
    for provider in scripted_providers(router):
        assert not provider.calls or where[provider.facts.name] == "eu"
    (record,) = router.records
    assert record.cost is None or record.cost == sum(each.cost or 0 for each in record.attempts)
    if isinstance(ended, InterlockError):
        assert isinstance(ended, (AllAttemptsFailed, NoDeployment, PluginError, Unavailable))
        assert record.verdict is None
        return
    whole = [name for name in inside if called[name] in ("yes", "no")]
    broken = [name for name in inside if called[name] in ("cut", "refuses")]
    assert ended.deployment in (whole or broken)
    assert len(whole or broken) >= quorum
    assert ended.finish_reason == (
        "stop" if whole else {"cut": "length", "refuses": "refusal"}[called[ended.deployment]]
    )
    assert ended.verdict is not None
    outcomes = {each.member: each.outcome for each in ended.verdict.members}
    assert {name for name, outcome in outcomes.items() if outcome == "excluded"} == set(names) - set(inside)
    assert {name for name, outcome in outcomes.items() if outcome == "answer"} == set(whole)
