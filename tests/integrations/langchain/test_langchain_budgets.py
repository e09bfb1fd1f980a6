"""Budgets of an agent's model and tools: held before, settled afterwards, across resumptions."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from interlock import Answer, RequestError, ToolCall, ToolPolicy, ToolRule, Unavailable, Usage
from interlock.testing import scripted_router
from interlock_agents import Amounts, OverBudget, Store, budgeted, in_run
from interlock_agents.budgets.accounts import report
from langchain_interlock import BudgetMiddleware, ChatInterlock, accounted

THREAD = {"configurable": {"thread_id": "order-7"}}
WRITES = ToolPolicy(rules=(ToolRule(tools="charge", effect="write"),))
PRICED = {"m": {"price": {"input": 10.0, "output": 100.0}}}


@pytest.fixture
async def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    yield store
    await store.aclose()


@pytest.fixture
def charges() -> list[int]:
    return []


@pytest.fixture
def charge(charges):
    @tool
    def charge(cents: int) -> str:
        """Charge a card."""
        charges.append(cents)
        return f"charged {cents}"

    return charge


def asks(number: int) -> Answer:
    call = ToolCall(id=f"call_{number}", name="charge", arguments={"cents": number})
    return Answer(parts=(call,), finish_reason="tool_calls", usage=Usage(input_tokens=9, output_tokens=9))


async def spent(store: Store, run: str = "order-7") -> Any:
    return await store.read(lambda connection: report(connection, run))


async def ran(agent: Any, how: str, given: Any, config: dict[str, Any] = THREAD) -> Any:
    if how == "sync":
        return await asyncio.to_thread(agent.invoke, given, config)
    if how == "async":
        return await agent.ainvoke(given, config)
    return [step async for step in agent.astream(given, config, stream_mode="messages")]


@pytest.mark.parametrize("how", ["sync", "async", "streamed"])
async def test_models_and_tools_draw_on_one_account(store, charge, charges, how):
    model = ChatInterlock(router=scripted_router({"m": [asks(1), "Done."]}, deployments=PRICED))
    budget = {"calls": 50, "usd": 5.0}
    agent = create_agent(
        model,
        tools=accounted([charge], store=store, policy=WRITES, budget=budget),
        middleware=[BudgetMiddleware(store=store, budget=budget)],
    )
    await ran(agent, how, {"messages": [HumanMessage("Charge one cent.")]})
    account = await spent(store)
    assert charges == [1]
    assert (account.spent.calls, account.held) == (3, Amounts())
    records = model.router.records
    assert {record.run for record in records} == {"order-7"}
    assert account.spent.usd == pytest.approx(sum(record.cost or 0 for record in records), abs=1e-5)


@pytest.mark.parametrize("how", ["sync", "async", "streamed"])
async def test_the_call_that_is_one_too_many_is_not_made_and_says_what_was_spent(store, charge, charges, how):
    router = scripted_router({"m": [asks(number) for number in range(9)]})
    budget = {"calls": 5}

    def agent(calls: int) -> Any:
        limits = {"calls": calls}
        return create_agent(
            ChatInterlock(router=router),
            tools=accounted([charge], store=store, policy=WRITES, budget=limits),
            middleware=[BudgetMiddleware(store=store, budget=limits)],
            checkpointer=saver,
        )

    saver = InMemorySaver()
    with pytest.raises(OverBudget, match="5 calls is spent") as caught:
        await ran(agent(5), how, {"messages": [HumanMessage("Charge.")]})
    assert (caught.value.limit, caught.value.spent.calls) == ("calls", budget["calls"])
    assert (len(charges), len(router.records)) == (2, 3)
    # Another process goes on: what was spent stays spent.
    with pytest.raises(OverBudget):
        await ran(agent(5), how, None)
    assert (len(charges), len(router.records)) == (2, 3)
    with pytest.raises(OverBudget, match="7 calls is spent"):
        await ran(agent(7), how, None)
    assert (len(charges), len(router.records)) == (3, 4)


async def test_money_is_reserved_before_the_call_and_settled_from_its_record(store):
    router = scripted_router({"m": ["A short answer."] * 9}, deployments=PRICED)
    middleware = BudgetMiddleware(store=store, budget={"usd": 0.5}, max_tokens=4000)
    agent = create_agent(ChatInterlock(router=router), tools=[], middleware=[middleware])
    # 4,000 tokens at $100 a million are held: four at once are too many for half a dollar, after each other
    # they are not.
    for _ in range(3):
        await agent.ainvoke({"messages": [HumanMessage("Hello.")]}, THREAD)
    account = await spent(store)
    assert account.held == Amounts()
    assert account.spent.usd < 0.01
    asked = [agent.ainvoke({"messages": [HumanMessage("Hello.")]}, THREAD) for _ in range(4)]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(end, OverBudget) for end in ends) == 4 - sum(isinstance(end, dict) for end in ends)
    assert any(isinstance(end, dict) for end in ends)
    assert (await spent(store)).held == Amounts()


async def test_what_failed_attempts_have_cost_is_spent(store):
    router = scripted_router({"m": [Unavailable("gone", status=503)]})
    agent = create_agent(
        ChatInterlock(router=router),
        tools=[],
        middleware=[BudgetMiddleware(store=store, budget={"calls": 2})],
    )
    with pytest.raises(Unavailable):
        await agent.ainvoke({"messages": [HumanMessage("Hello.")]}, THREAD)
    account = await spent(store)
    assert (account.spent.calls, account.held.calls) == (1, 0)


@pytest.mark.parametrize("how", ["sync", "async"])
async def test_another_vendors_chat_model_is_counted_by_what_it_says(store, how):
    said = AIMessage("Hello.", usage_metadata={"input_tokens": 3, "output_tokens": 4, "total_tokens": 7})
    model = GenericFakeChatModel(messages=iter([said, said, said]))
    hold = Amounts(usd=0.01, tokens=100, calls=1)
    middleware = BudgetMiddleware(store=store, budget={"tokens": 110}, hold=hold)
    agent = create_agent(model, tools=[], middleware=[middleware])
    for _ in range(2):
        await ran(agent, how, {"messages": [HumanMessage("Hello.")]})
    account = await spent(store)
    assert (account.spent.tokens, account.spent.usd, account.spent.calls) == (14, 0.02, 2)
    with pytest.raises(OverBudget, match="14 tokens"):
        await ran(agent, how, {"messages": [HumanMessage("Hello.")]})


async def test_a_model_in_a_loop_of_ones_own_has_the_same_budget(store):
    router = budgeted(scripted_router({"m": ["one", "two"]}), store=store, budget={"calls": 2})
    model = ChatInterlock(router=router)
    with in_run("order-7"):
        assert model.invoke("Count.").text == "one"
        assert "".join([chunk.text async for chunk in model.astream("Count.")]) == "two"
        with pytest.raises(OverBudget):
            await model.ainvoke("Count.")


async def test_without_a_run_the_call_says_what_to_give(store):
    agent = create_agent(
        ChatInterlock(router=scripted_router({"m": ["Hello."]})),
        tools=[],
        middleware=[BudgetMiddleware(store=store, budget={"calls": 2})],
    )
    with pytest.raises(RequestError, match="in_run"):
        await agent.ainvoke({"messages": [HumanMessage("Hello.")]})
