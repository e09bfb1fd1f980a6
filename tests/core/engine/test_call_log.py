"""A log that is required holds what happens before it happens; without it nothing is sent or handed over."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from guards_at_work import Offered
from interlock import (
    Classification,
    InterlockError,
    LogUnavailable,
    Message,
    Request,
    Router,
    Text,
    ToolCall,
    ToolResult,
    TotalTimeout,
    Verdict,
    hookimpl,
)
from interlock.engine import writer
from interlock.protocols import GuardCall, RestoreCall
from interlock.testing import Reply, Upstream
from interlock.types.logs import LogEntry
from shaky_log import SealingLog, ShakyLog, of_kind

USAGE = {"prompt_tokens": 10, "completion_tokens": 2}
SECRET = "sk-this-is-no-key-of-anybody"
PROMPT = "Tell nobody about the hedgehog."


def said(text: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "1", "model": "m", "choices": [choice], "usage": USAGE}


def event(text: str | None, reason: str | None = None, **more: Any) -> dict[str, Any]:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "1", "model": "m", "choices": [choice]} | more


PLAIN = Reply.json(said("Quick."))
STREAM = Reply.events(event("Quick"), event("."), event(None, "stop", usage=USAGE), "[DONE]")
DOWN = Reply.json({"error": {"message": "the hedgehog is ill"}}, status=503)


class Door(Upstream):
    """An upstream that counts who has so much as knocked."""

    def __init__(self) -> None:
        super().__init__()
        self.knocks = 0

    async def _converse(self, reader: Any, writer: Any) -> None:
        self.knocks += 1
        await super()._converse(reader, writer)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.5)


@pytest.fixture
def doors() -> Iterator[tuple[Door, Door]]:
    with Door() as first, Door() as second:
        yield first, second


def routed(doors: tuple[Door, Door], shaky: ShakyLog, *plugins: object, **config: Any) -> Router:
    parts = [
        {"id": name, "model": model, "provider": "openai-compatible", "region": "us", "api_key": SECRET}
        | {"base_url": f"{door.url}/v1", "name": "m", "price": {"input": 1.0, "output": 1.0}}
        for name, model, door in zip(("a", "b"), ("openai/gpt-5.5", "zhipu/glm-5.2"), doors, strict=True)
    ]
    told = {"log": {"url": "shaky://", "timeout": 0.2}, "retries": {"max": 0}} | config
    routes = {"conversational": ["a", "b"]}
    return Router.from_config({"deployments": parts, "routes": routes} | told, plugins=[shaky, *plugins])


async def plain(router: Router, **options: Any) -> str:
    async with router:
        return (await router.complete(PROMPT, task="conversational", **options)).text


async def stream(router: Router, **options: Any) -> str:
    async with router:
        return "".join([c.text async for c in router.stream(PROMPT, task="conversational", **options)])


async def plain_sync(router: Router, **options: Any) -> str:
    def call() -> str:
        with router:
            return router.complete_sync(PROMPT, task="conversational", **options).text

    return await asyncio.to_thread(call)


async def stream_sync(router: Router, **options: Any) -> str:
    def call() -> str:
        with router:
            return "".join(c.text for c in router.stream_sync(PROMPT, task="conversational", **options))

    return await asyncio.to_thread(call)


Ask = Callable[..., Awaitable[str]]
every_way = pytest.mark.parametrize("ask", [plain, stream, plain_sync, stream_sync])


def reply_of(ask: Ask) -> Reply:
    return STREAM if ask in (stream, stream_sync) else PLAIN


@every_way
async def test_everything_is_in_the_log_in_its_order_and_nothing_else_is(
    doors: tuple[Door, Door], ask: Ask
) -> None:
    doors[0].reply(DOWN)
    doors[1].reply(reply_of(ask))
    log = ShakyLog()
    assert await ask(routed(doors, log), run="order-4711", step="greet") == "Quick."
    assert log.kinds == ["decision", "attempt", "attempt_ended", "attempt", "attempt_ended", "answer"]
    assert {(entry.run, entry.step) for entry in log.entries} == {("order-4711", "greet")}
    assert len({entry.call for entry in log.entries}) == 1
    assert [entry.attempt for entry in log.entries] == [None, 0, 0, 1, 1, None]
    decision, first, broken, second, _, answer = (entry.facts for entry in log.entries)
    assert (decision["task"], decision["shortlist"]) == ("conversational", ["a", "b"])
    assert (first["deployment"], first["provider"], first["region"]) == ("a", "openai-compatible", "us")
    assert (broken["outcome"], broken["error"], broken["status"]) == ("error", "Unavailable", 503)
    assert (second["deployment"], second["model"]) == ("b", "zhipu/glm-5.2")
    assert (answer["deployment"], answer["finish_reason"]) == ("b", "stop")
    written = json.dumps([entry.facts for entry in log.entries], allow_nan=False)
    assert not [word for word in ("hedgehog", "Quick", SECRET, "ill") if word in written]


SEALS = {"url": "shaky://", "subject": "customer", "personal": ["metadata", "request", "answer"]}


@every_way
async def test_what_a_log_that_seals_is_told_of_a_person_stands_beside_the_facts(
    doors: tuple[Door, Door], ask: Ask
) -> None:
    doors[0].reply(reply_of(ask))
    log = SealingLog()
    metadata = {"customer": "customer-81", "shop": "7"}
    await ask(routed(doors, log, log=SEALS), metadata=metadata)
    assert {entry.subject for entry in log.entries} == {"customer-81"}
    told = {entry.kind: entry.personal for entry in log.entries if entry.personal}
    request = [{"role": "user", "texts": [PROMPT]}]
    assert told == {
        "decision": {"metadata": metadata, "request": request},
        "answer": {"answer": "Quick."},
    }
    facts = json.dumps([entry.facts for entry in log.entries])
    assert not [word for word in ("customer-81", "hedgehog", "Quick", "shop") if word in facts]


@pytest.mark.parametrize("ask", [plain, stream])
async def test_nothing_personal_is_told_that_is_not_configured(doors: tuple[Door, Door], ask: Ask) -> None:
    doors[0].always = reply_of(ask)
    log = SealingLog()
    told = {"url": "shaky://", "personal": "answer"}
    await ask(routed(doors, log, log=told), metadata={"customer": "customer-81"})
    assert {entry.subject for entry in log.entries} == {None}
    assert [entry.kind for entry in log.entries if entry.personal] == ["answer"]
    silent = SealingLog()
    await ask(routed(doors, silent, log="shaky://"), metadata={"customer": "customer-81"})
    assert {(entry.subject, len(entry.personal)) for entry in silent.entries} == {(None, 0)}


class Hides(Offered):
    """Hides one word, and puts it back."""

    name = "hides"
    phases = frozenset({"request"})
    rewrites = True

    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(
            action="rewrite", texts={p.where: p.text.replace("hedgehog", "X1") for p in call.passages}
        )

    def restore(self, call: RestoreCall) -> str:
        return call.text.replace("X1", "hedgehog")


@every_way
async def test_a_log_that_seals_is_told_what_the_caller_gave_and_was_given(
    doors: tuple[Door, Door], ask: Ask
) -> None:
    """And not what guardrails made of it: it is sealed there, and restored nowhere else."""
    doors[0].reply(
        Reply.events(event("About the X1"), event("."), event(None, "stop", usage=USAGE), "[DONE]")
        if ask in (stream, stream_sync)
        else Reply.json(said("About the X1."))
    )
    log = SealingLog()
    assert await ask(routed(doors, log, Hides(), log=SEALS)) == "About the hedgehog."
    assert b"hedgehog" not in doors[0].requests[0].body
    (decision,), (answer,) = log.of("decision"), log.of("answer")
    assert decision.personal["request"] == [{"role": "user", "texts": [PROMPT]}]
    assert answer.personal == {"answer": "About the hedgehog."}


async def test_every_text_of_a_request_is_told_and_the_tool_calls_of_its_answer(
    doors: tuple[Door, Door],
) -> None:
    call = {"id": "c2", "type": "function", "function": {"name": "send", "arguments": '{"to": "ann"}'}}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "tool_calls": [call]},
        "finish_reason": "tool_calls",
    }
    doors[0].reply(Reply.json({"id": "1", "model": "m", "choices": [choice], "usage": USAGE}))
    log = SealingLog()
    before = ToolCall(id="c1", name="find", arguments={"name": "Ann"})
    messages = [
        Message("system", "Be brief."),
        Message("user", (Text("Write"), Text("to Ann."))),
        Message("assistant", (before,)),
        Message("tool", (ToolResult(id="c1", content="ann@example.com"),)),
    ]
    tools = [{"name": name, "parameters": {"type": "object", "properties": {}}} for name in ("find", "send")]
    async with routed(doors, log, log=SEALS) as router:
        await router.complete(messages, tools=tools, task="conversational")
    (decision,), (answer,) = log.of("decision"), log.of("answer")
    assert decision.personal["request"] == [
        {"role": "system", "texts": ["Be brief."]},
        {"role": "user", "texts": ["Write", "to Ann."]},
        {"role": "assistant", "texts": ['{"name": "Ann"}']},
        {"role": "tool", "texts": ["ann@example.com"]},
    ]
    assert answer.personal == {"answer": "", "tool_calls": [{"name": "send", "arguments": '{"to": "ann"}'}]}


async def test_a_refusal_to_send_anything_is_in_the_log_with_its_rules(doors: tuple[Door, Door]) -> None:
    log = ShakyLog()
    with pytest.raises(InterlockError, match="no deployment"):
        await plain(routed(doors, log), constraints={"residency": ["eu"]})
    assert log.kinds == ["decision", "failed"]
    decision, failed = (entry.facts for entry in log.entries)
    assert decision["excluded"] == {"a": "residency", "b": "residency"}
    assert decision["constraints"] == {"residency": ["eu"]}
    assert failed == failed | {"error": "NoDeployment", "attempts": 0}


@every_way
@pytest.mark.parametrize("seconds", [0.0, 60.0], ids=["fails", "hangs"])
async def test_without_the_log_no_byte_leaves(doors: tuple[Door, Door], ask: Ask, seconds: float) -> None:
    log = ShakyLog(of_kind("attempt", seconds=seconds))
    router = routed(doors, log)
    with pytest.raises(LogUnavailable, match="so nothing was sent") as caught:
        await ask(router)
    assert "log.mode: background" in str(caught.value)
    assert [door.knocks for door in doors] == [0, 0]
    assert caught.value.attempts == ()
    assert router.records[-1].error == "LogUnavailable"
    assert router.wiring.health.snapshot() == (), "and no deployment is blamed"


@every_way
@pytest.mark.parametrize("seconds", [0.0, 60.0], ids=["fails", "hangs"])
async def test_without_the_log_no_answer_is_handed_over(
    doors: tuple[Door, Door], ask: Ask, seconds: float
) -> None:
    doors[0].reply(reply_of(ask))
    router = routed(doors, ShakyLog(of_kind("answer", seconds=seconds)))
    with pytest.raises(LogUnavailable, match="so the answer was not handed over"):
        await ask(router)
    assert [len(door.requests) for door in doors] == [1, 0], "and nobody else is asked instead"
    (attempt,) = router.records[-1].attempts
    assert attempt.outcome == "answer"


@every_way
async def test_a_retry_waits_for_the_log_too(doors: tuple[Door, Door], ask: Ask) -> None:
    doors[0].reply(DOWN)
    router = routed(doors, ShakyLog(of_kind("attempt", after=1)), retries={"max": 2})
    with pytest.raises(LogUnavailable, match="nothing was sent"):
        await ask(router)
    assert [len(doors[0].requests), doors[1].knocks] == [1, 0]


@every_way
async def test_a_fallback_waits_for_the_log_too(doors: tuple[Door, Door], ask: Ask) -> None:
    doors[0].reply(DOWN)
    router = routed(doors, ShakyLog(of_kind("attempt", after=1)))
    with pytest.raises(LogUnavailable, match="nothing was sent"):
        await ask(router)
    assert [len(doors[0].requests), doors[1].knocks] == [1, 0]


@every_way
async def test_a_hedge_waits_for_the_log_too(doors: tuple[Door, Door], ask: Ask) -> None:
    doors[0].always = Reply(headers={"content-type": "text/event-stream"}, delay=30)
    router = routed(doors, ShakyLog(of_kind("attempt", after=1)), hedge={"after": 0.4, "budget": 1.0})
    with pytest.raises(LogUnavailable, match="nothing was sent"):
        await ask(router)
    assert [len(doors[0].requests), doors[1].knocks] == [1, 0]


class Oracle:
    """Asks a model which task it is, and makes do without an answer."""

    api = 1
    name = "oracle"

    @hookimpl
    def interlock_classifiers(self) -> list[Any]:
        return [self]

    def classify(self, call: Any) -> None:
        pass

    async def refine(self, call: Any, sofar: Any) -> Classification:
        answer = await call.ask(Request("Which task?"))
        return Classification(task=answer.text, confidence=0.9)


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_a_classifier_asks_waits_for_the_log_too(doors: tuple[Door, Door], streamed: bool) -> None:
    router = routed(doors, ShakyLog(of_kind("attempt")), Oracle())
    with pytest.raises(LogUnavailable):
        if streamed:
            async for _ in router.stream("Have a look at this."):
                pass
        else:
            await router.complete("Have a look at this.")
    await router.aclose()
    assert [door.knocks for door in doors] == [0, 0]


@pytest.mark.parametrize("ask", [plain, stream])
async def test_every_member_of_a_panel_waits_for_the_log(doors: tuple[Door, Door], ask: Ask) -> None:
    doors[0].always = doors[1].always = PLAIN
    log = ShakyLog()
    ensembles = {"x": {"members": ["a", "b", "a"]}}
    assert await ask(routed(doors, log, ensembles=ensembles), ensemble="x") == "Quick."
    assert [entry.facts["role"] for entry in log.of("attempt")] == ["member"] * 3
    assert {entry.facts["treatment"] for entry in log.of("attempt")} == {"as_is"}
    knocks = [door.knocks for door in doors]
    refusing = routed(doors, ShakyLog(of_kind("attempt")), ensembles=ensembles)
    with pytest.raises(LogUnavailable):
        await ask(refusing, ensemble="x")
    assert [door.knocks for door in doors] == knocks


@pytest.mark.parametrize("ask", [plain, stream])
async def test_cancelling_a_call_that_waits_for_the_log_sends_nothing(
    doors: tuple[Door, Door], ask: Ask
) -> None:
    log = ShakyLog(of_kind("attempt", seconds=0.1))
    router = routed(doors, log, log={"url": "shaky://", "timeout": 60})
    calling = asyncio.create_task(ask(router))
    assert await asyncio.to_thread(log.begun.wait, 10)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await router.aclose()
    assert [door.knocks for door in doors] == [0, 0]
    assert log.kinds == ["decision", "attempt", "failed"], "what was on its way is written all the same"
    assert log.entries[-1].facts["outcome"] == "left"


async def test_the_calls_own_time_holds_while_it_waits_for_the_log(doors: tuple[Door, Door]) -> None:
    router = routed(doors, ShakyLog(of_kind("attempt", seconds=2)), log={"url": "shaky://", "timeout": 60})
    began = time.monotonic()
    with pytest.raises(TotalTimeout):
        await router.complete(PROMPT, timeout=0.1)
    assert time.monotonic() - began < 1.5
    assert [door.knocks for door in doors] == [0, 0]


@pytest.mark.parametrize("ask", [plain, stream])
async def test_a_log_that_is_back_is_used_again_and_has_what_it_missed(
    doors: tuple[Door, Door], ask: Ask
) -> None:
    doors[0].reply(reply_of(ask))
    log = ShakyLog(of_kind("attempt"))
    router = routed(doors, log)
    for _ in range(2):
        with pytest.raises(LogUnavailable):
            await router.complete(PROMPT, task="conversational")
    log.trouble = lambda _: None
    assert await ask(router) == "Quick."
    kinds = ["decision", "attempt", "failed"] * 2
    assert log.kinds == [*kinds, "decision", "attempt", "attempt_ended", "answer"]


@every_way
async def test_in_the_background_no_call_waits_or_fails(doors: tuple[Door, Door], ask: Ask) -> None:
    doors[0].reply(reply_of(ask))
    log = ShakyLog(of_kind("decision", after=0))
    router = routed(doors, log, log={"url": "shaky://", "mode": "background"})
    assert await ask(router) == "Quick."
    written = router.wiring.log
    assert written is not None
    assert (written.lost, written.problem) == (5, "the disk is full")


async def test_many_calls_share_an_append(doors: tuple[Door, Door]) -> None:
    doors[0].always = PLAIN
    log = ShakyLog(lambda _: 0.01)
    router = routed(doors, log, log={"url": "shaky://", "timeout": 30})
    await asyncio.gather(*(router.complete(PROMPT, task="conversational") for _ in range(50)))
    await router.aclose()
    assert len(log.of("attempt")) == len(log.of("answer")) == 50
    assert log.appends < 50


async def test_whoever_has_facts_of_its_own_appends_them(doors: tuple[Door, Door]) -> None:
    log = ShakyLog()
    router = routed(doors, log)
    assert router.log is not None
    entry = LogEntry(kind="agents.approved", run="r", facts={"by": "ann"})
    await router.log.append([entry])
    assert log.entries == [entry]
    with pytest.raises(InterlockError, match=r"'agents\.approved' are not what JSON has"):
        await router.log.append([LogEntry(kind="agents.approved", facts={"by": object()})])
    for of_a_person in ({"personal": {"by": object()}}, {"subject": 7}):
        entry = LogEntry(kind="agents.approved", **of_a_person)  # type: ignore[arg-type]  # as untyped code has it
        with pytest.raises(InterlockError, match=r"of the entry 'agents\.approved' (is|are) not"):
            await router.log.append([entry])
    log.trouble = lambda _: 0.0
    with pytest.raises(InterlockError, match="the disk is full"):
        await router.log.append([LogEntry(kind="agents.approved")])
    log.trouble = lambda _: None
    await router.aclose()
