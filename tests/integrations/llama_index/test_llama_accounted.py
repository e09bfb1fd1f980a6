"""Tools of LlamaIndex's in a ledger: once, approved, within a budget, whoever's loop calls them."""

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent, ReActAgent, ToolCallResult
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.tools import BaseTool, FunctionTool, ToolMetadata, ToolOutput
from llama_index.core.workflow import (
    Context,
    HumanResponseEvent,
    InputRequiredEvent,
    StartEvent,
    StopEvent,
    Workflow,
    step,
)
from pydantic import BaseModel, Field, ValidationError

from interlock import (
    Answer,
    ApprovalNeeded,
    ConfigError,
    Repeat,
    RequestError,
    ToolCall,
    ToolPolicy,
    ToolRule,
    Usage,
)
from interlock.testing import scripted_router
from interlock_agents import (
    Amounts,
    Declared,
    EffectOpen,
    Ledger,
    OverBudget,
    Requests,
    Store,
    budgeted,
    in_run,
)
from interlock_agents.budgets.accounts import report
from llama_index.llms.interlock import EffectKey, Interlock, accounted
from llama_index.llms.interlock.accounted_tool import keyed

# Core uses old names of pydantic and of its own workflows, and cannot serialize its own memory.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::workflows.context.state_store.UnserializableKeyWarning"),
]

WRITES = ToolPolicy(rules=(ToolRule(tools="charge", effect="write"),))


@pytest.fixture
async def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield store
    await store.aclose()


@pytest.fixture
def charges() -> list[tuple[int, str]]:
    return []


def charging(charges: list[tuple[int, str]], how: str) -> Callable[..., Any]:
    def charge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        charges.append((cents, key))
        return f"charged {cents}"

    async def acharge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        return charge(cents, key)

    acharge.__name__ = "charge"
    return charge if how == "sync" else acharge


@pytest.fixture
def charge(charges) -> Callable[..., Any]:
    return charging(charges, "async")


def asks(*cents: int, of: str = "charge") -> Answer:
    """A model's message that asks for charges, under ids that no other message has."""
    asks.number = number = getattr(asks, "number", 0) + 1  # type: ignore[attr-defined]  # a counter
    calls = tuple(
        ToolCall(id=f"call_{number}_{place}", name=of, arguments={"cents": each})
        for place, each in enumerate(cents)
    )
    return Answer(parts=calls, finish_reason="tool_calls", usage=Usage(input_tokens=9, output_tokens=9))


def llm_of(*said: Any) -> Interlock:
    return Interlock(router=scripted_router({"m": list(said)}))


def agent_of(tools: list[Any], *said: Any, streaming: bool = True) -> FunctionAgent:
    return FunctionAgent(tools=tools, llm=llm_of(*said), streaming=streaming)


def started(agent: Any, run: str = "order-7", **more: Any) -> Any:
    with in_run(run):
        return agent.run("Charge the card.", memory=ChatMemoryBuffer.from_defaults(), **more)


async def answered(handler: Any, *answers: dict[str, Any]) -> list[Any]:
    """Questions that it asked, each answered by the next of these under the question's own id."""
    left, asked = list(answers), []
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            asked.append(event)
            if not left:
                await handler.cancel_run()
                continue
            handler.ctx.send_event(HumanResponseEvent(**{"id": event.id, **left.pop(0)}))
    return asked


@pytest.mark.parametrize("how", ["sync", "async"])
@pytest.mark.parametrize("of", ["sync", "async"])
async def test_a_run_that_begins_anew_has_the_answers_of_the_first(store, charges, how, of):
    async def life() -> list[ToolOutput]:
        [one] = accounted([charging(charges, of)], store=store, policy=WRITES)
        with in_run("order-7"):
            if how == "sync":
                return [one.call(cents=500), one.call(cents=500)]
            return [await one.acall(cents=500), await one.acall(cents=500)]

    first, again = await life(), await life()
    assert [(each.content, each.is_error) for each in (*first, *again)] == [("charged 500", False)] * 4
    # Two equal calls are two, and four are not.
    assert [cents for cents, _ in charges] == [500, 500]
    assert len({key for _, key in charges}) == 2
    effects = await Ledger(store).effects("order-7")
    assert [(each.state, each.place.seq) for each in effects] == [("confirmed", 0), ("confirmed", 1)]


