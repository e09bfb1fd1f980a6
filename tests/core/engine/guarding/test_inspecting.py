"""What follows from a verdict, from a guardrail that is awaited, and from one that fails."""

import asyncio
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from guards_at_work import Accounts, Forbids, Judges, Offered
from instant import run
from interlock import (
    Answer,
    ApprovalNeeded,
    BlockedAnswer,
    GuardrailError,
    Image,
    Message,
    Request,
    Router,
    Text,
    ToolCall,
    ToolResult,
    TotalTimeout,
    Unavailable,
    Verdict,
)
from interlock.protocols import GuardCall
from interlock.records.plain import record_from_plain, record_to_plain
from interlock.testing import Step, scripted_providers, scripted_router

NUMBER = "ACC-123456"
SLOW = 1_000.0
LOOK = {"name": "look", "parameters": {"type": "object", "properties": {}}}


async def plain(router: Router, prompt: Any = "hi", **options: Any) -> Any:
    return await router.complete(prompt, **options)


async def streamed(router: Router, prompt: Any = "hi", **options: Any) -> Any:
    stream = router.stream(prompt, **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


ways = pytest.mark.parametrize("ask", [plain, streamed])
Ask = Callable[..., Any]


def guarded(script: Any, *plugins: Any, **config: Any) -> Router:
    return scripted_router(script if isinstance(script, dict) else {"a": script}, plugins=plugins, **config)


def sent(router: Router) -> list[str]:
    return [call.request.messages[-1].text for each in scripted_providers(router) for call in each.calls]


def noted(router: Router) -> list[tuple[Any, ...]]:
    """Of the last record: who thought what of which phase."""
    record = router.records[-1]
    assert record_from_plain(record_to_plain(record)) == record
    return [(each.guardrail, each.phase, each.action) for each in record.guardrails]


class Says(Offered):
    """Gives the verdict that it is told to, of every passage that it is shown, which it keeps."""

    def __init__(self, name: str, phases: str, *verdicts: Any, **own: Any) -> None:
        self.name, self.phases = name, frozenset(phases.split())
        self.shown: list[tuple[str, str]] = []
        self._verdicts = list(verdicts)
        vars(self).update(own)

    def inspect(self, call: GuardCall) -> Any:
        self.shown += [(each.phase, each.text) for each in call.passages]
        verdict = self._verdicts.pop(0) if self._verdicts else Verdict()
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


class Awaited(Says):
    """The same after a while."""

    delay = 0.1

    async def inspect(self, call: GuardCall) -> Any:
        await asyncio.sleep(self.delay)
        return super().inspect(call)


CONVERSATION = [
    Message("user", "look it up"),
    Message("assistant", (ToolCall(id="c1", name="look", arguments={"at": "old"}),)),
    Message("tool", (ToolResult(id="c1", content="found"),)),
]


@pytest.mark.parametrize(
    ("phases", "seen"),
    [
        ("request", {("request", "look it up"), ("request", "old")}),
        ("tool_result", {("tool_result", "found")}),
        ("answer", {("answer", "fine")}),
        ("tool_arguments", {("tool_arguments", "new")}),
        ("tool_result tool_arguments", {("tool_result", "found"), ("tool_arguments", "new")}),
    ],
)
def test_a_guardrail_is_shown_its_own_phases(phases: str, seen: set[tuple[str, str]]) -> None:
    said = ToolCall(id="c2", name="look", arguments={"at": "new"})
    answer = Answer(parts=(Text("fine"), said), finish_reason="tool_calls")
    guardrail = Says("sees", phases)
    router = guarded([answer], guardrail)
    run(plain(router, CONVERSATION, tools=[LOOK]))
    shown = set(guardrail.shown)
    assert seen <= shown
    assert {phase for phase, _ in shown} == set(phases.split())
    assert noted(router) == [
        ("sees", phase, "pass") for phase in dict.fromkeys(p for p, _ in guardrail.shown)
    ]


@ways
@pytest.mark.parametrize("kind", [Says, Awaited])
def test_a_block_of_the_request_ends_the_call(kind: Any, ask: Ask) -> None:
    verdict = Verdict(action="block", category="secret", score=0.9, reason="it is secret", kept={NUMBER})
    router = guarded(["x"], kind("strict", "request", verdict))
    with pytest.raises(GuardrailError, match="strict blocks the request: it is secret") as caught:
        run(ask(router))
    assert not sent(router)
    assert caught.value.guardrail == "strict"
    told = pickle.loads(pickle.dumps(caught.value)).verdict
    assert (told.action, told.category, told.score, told.kept) == ("block", "secret", 0.9, None)
    (entry,) = router.records[-1].guardrails
    assert (entry.action, entry.category, entry.score, entry.attempt) == ("block", "secret", 0.9, None)


@ways
@pytest.mark.parametrize("kind", [Says, Awaited])
def test_a_block_of_an_answer_asks_another(kind: Any, ask: Ask) -> None:
    strict = kind("strict", "answer", Verdict(action="block", reason="it is rude"))
    router = guarded({"a": ["bad"], "b": ["good"]}, strict)
    response = run(ask(router))
    assert response.text == "good"
    assert [each.error and each.error.kind for each in response.record.attempts] == ["BlockedAnswer", None]
    assert [(e.action, e.attempt) for e in response.record.guardrails] == [("block", 0), ("pass", 1)]


def test_the_error_of_a_blocked_answer_holds_it() -> None:
    strict = Says("strict", "answer", Verdict(action="block", category="rude"))
    with pytest.raises(BlockedAnswer, match="strict blocks the answer: rude") as caught:
        run(plain(guarded(["bad <ACCOUNT_1>"], strict, Accounts()), NUMBER))
    assert caught.value.text == f"bad {NUMBER}"
    assert caught.value.verdict is not None
    assert caught.value.verdict.category == "rude"


@ways
@pytest.mark.parametrize("phase", ["request", "answer"])
def test_a_person_is_asked_by_a_typed_error(phase: str, ask: Ask) -> None:
    router = guarded(
        {"a": ["x"], "b": ["y"]}, Says("unsure", phase, Verdict(action="ask", reason="it may be a contract"))
    )
    with pytest.raises(
        ApprovalNeeded, match="unsure wants a person to decide: it may be a contract"
    ) as caught:
        run(ask(router))
    assert (caught.value.guardrail, caught.value.request) == ("unsure", None)
    assert len(sent(router)) == (phase == "answer")
    assert noted(router) == [("unsure", phase, "ask")]


@ways
def test_what_is_flagged_goes_on_and_is_written_down(ask: Ask) -> None:
    flag = Verdict(action="flag", category="a category of one's own", score=0.5)
    router = guarded(["x"], Says("notes", "request answer", flag, flag))
    assert run(ask(router)).text == "x"
    assert noted(router) == [("notes", "request", "flag"), ("notes", "answer", "flag")]
    assert {each.category for each in router.records[-1].guardrails} == {None}, "a sentence may quote"


def test_a_verdict_about_one_place_is_of_its_phase() -> None:
    verdict = Verdict(action="flag", category="injection", where="messages[2].parts[0]")
    router = guarded(["x"], Says("notes", "request tool_result", verdict))
    run(plain(router, CONVERSATION))
    assert set(noted(router)) == {("notes", "request", "pass"), ("notes", "tool_result", "flag")}


def test_what_a_program_reads_is_not_rewritten() -> None:
    verdict = Verdict(action="rewrite", texts={"tools[0].name": "other"})
    router = guarded(["x"], Says("eager", "request", verdict, rewrites=True))
    with pytest.raises(GuardrailError, match=r"eager would rewrite tools\[0\]\.name"):
        run(plain(router, tools=[LOOK]))
    assert not sent(router)
    assert noted(router) == [("eager", "request", "failed")]


def test_those_that_rewrite_go_first_and_the_others_see_what_they_left() -> None:
    early, late = Says("a-sees", "request"), Awaited("b-sees", "request")
    router = guarded(["<ACCOUNT_1>"], late, early, Accounts())
    assert run(plain(router, NUMBER)).text == NUMBER
    assert early.shown == late.shown == [("request", "<ACCOUNT_1>")]
    assert [name for name, _, _ in noted(router)] == ["accounts", "a-sees", "b-sees"]


def test_an_answer_is_rewritten_where_it_is_looked_at() -> None:
    verdict = Verdict(action="rewrite", texts={"parts[0]": '{"n": 1}'})
    router = guarded(['{"n": bad}'], Says("mends", "answer", verdict, rewrites=True))
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    response = run(plain(router, output=schema))
    assert (response.text, response.parsed) == ('{"n": 1}', {"n": 1})


JUDGED = {
    "yes.": (GuardrailError, "block"),
    "perhaps.": (ApprovalNeeded, "ask"),
    "hm.": (None, "flag"),
    "no.": (None, "pass"),
}


@ways
@pytest.mark.parametrize("said", JUDGED)
def test_a_guardrail_may_ask_a_model(said: str, ask: Ask) -> None:
    error, action = JUDGED[said]
    router = guarded([said] if error else [said, "Dear <ACCOUNT_1>"], Judges(), Accounts())
    if error is None:
        assert run(ask(router, NUMBER)).text == f"Dear {NUMBER}"
    else:
        with pytest.raises(error, match="a model has judged it"):
            run(ask(router, NUMBER))
    assert sent(router)[0] == "Judge this: <ACCOUNT_1>"
    roles = [attempt.role for attempt in router.records[-1].attempts]
    assert roles == ["guardrail"] if error else ["guardrail", "answer"]
    assert ("judges", "request", action) in noted(router)


class JudgesAnswers(Judges):
    phases = frozenset({"answer"})


@ways
def test_a_guardrail_that_asks_about_an_answer_waits_for_no_place_that_the_answer_holds(ask: Ask) -> None:
    router = guarded(
        ["Dear you", "no."],
        JudgesAnswers(),
        deployments={"a": {"max_concurrency": 1}},
        load={"queue": 4, "queue_timeout": 5},
    )
    assert run(ask(router)).text == "Dear you"
    assert [attempt.role for attempt in router.records[-1].attempts] == ["answer", "guardrail"]


def test_what_it_asks_goes_to_nobody_else() -> None:
    router = guarded(
        {"a": [Unavailable("503")], "b": ["x"]}, Judges(), constraints={"deny_vendors": ["scripted/b"]}
    )
    with pytest.raises(GuardrailError, match="judges stopped the call"):
        run(plain(router))
    assert [len(each.calls) for each in scripted_providers(router)] == [1, 0]


def test_it_is_sealed_in_what_another_asks() -> None:
    """Also what a guardrail says of its own."""

    class Tells(Judges):
        async def inspect(self, call: GuardCall) -> Verdict:
            assert call.ask is not None
            await call.ask(Request(f"Is {NUMBER} an account?"))
            return Verdict()

    router = guarded(["no.", "fine"], Tells(), Accounts())
    run(plain(router, "hello"))
    assert sent(router) == ["Is <ACCOUNT_1> an account?", "hello"]
    seals = [each for each in router.records[-1].guardrails if each.guardrail == "accounts"]
    assert [(each.role, each.action) for each in seals] == [("answer", "rewrite"), ("guardrail", "rewrite")]


@ways
@pytest.mark.parametrize("configured", [False, True])
def test_one_that_takes_too_long_ends_the_call(configured: bool, ask: Ask) -> None:
    router = guarded(
        [Step("no.", delay=SLOW)],
        Judges(timeout=SLOW if configured else 2.0),
        guardrails={"judges": {"timeout": 2.0}} if configured else {},
    )
    with pytest.raises(GuardrailError, match="judges stopped the call: judges took longer than its 2 s"):
        run(ask(router))
    assert noted(router) == [("judges", "request", "failed")]
    (attempt,) = router.records[-1].attempts
    assert (attempt.role, attempt.outcome) == ("guardrail", "left")
    assert attempt.latency < SLOW


@ways
@pytest.mark.parametrize("configured", [False, True])
def test_one_that_may_be_passed_over_is_written_down(configured: bool, ask: Ask) -> None:
    router = guarded(
        [Step("no.", delay=SLOW), "fine"],
        Judges(timeout=2.0, on_error="block" if configured else "pass"),
        guardrails={"judges": {"on_error": "pass"}} if configured else {},
    )
    assert run(ask(router)).text == "fine"
    assert noted(router) == [("judges", "request", "skipped")]
    assert router.records[-1].guardrails[0].error == "Overrun"


@pytest.mark.parametrize("kind", [Says, Awaited])
@pytest.mark.parametrize("phase", ["request", "answer"])
def test_failing_is_passed_over_only_where_it_says_so(kind: Any, phase: str) -> None:
    router = guarded(["x"], kind("frail", phase, LookupError("ACC-1"), on_error="pass"))
    assert run(plain(router)).text == "x"
    assert noted(router) == [("frail", phase, "skipped")]
    assert router.records[-1].guardrails[0].error == "LookupError"
    router = guarded(["x"], kind("frail", phase, LookupError("ACC-1")))
    with pytest.raises(GuardrailError, match=r"frail stopped the call \(LookupError\)"):
        run(plain(router))
    assert noted(router) == [("frail", phase, "failed")]


def test_one_that_stops_a_call_by_itself_is_never_passed_over() -> None:
    error = GuardrailError("no", guardrail="frail")
    router = guarded(["x"], Says("frail", "request", error, on_error="pass"))
    with pytest.raises(GuardrailError):
        run(plain(router))
    assert not sent(router)


def test_those_that_only_look_are_awaited_at_once() -> None:
    met = asyncio.Barrier(3)

    class Meets(Awaited):
        timeout = 5.0

        async def inspect(self, call: GuardCall) -> Verdict:
            await met.wait()
            return Verdict(action="flag")

    router = guarded(["x"], *(Meets(name, "request") for name in "cab"))
    assert run(plain(router)).text == "x"
    assert sorted(noted(router)) == [(name, "request", "flag") for name in "abc"]


@pytest.mark.parametrize("stops", [Verdict(action="block"), LookupError("no")])
def test_the_first_that_stops_ends_the_others(stops: Any) -> None:
    left = []

    class Waits(Awaited):
        timeout = SLOW

        async def inspect(self, call: GuardCall) -> Verdict:
            try:
                await asyncio.sleep(SLOW)
            except asyncio.CancelledError:
                left.append(self.name)
                raise
            return Verdict()

    router = guarded(["x"], Waits("a", "request"), Awaited("b", "request", stops), Waits("c", "request"))
    with pytest.raises(GuardrailError, match=r"^b "):
        run(plain(router))
    assert sorted(left) == ["a", "c"]


class Deaf(Awaited):
    """Goes on however often it is cancelled."""

    timeout = 1.0

    async def inspect(self, call: GuardCall) -> Verdict:
        for _ in range(5):
            try:
                await asyncio.sleep(SLOW)
            except asyncio.CancelledError:
                continue
        return Verdict()


def test_one_that_goes_on_when_its_time_is_over_is_not_heard() -> None:
    router = guarded(["x"], Deaf("deaf", "request"))
    with pytest.raises(GuardrailError, match="deaf took longer than its 1 s"):
        run(plain(router))
    assert not sent(router)


@pytest.mark.parametrize("kinds", [["a"], ["a", "b"]])
def test_a_caller_who_leaves_leaves_no_guardrail_behind(kinds: list[str]) -> None:
    async def leaves() -> None:
        router = guarded(["x"], *(Awaited(name, "request", delay=SLOW, timeout=SLOW) for name in kinds))
        call = asyncio.create_task(plain(router))
        await asyncio.sleep(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert len(asyncio.all_tasks()) == 1
        assert router.records[-1].outcome == "left"

    run(leaves())


@pytest.mark.parametrize("kinds", [["a"], ["a", "b"]])
def test_guardrails_end_with_their_call(kinds: list[str]) -> None:
    slow = [Awaited(name, "request", delay=SLOW, timeout=SLOW, on_error="pass") for name in kinds]
    router = guarded(["x"], *slow, timeouts={"total": 3})
    with pytest.raises(TotalTimeout):
        run(plain(router))
    assert {action for _, _, action in noted(router)} == {"failed"}


@ways
def test_one_installed_for_requests_alone_lets_streams_pass(ask: Ask) -> None:
    router = guarded(["Dear you"], Says("sees", "request"), Forbids())
    assert run(ask(router)).text == "Dear you"


@ways
async def test_what_the_model_is_told_besides_leaves_once(ask: Ask) -> None:
    told = Verdict(action="rewrite", instructions="Leave tokens as they are.")
    router = guarded(
        ["fine"], Says("a", "request", told, rewrites=True), Says("b", "request", told, rewrites=True)
    )
    await ask(router, [Message("system", "Be brief."), Message("user", "hi")])
    (call,) = scripted_providers(router)[0].calls
    system, user = call.request.messages
    assert (system.text, user.text) == ("Be brief.\n\nLeave tokens as they are.", "hi")


def test_what_the_model_is_told_besides_goes_with_a_rewrite() -> None:
    with pytest.raises(ValueError, match="instructions go with the action rewrite"):
        Verdict(instructions="Leave tokens as they are.")


@ways
async def test_a_request_without_a_word_is_looked_at_all_the_same(ask: Ask) -> None:
    router = guarded([], Says("a", "request", Verdict(action="block", category="picture")))
    with pytest.raises(GuardrailError, match="picture"):
        await ask(router, Message("user", (Image(data=b"GIF8"),)))
