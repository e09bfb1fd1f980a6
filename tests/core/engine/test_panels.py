"""Ensembles: members at once, an arbiter, and one answer or one error."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from instant import run
from interlock import (
    AllAttemptsFailed,
    Answer,
    ConfigError,
    NoDeployment,
    PluginError,
    RateLimited,
    RequestError,
    Response,
    Router,
    Text,
    ToolCall,
    TotalTimeout,
    Unavailable,
    hookimpl,
)
from interlock.protocols import ArbitrateCall, Missing, Ruling
from interlock.testing import Step, scripted_providers, scripted_router

LONG = 1_000.0
Ask = Callable[..., Awaitable[Response]]


def panel(
    scripts: dict[str, Any], *, members: Any = None, plugins: Iterable[Any] = (), **options: Any
) -> Router:
    """A router whose ensemble `x` has a member for each script, unless `members` says otherwise."""
    config = {
        key: options.pop(key)
        for key in [*options]
        if key not in ("mode", "arbiter", "options", "quorum", "deadline", "strategy")
    }
    ensemble = {"members": list(members or scripts), **options}
    return scripted_router(scripts, plugins=plugins, ensembles={"x": ensemble}, **config)


async def plain(router: Router, **options: Any) -> Response:
    return await router.complete("Which?", ensemble="x", **options)


async def streamed(router: Router, **options: Any) -> Response:
    stream = router.stream("Which?", ensemble="x", **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


async def plain_sync(router: Router, **options: Any) -> Response:
    return await asyncio.to_thread(router.complete_sync, "Which?", ensemble="x", **options)


async def streamed_sync(router: Router, **options: Any) -> Response:
    def call() -> Response:
        with router.stream_sync("Which?", ensemble="x", **options) as stream:
            text = "".join(chunk.text for chunk in stream)
        assert stream.response is not None
        assert stream.response.text == text
        return stream.response

    return await asyncio.to_thread(call)


ways = pytest.mark.parametrize("ask", [plain, streamed, plain_sync, streamed_sync])
fast = pytest.mark.parametrize("ask", [plain, streamed])


def cut(text: str) -> Answer:
    return Answer(parts=(Text(text),), finish_reason="length")


def refusing(text: str) -> Answer:
    return Answer(parts=(Text(text),), finish_reason="refusal")


def became(response: Response) -> list[str]:
    assert response.verdict is not None
    return [member.outcome for member in response.verdict.members]


class Rules:
    """An arbiter that does what it is told, and the plugin that offers it."""

    api = 1
    name = "rules"

    def __init__(self, ruling: Any = None, *, asks: bool = False) -> None:
        self.ruling, self.asks = ruling, asks
        self.calls: list[ArbitrateCall] = []

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Any:
        self.calls.append(call)
        ruling = self.ruling
        if callable(ruling):
            ruling = ruling(call)
        return await ruling if hasattr(ruling, "__await__") else ruling


@ways
async def test_what_most_members_say_is_the_answer(ask: Ask) -> None:
    router = panel({"a": ["Rome"], "b": ["Paris"], "c": ["paris."]})
    response = await ask(router)
    assert (response.text, response.deployment, response.model) == ("Paris", "b", "scripted/b")
    verdict = response.verdict
    assert verdict is not None
    assert (verdict.arbiter, verdict.chosen, verdict.dissent) == ("vote", ("B", "C"), ("A",))
    assert (verdict.contested, verdict.agreement) == (False, pytest.approx(2 / 3))
    record = response.record
    assert [(each.role, each.member, each.deployment) for each in record.attempts] == [
        ("member", "A", "a"),
        ("member", "B", "b"),
        ("member", "C", "c"),
    ]
    assert (record.ensemble, record.verdict) == ("x", verdict)
    assert router.records[-1] == record


def test_a_call_without_an_ensemble_knows_nothing_of_one() -> None:
    router = panel({"a": ["one"], "b": []})
    response = router.complete_sync("Hi")
    assert (response.text, response.verdict, response.record.ensemble) == ("one", None, None)


@fast
def test_members_are_asked_at_once(ask: Ask) -> None:
    router = panel({name: [Step("Same.", delay=5)] for name in "abc"})

    async def timed() -> float:
        await ask(router)
        return asyncio.get_running_loop().time()

    assert run(timed()) == pytest.approx(5)


@fast
def test_who_is_not_back_in_time_is_left_behind(ask: Ask) -> None:
    router = panel({"a": [Step("Late.", delay=LONG)], "b": ["Quick."], "c": ["quick"]}, deadline=10)

    async def timed() -> tuple[Response, float]:
        response = await ask(router)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return response, asyncio.get_running_loop().time()

    response, seconds = run(timed())
    assert (response.text, seconds) == ("Quick.", pytest.approx(10))
    assert became(response) == ["late", "answer", "answer"]
    (late,) = [each for each in response.record.attempts if each.deployment == "a"]
    assert late.outcome == "lost"
    assert "10 s" in (late.cancelled or "")
    assert router.wiring.health.error_rate("a") == 0


@pytest.mark.parametrize(
    ("options", "seconds"),
    [({}, 60), ({"timeout": 8}, 4), ({"deadline": 3}, 3), ({"deadline": 30, "timeout": 8}, 4)],
)
def test_without_a_deadline_members_have_half_of_the_time(options: dict[str, Any], seconds: float) -> None:
    given = {"deadline": options["deadline"]} if "deadline" in options else {}
    timeouts = {"total": 120, "answer": 500, "first_token": 500}
    router = panel({"a": [Step("Late.", delay=LONG)], "b": ["Quick."]}, timeouts=timeouts, **given)

    async def timed() -> float:
        await plain(router, **({"timeout": options["timeout"]} if "timeout" in options else {}))
        return asyncio.get_running_loop().time()

    assert run(timed()) == pytest.approx(seconds)


@fast
def test_a_member_alone_is_handed_over_without_an_arbiter(ask: Ask) -> None:
    arbiter = Rules()
    router = panel({"a": [Unavailable("503")], "b": ["Here."]}, mode="rules", plugins=[arbiter])
    response = run(ask(router))
    assert response.text == "Here."
    verdict = response.verdict
    assert verdict is not None
    assert (verdict.arbiter, verdict.chosen, verdict.agreement) == (None, ("B",), None)
    assert (verdict.members[0].outcome, verdict.members[0].why) == ("error", "Unavailable")
    assert not arbiter.calls


@fast
def test_when_nobody_answers_the_error_names_each_cause(ask: Ask) -> None:
    router = panel({"a": [Unavailable("is down")], "b": [Step("Late.", delay=LONG)]}, deadline=5)
    with pytest.raises(
        AllAttemptsFailed, match=r"(?s)0 of 2 members.*'x'.*A \(a\): .*is down.*B \(b\): .*5 s"
    ) as caught:
        run(ask(router))
    assert [each.member for each in caught.value.attempts] == ["A", "B"]
    assert router.records[-1].ensemble == "x"
    assert router.records[-1].verdict is None


@fast
def test_a_quorum_that_is_missed_is_an_error(ask: Ask) -> None:
    router = panel({"a": ["Here."], "b": [Unavailable("is down")]}, quorum=2)
    with pytest.raises(AllAttemptsFailed, match=r"1 of 2 members .* quorum is 2(?s:.*)is down"):
        run(ask(router))


def test_what_is_cut_does_not_fill_a_quorum() -> None:
    router = panel({"a": [cut("Ye")], "b": ["Yes."], "c": [refusing("No.")]}, quorum=2)
    told = r"1 of 3 members(?s:.*)A \(a\): was cut at a length(?s:.*)B \(b\): answered(?s:.*)C \(c\): refused"
    with pytest.raises(AllAttemptsFailed, match=told):
        run(plain(router))


def test_a_member_that_waits_for_a_place_is_late_too() -> None:
    router = panel(
        {"a": [Step("Yes.", delay=LONG)]},
        members=["a", "a", "a"],
        load={"queue": 1},
        deployments={"a": {"max_concurrency": 1}},
        deadline=5,
    )
    with pytest.raises(AllAttemptsFailed, match=r"0 of 3(?s:.*)A \(a\): .*5 s(?s:.*)C \(a\): Overloaded"):
        run(plain(router))


def test_a_rate_limit_everywhere_is_told_as_one() -> None:
    router = panel({"a": [RateLimited("429")], "b": [RateLimited("429", retry_after=40)]})
    with pytest.raises(RateLimited) as caught:
        run(plain(router))
    assert isinstance(caught.value, AllAttemptsFailed)


@fast
@pytest.mark.parametrize("broken", [cut, refusing])
def test_what_is_cut_or_refuses_does_not_count_beside_a_whole_answer(ask: Ask, broken: Any) -> None:
    router = panel({"a": [broken("I can")], "b": [broken("I can")], "c": ["No."]})
    response = run(ask(router))
    assert (response.text, response.finish_reason) == ("No.", "stop")
    assert became(response) == [{"length": "cut"}.get(broken("").finish_reason, "refusal")] * 2 + ["answer"]


@fast
def test_where_all_refuse_that_is_the_answer(ask: Ask) -> None:
    response = run(ask(panel({"a": [refusing("I won't.")], "b": [refusing("Nor I.")]})))
    assert (response.text, response.finish_reason) == ("I won't.", "refusal")
    assert response.verdict is not None
    assert response.verdict.arbiter is None


@fast
def test_a_member_is_retried_and_asked_at_its_models_other_deployments(ask: Ask) -> None:
    one, two = {"model": "scripted/a"}, {"model": "scripted/a"}
    router = panel(
        {
            "a": [Unavailable("503"), Unavailable("503")],
            "a2": ["Yes"],
            "b": [Step("yes.", delay=30)],
            "c": [],
        },
        members=["scripted/a", "b"],
        deployments={"a": one, "a2": two},
        retries={"max": 1},
    )

    async def timed() -> tuple[Response, float]:
        return await ask(router), asyncio.get_running_loop().time()

    response, seconds = run(timed())
    assert [(each.deployment, each.member) for each in response.record.attempts] == [
        ("a", "A"),
        ("b", "B"),
        ("a", "A"),
        ("a2", "A"),
    ]
    assert became(response) == ["answer", "answer"]
    assert seconds == pytest.approx(30), "one member's failures do not wait for another's answer"


def test_no_other_model_takes_a_members_place() -> None:
    router = panel({"a": [Unavailable("503")], "b": ["Yes"], "c": []}, members=["a", "b"])
    assert became(run(plain(router))) == ["error", "answer"]


def test_a_wait_beyond_the_deadline_is_not_waited() -> None:
    router = panel({"a": [RateLimited("429", retry_after=20)], "b": ["Yes"]}, deadline=10, retries={"max": 2})

    async def timed() -> float:
        assert became(await plain(router)) == ["error", "answer"]
        return asyncio.get_running_loop().time()

    assert run(timed()) == pytest.approx(0)


@fast
def test_one_model_may_sit_several_times(ask: Ask) -> None:
    router = panel({"a": ["4", "five", "4.0"]}, members=["a", "scripted/a", "a"])
    response = run(ask(router))
    assert response.text == "4"
    assert response.verdict is not None
    assert response.verdict.chosen == ("A", "C")


def test_each_of_them_mends_its_own_output() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    steps = ['{"n": "first"}', '{"n": "second"}', '{"n": 1}', '{"n": 2}']
    router = panel({"a": [Step(step, delay=1) for step in steps]}, members=["a", "a"])
    response = run(plain(router, output=schema))
    shown = [call.request.messages[1].text for call in router.wiring.offers.providers["a"].calls[2:]]
    assert shown == steps[:2]
    assert response.parsed == {"n": 1}
    assert response.verdict is not None
    assert response.verdict.contested


@fast
def test_a_member_that_no_rule_allows_is_left_out_and_said_so(ask: Ask) -> None:
    cn = {"region": "cn"}
    router = panel({"a": [], "b": ["Yes"], "c": ["yes"]}, deployments={"a": cn})
    response = run(ask(router, constraints={"residency": {"eu"}}))
    assert became(response) == ["excluded", "answer", "answer"]
    assert response.verdict is not None
    assert "cn" in response.verdict.members[0].why
    assert not router.wiring.offers.providers["a"].calls


@fast
def test_too_few_that_are_allowed_are_an_error_that_names_the_rules(ask: Ask) -> None:
    router = panel({"a": [], "b": []}, deployments={"a": {"region": "cn"}}, quorum=2)
    with pytest.raises(NoDeployment, match=r"1 of 2 members .*'x'.*quorum is 2(?s:.*)a: .*cn") as caught:
        run(ask(router, constraints={"residency": {"eu"}}))
    assert list(caught.value.excluded) == ["a"]
    assert not router.records[-1].attempts


def test_an_unknown_ensemble_is_refused_before_anything_is_sent() -> None:
    router = panel({"a": [], "b": []})
    for ask in (router.decide, router.complete_sync):
        with pytest.raises(RequestError, match="there are x") as caught:
            ask("Hi", ensemble="X")
        assert (caught.value.key, caught.value.suggestion) == ("ensemble", "x")
    with pytest.raises(RequestError, match="there are legal_review, financial_analysis"):
        scripted_router({"a": []}).decide("Hi", ensemble="x")


@pytest.mark.usefixtures("without_panels")
@pytest.mark.parametrize(
    ("options", "key", "words"),
    [
        (
            {"mode": "vots"},
            "mode",
            "there are vote, asking. Did you mean 'vote'",
        ),
        (
            {"mode": "select_best", "arbiter": "a"},
            "mode",
            "needs interlock-panels: pip install interlock-panels",
        ),
        ({"mode": "asking"}, "arbiter", "is missing: asking asks a model"),
        ({"arbiter": "a"}, "arbiter", "vote asks no model"),
        ({"strategy": "panell"}, "strategy", "Did you mean 'panel'"),
        ({"quorum": 3}, "quorum", "at most 2"),
        ({"members": ["a"]}, "members", "at least 2"),
        ({"members": ["a"] * 27}, "members", "at most 26"),
        ({"members": ["a", {"model": "b", "weight": 0}]}, "members.1.weight", "a positive number"),
        ({"members": ["a", {"model": "b", "wieght": 2}]}, "members.1.wieght", "Did you mean 'weight'"),
        ({"members": ["a", {"weight": 2}]}, "members.1.model", "is required"),
        ({"members": ["a", 3]}, "members.1.model", "expected text"),
        (
            {"members": ["a", {"model": "b", "settings": {"temprature": 1}}]},
            "members.1.settings.temprature",
            "Did you mean 'temperature'",
        ),
        (
            {"members": ["a", {"model": "b", "settings": {"temperature": -1}}]},
            "members.1.settings.temperature",
            "a number from 0",
        ),
        ({"members": ["a", {"model": "bb"}]}, "members.1", "neither a model nor a deployment"),
        ({"mode": "asking", "arbiter": ["a", "bb"]}, "arbiter", "neither a model nor a deployment"),
        ({"options": {"depth": 2}}, "options.depth", "'vote' takes no options"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_start(options: dict[str, Any], key: str, words: str) -> None:
    class Asking(Rules):
        name = "asking"

    with pytest.raises(ConfigError) as caught:
        panel({"a": [], "b": []}, plugins=[Asking(asks=True)], **options)
    assert caught.value.key == f"ensembles.x.{key}"
    assert words in str(caught.value)


def test_members_weigh_what_the_configuration_says() -> None:
    arbiter = Rules(Ruling(chosen=("A",), flips=2, agreement=0.75, reason="Better.", summaries={"B": "No."}))
    members = [{"model": "a", "weight": 3}, "b"]
    router = panel({"a": ["A!"], "b": ["B!"]}, members=members, mode="rules", plugins=[arbiter])
    response = run(plain(router))
    (call,) = arbiter.calls
    assert [each.weight for each in call.members] == [3, 1]
    verdict = response.verdict
    assert verdict is not None
    assert ([each.weight for each in verdict.members], verdict.flips) == ([3, 1], 2)
    assert "Better" not in repr(response.record)
    assert "No." not in repr(response.record)


@fast
def test_a_member_is_asked_with_settings_of_its_own(ask: Ask) -> None:
    members = ["a", {"model": "a", "settings": {"temperature": 0.9, "stop": "END"}}, {"model": "b"}]
    router = panel({"a": ["Yes."] * 2, "b": ["yes"]}, members=members)
    run(ask(router, settings={"temperature": 0.1, "max_tokens": 50}))
    sent = [call.request.settings for each in scripted_providers(router) for call in each.calls]
    assert sorted((each.temperature, each.max_tokens, each.stop) for each in sent) == [
        (0.1, 50, ()),
        (0.1, 50, ()),
        (0.9, 50, ("END",)),
    ]


def test_an_arbiter_has_the_json_of_structured_answers() -> None:
    arbiter = Rules(Ruling(chosen=("B",)))
    router = panel({"a": ['```json\n{"n": 1}\n```'], "b": ['{"n": 2}']}, mode="rules", plugins=[arbiter])
    assert run(plain(router, output=dict)).parsed == {"n": 2}
    assert [each.parsed for each in arbiter.calls[0].members] == [{"n": 1}, {"n": 2}]


def test_another_strategy_has_the_members_alone_to_choose_from() -> None:
    router = panel(
        {"z": [], "a": [Unavailable("503")], "b": ["Yes"]}, members=["a", "b"], strategy="fallback"
    )
    response = run(plain(router))
    assert [each.deployment for each in response.record.attempts] == ["a", "b"]
    assert response.verdict is None


def test_an_arbiter_sees_labels_and_no_names() -> None:
    arbiter = Rules(Ruling(chosen=("B",), flags=("odd",), scores={"B": 2.0}))
    router = panel({"a": [Unavailable("503")], "b": ["B!"], "c": ["C!"]}, mode="rules", plugins=[arbiter])
    response = run(plain(router))
    (call,) = arbiter.calls
    assert [(each.label, each.answer.text) for each in call.members] == [("B", "B!"), ("C", "C!")]
    assert (call.missing, call.ask, call.judges) == ((Missing(label="A", kind="error"),), None, 0)
    verdict = response.verdict
    assert verdict is not None
    assert (verdict.flags, verdict.scores, verdict.synthesised) == (("odd",), {"B": 2.0}, False)


@fast
def test_an_arbiter_may_write_an_answer_of_its_own(ask: Ask) -> None:
    own = Answer(parts=(Text("Both."),), finish_reason="stop")
    router = panel(
        {"a": ["A!"], "b": ["B!"]}, mode="rules", plugins=[Rules(Ruling(chosen=("A", "B"), answer=own))]
    )
    response = run(ask(router))
    assert response.text == "Both."
    assert response.verdict is not None
    assert response.verdict.synthesised


CALL = ToolCall(id="call-1", name="find", arguments={"what": "x"})
OTHER = ToolCall(id="call-2", name="find", arguments={"what": "y"})


def calling(*calls: ToolCall) -> Answer:
    return Answer(parts=calls, finish_reason="tool_calls")


@pytest.mark.parametrize(
    ("ruling", "words"),
    [
        ("A", "ruled with a str"),
        (Ruling(chosen=()), "chose nobody"),
        (Ruling(chosen=("D",)), "named D"),
        (Ruling(chosen=("A",), agreement=2), "agreement of 2"),
        (Ruling(chosen=("A",), scores={"A": float("nan")}), "no number"),
        (Ruling(chosen=("A",), flags=("two words",)), "blanks"),
        (Ruling(chosen=("A",), answer="text"), "not an Answer"),  # type: ignore[arg-type]
        (Ruling(chosen=("A",), answer=calling(CALL, OTHER)), "tool calls of its own"),
        (Ruling(chosen=5), "failed with TypeError"),  # type: ignore[arg-type]
        (lambda _: 1 / 0, "failed with ZeroDivisionError"),
    ],
)
def test_an_arbiter_that_breaks_its_protocol_ends_the_call(ruling: Any, words: str) -> None:
    router = panel({"a": [calling(CALL)], "b": [calling(OTHER)]}, mode="rules", plugins=[Rules(ruling)])
    with pytest.raises(PluginError, match=words) as caught:
        run(plain(router, tools=[{"name": "find"}]))
    assert len(caught.value.attempts) == 2


def test_an_arbiter_has_until_the_calls_end() -> None:
    def sleep(_: ArbitrateCall) -> Any:
        return asyncio.sleep(LONG)

    router = panel(
        {"a": ["A!"], "b": ["B!"]}, mode="rules", plugins=[Rules(sleep)], timeouts={"total": 20, "answer": 10}
    )

    async def timed() -> float:
        with pytest.raises(TotalTimeout):
            await plain(router)
        return asyncio.get_running_loop().time()

    assert run(timed()) == pytest.approx(20)