async def test_the_model_neither_sees_nor_gives_the_key(store, charge, charges):
    ready = FunctionTool.from_defaults(charge, name="ready")
    one, two = accounted(
        [charge, ready], store=store, policy=ToolPolicy(rules=(ToolRule(tools="*", effect="write"),))
    )
    for tool in (one, two):
        assert list(tool.metadata.get_parameters_dict()["properties"]) == ["cents"]
        with in_run("order-7"):
            await tool.acall(cents=5, key="forged")
    assert "key" not in one.metadata.description
    assert {len(key) for _, key in charges} == {32}


@pytest.mark.parametrize(("streaming", "of"), [(True, "sync"), (False, "async")])
async def test_an_agent_charges_twice_when_it_is_asked_to(store, charges, streaming, of):
    charge = charging(charges, of)
    tools = accounted([charge], store=store, policy=WRITES)
    agent = agent_of(tools, asks(500, 500), asks(500), "Done.", streaming=streaming)
    assert str(await started(agent)) == "Done."
    assert [cents for cents, _ in charges] == [500, 500, 500]
    # The same errand, begun anew from nothing, by models that give other ids.
    again = agent_of(accounted([charge], store=store, policy=WRITES), asks(500), asks(500, 500), "Done.")
    assert str(await started(again)) == "Done."
    assert len(charges) == 3


async def test_a_conversation_that_goes_on_counts_on(store, charge, charges):
    agent = agent_of(accounted([charge], store=store, policy=WRITES), asks(500), "Done.", asks(500), "Done.")
    context = Context(agent)
    for _ in range(2):
        await started(agent, ctx=context)
    assert [cents for cents, _ in charges] == [500, 500]


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_react_agent_is_no_different(store, charge, charges, streaming):
    def life() -> ReActAgent:
        said = (
            'Thought: I must.\nAction: charge\nAction Input: {"cents": 500}',
            "Thought: Done.\nAnswer: Done.",
        )
        tools = accounted([charge], store=store, policy=WRITES)
        return ReActAgent(tools=tools, llm=llm_of(*said), streaming=streaming)

    for _ in range(2):
        assert str(await started(life())) == "Done."
    assert [cents for cents, _ in charges] == [500]


async def test_agents_that_hand_over_are_one_run(store, charge, charges):
    handed = ToolCall(id="call_h", name="handoff", arguments={"to_agent": "clerk", "reason": "it charges"})
    handing = Answer(
        parts=(handed,), finish_reason="tool_calls", usage=Usage(input_tokens=9, output_tokens=9)
    )

    def life() -> AgentWorkflow:
        front = FunctionAgent(
            name="front", description="Talks.", llm=llm_of(handing), can_handoff_to=["clerk"]
        )
        tools = accounted([charge], store=store, policy=WRITES)
        clerk = FunctionAgent(
            name="clerk", description="Charges.", llm=llm_of(asks(500, 700), "Done."), tools=tools
        )
        return AgentWorkflow(agents=[front, clerk], root_agent="front")

    for _ in range(2):
        assert str(await started(life())) == "Done."
    assert sorted(cents for cents, _ in charges) == [500, 700]


async def test_an_event_asks_and_the_answer_goes_on(store, charge, charges):
    agent = agent_of(accounted([charge], store=store), asks(500), "Done.")
    handler = started(agent)
    asked = []
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            asked.append(event)
            for wrong in (
                {"decision": "approve", "by": "ann"},
                {"id": "no", "decision": "approve", "by": "ann"},
            ):
                handler.ctx.send_event(HumanResponseEvent(**wrong))
            assert charges == []
            handler.ctx.send_event(HumanResponseEvent(id=event.id, decision="approve", by="ann"))
    assert str(await handler) == "Done."
    [question] = asked
    assert (question.tool, question.arguments, question.does) == ("charge", {"cents": 500}, "irreversible")
    assert question.prefix == "May charge be run?"
    assert [cents for cents, _ in charges] == [500]


async def test_an_answer_that_cannot_be_taken_is_asked_again_with_what_is_wrong(store, charge, charges):
    handler = started(agent_of(accounted([charge], store=store), asks(500), "Done."))
    asked = await answered(
        handler, {"decision": "perhaps", "by": "ann"}, {"decision": "approve", "by": "ann"}
    )
    assert [each.get("problem") for each in asked] == [None, "'perhaps' is neither approve nor deny"]
    assert str(await handler) == "Done."
    assert len(charges) == 1


async def test_a_refusal_is_told_to_the_model(store, charge, charges):
    handler = started(agent_of(accounted([charge], store=store), asks(500), "Very well."))
    await answered(handler, {"decision": "deny", "by": "ann", "why": "too much"})
    [call] = (await handler).tool_calls
    assert call.tool_output.is_error
    assert call.tool_output.content == "charge was not run; refused by ann: too much"
    assert charges == []


async def test_what_nobody_knows_of_waits_for_a_person_and_is_never_done(store, charges):
    def charge(cents: int) -> str:
        """Charge a card."""
        charges.append((cents, ""))
        raise TimeoutError

    handler = started(agent_of(accounted([charge], store=store, policy=WRITES), asks(500), "Done."))
    asked = await answered(
        handler,
        {"decision": "confirmed", "by": "ann"},
        {"decision": "retry", "by": "ann", "evidence": "not in the bank's list"},
        {"decision": "failed", "by": "ann", "evidence": "not in the bank's list"},
    )
    # The second answer has it sent again, and what comes of that is another question.
    assert [(each.state, each.get("problem")) for each in asked] == [
        ("unknown", None),
        ("unknown", "say what you looked at"),
        ("unknown", None),
    ]
    assert len({each.id for each in asked}) == 3
    [call] = (await handler).tool_calls
    assert call.tool_output.is_error
    assert len(charges) == 2


async def test_where_nothing_waits_the_model_is_told_that_nobody_knows(store, charges):
    def charge(cents: int) -> str:
        """Charge a card."""
        charges.append((cents, ""))
        raise TimeoutError

    tools = accounted([charge], store=store, policy=WRITES, waits=False)
    agent = agent_of(tools, asks(500), asks(500), "I do not know.")
    output = await started(agent)
    said = [(call.tool_output.is_error, call.tool_output.content) for call in output.tool_calls]
    assert all(error and "nobody knows whether" in text for error, text in said)
    # What the model asks for again before it is known is the same charge.
    assert len(charges) == 1
    [effect] = await Ledger(store).effects("order-7")
    assert effect.state == "unknown"


async def test_without_a_workflow_the_call_is_refused_until_somebody_approves(store, charge, charges):
    [one] = accounted([charge], store=store)
    with in_run("order-7"):
        with pytest.raises(ApprovalNeeded):
            await one.acall(cents=500)
        requests = Requests(store=store)
        [waiting] = await requests.pending("order-7")
        await requests.approve(waiting.id, by="ann")
        assert (await one.acall(cents=500)).content == "charged 500"
        with pytest.raises(ApprovalNeeded):
            await one.acall(cents=900)
    assert [cents for cents, _ in charges] == [500]


async def test_an_approval_from_elsewhere_is_heeded_when_the_run_goes_on(store, charge, charges):
    handler = started(agent_of(accounted([charge], store=store), asks(500), "Done."))
    requests = Requests(store=store)
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            await requests.approve(event.id, by="ben")
            handler.ctx.send_event(HumanResponseEvent(id=event.id))
    assert str(await handler) == "Done."
    assert len(charges) == 1


async def test_wrong_arguments_are_the_models_to_mend_and_no_effect(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    with in_run("order-7"):
        with pytest.raises(ValidationError):
            await one.acall(cents="many")
        with pytest.raises(TypeError):
            await one.acall(cents=5, euros=7)
    assert await Ledger(store).effects("order-7") == ()
    assert charges == []


async def test_arguments_by_place_are_arguments_by_name(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    with in_run("order-7"):
        await one.acall(500)
    [effect] = await Ledger(store).effects("order-7")
    assert effect.arguments == {"cents": 500}


async def test_a_tool_that_takes_the_context_has_it(store):
    async def charge(ctx: Context, cents: int) -> str:
        """Charge a card."""
        await ctx.store.set("charged", cents)
        return "charged"

    agent = agent_of(accounted([charge], store=store, policy=WRITES), asks(500), "Done.")
    context = Context(agent)
    await started(agent, ctx=context)
    assert await context.store.get("charged") == 500
    [effect] = await Ledger(store).effects("order-7")
    assert effect.arguments == {"cents": 500}


async def test_a_state_without_room_for_the_counts_says_what_to_give_it(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)

    class Narrow(BaseModel):
        paid: bool = False

    class Wide(Narrow):
        interlock_calls: dict = Field(default_factory=dict)

    def errand_of(state: type[BaseModel]) -> Workflow:
        class Errand(Workflow):
            @step
            async def pay(self, ctx: Context[state], ev: StartEvent) -> StopEvent:
                return StopEvent(result=[(await one.acall(cents=500)).content for _ in range(2)])

        return Errand()

    for _ in range(2):
        with in_run("order-7"):
            assert await errand_of(Wide).run() == ["charged 500"] * 2
    assert len(charges) == 2
    with in_run("order-8"), pytest.raises(RequestError, match="interlock_calls: dict"):
        await errand_of(Narrow).run()
    assert len(charges) == 2


async def test_a_model_that_is_asked_to_call_at_once_calls_once(store, charge, charges):
    for _ in range(2):
        [one] = accounted([charge], store=store, policy=WRITES)
        llm = llm_of(asks(500), asks(700))
        with in_run("order-7"):
            said = [await asyncio.to_thread(llm.predict_and_call, [one], "Charge it.")]
            said.append(await llm.apredict_and_call([one], "Charge it."))
        assert [each.response for each in said] == ["charged 500", "charged 700"]
    assert [cents for cents, _ in charges] == [500, 700]


def test_a_key_is_known_by_its_annotation_though_it_is_text(store):
    def charge(cents: int, of: "Unknown", key: "Annotated[str, EffectKey]") -> str:  # noqa: F821 - as under `TYPE_CHECKING`
        """Charge a card."""
        return key

    assert keyed(charge) == ("key",)


async def test_what_the_tool_gave_the_program_comes_again(store, charges):
    def charge(cents: int) -> dict[str, Any]:
        """Charge a card."""
        charges.append((cents, ""))
        return {"receipt": 17, "cents": cents}

    for _ in range(2):
        [one] = accounted([charge], store=store, policy=WRITES)
        with in_run("order-7"):
            output = await one.acall(cents=500)
        assert output.raw_output == {"receipt": 17, "cents": 500}
    assert len(charges) == 1


async def test_a_tool_of_any_kind_is_taken(store, charges):
    class Charge(BaseTool):
        @property
        def metadata(self) -> ToolMetadata:
            return ToolMetadata(name="charge", description="Charge a card.")

        def __call__(self, input: Any) -> ToolOutput:  # noqa: A002 - core's name
            charges.append((int(input), ""))
            return ToolOutput(tool_name="charge", content="charged", raw_input={"input": input}, raw_output=1)

    for how in ("sync", "async"):
        [one] = accounted([Charge()], store=store, policy=WRITES)
        with in_run("order-7"):
            output = one.call("500") if how == "sync" else await one.acall("500")
        assert output.content == "charged"
    assert charges == [(500, "")]


async def test_a_tool_that_turns_its_exception_into_words_has_not_done_it(store):
    class Charge(BaseTool):
        @property
        def metadata(self) -> ToolMetadata:
            return ToolMetadata(name="charge", description="Charge a card.")

        def __call__(self, input: Any) -> ToolOutput:  # noqa: A002 - core's name
            return ToolOutput(tool_name="charge", content="502", raw_input={}, raw_output=None, is_error=True)

    [one] = accounted([Charge()], store=store, policy=WRITES)
    with in_run("order-7"), pytest.raises(EffectOpen):
        await one.acall("500")


async def test_a_hundred_calls_at_once_never_exceed_the_budget(store, charge, charges):
    declared = {"charge": Declared(effect="write", hold=Amounts(usd=0.10))}
    [one] = accounted([charge], store=store, declared=declared, budget={"usd": 3.0})
    with in_run("order-7"):
        ends = await asyncio.gather(*(one.acall(cents=10) for _ in range(100)), return_exceptions=True)
    assert sum(isinstance(end, ToolOutput) for end in ends) == len(charges) == 30
    assert sum(isinstance(end, OverBudget) for end in ends) == 70


@pytest.mark.parametrize("streaming", [True, False])
async def test_models_and_tools_draw_on_one_account(store, charge, charges, streaming):
    budget = {"calls": 4}
    router = scripted_router({"m": [asks(1), asks(2), asks(3), asks(4)]})

    def life(calls: int) -> FunctionAgent:
        limits = {"calls": calls}
        llm = Interlock(router=budgeted(router, store=store, budget=limits))
        tools = accounted([charge], store=store, policy=WRITES, budget=limits)
        return FunctionAgent(tools=tools, llm=llm, streaming=streaming)

    agent = life(4)
    context = Context(agent)
    with pytest.raises(OverBudget, match="4 calls is spent") as caught:
        await started(agent, ctx=context)
    assert caught.value.spent.calls == budget["calls"]
    assert (len(router.records), len(charges)) == (2, 2)
    assert {record.run for record in router.records} == {"order-7"}
    # Begun anew in another process, with nothing kept of it: what was spent stays spent.
    with pytest.raises(OverBudget):
        await started(life(4))
    assert (len(router.records), len(charges)) == (2, 2)


async def test_every_way_to_ask_a_budgeted_llm_is_counted_once(store):
    router = scripted_router({"m": ["one two"] * 8})
    llm = Interlock(router=budgeted(router, store=store, budget={"calls": 8, "tokens": 100_000}))
    ask = [ChatMessage(content="Count.")]
    with in_run("order-7"):
        llm.chat(ask)
        list(llm.stream_chat(ask))
        llm.complete("Count.")
        list(llm.stream_complete("Count."))
        await llm.achat(ask)
        assert [step async for step in await llm.astream_chat(ask)]
        await llm.acomplete("Count.")
        assert [step async for step in await llm.astream_complete("Count.")]
        with pytest.raises(OverBudget):
            llm.chat(ask)
    account = await store.read(lambda connection: report(connection, "order-7"))
    assert (account.spent.calls, account.held) == (8, Amounts())
    used = sum(
        (each.usage.input_tokens or 0) + (each.usage.output_tokens or 0)
        for record in router.records
        for each in record.attempts
    )
    assert account.spent.tokens == used


async def test_what_only_reads_runs_as_ever(store):
    def look(at: str) -> str:
        """Look at something."""
        return f"saw {at}"

    policy = ToolPolicy(rules=(ToolRule(tools="look", effect="read"),))
    [one] = accounted([look], store=store, policy=policy)
    assert (await one.acall(at="Lyon")).content == one.call(at="Lyon").content == "saw Lyon"


async def test_a_call_without_a_run_says_what_to_give(store, charge):
    [one] = accounted([charge], store=store, policy=WRITES)
    with pytest.raises(RequestError, match="in_run"):
        await one.acall(cents=5)


async def test_a_blocking_call_inside_a_step_says_what_to_do(store, charge, charges):
    [inner] = accounted([charge], store=store, policy=WRITES)

    async def pay(cents: int) -> str:
        """Pay."""
        return inner.call(cents=cents).content

    output = await started(agent_of([pay], asks(500, of="pay"), "No."))
    [call] = [each for each in output.tool_calls if isinstance(each, ToolCallResult)]
    assert call.tool_output.is_error
    assert "await the tool's `acall`" in call.tool_output.content
    assert charges == []


def test_what_is_declared_of_no_tool_is_named_with_the_nearest(charge):
    with pytest.raises(RequestError, match="did you mean charge"):
        accounted([charge], store="sqlite:///unused.db", declared={"charg": Repeat("key")})
    with pytest.raises(RequestError, match="two tools"):
        accounted([charge, charge], store="sqlite:///unused.db")
    [one] = accounted([charge], store="sqlite:///unused.db")
    with pytest.raises(RequestError, match="already"):
        accounted([one], store="sqlite:///unused.db")


def test_without_the_extra_the_error_names_it(monkeypatch, charge):
    monkeypatch.setitem(sys.modules, "interlock_agents", None)
    monkeypatch.setitem(sys.modules, "interlock_agents.accounting", None)
    with pytest.raises(ConfigError, match=r"llama-index-llms-interlock\[agents\]"):
        accounted([charge])
