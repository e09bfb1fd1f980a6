"""Runs of agents that go on from what was kept of them: nothing is done twice, and nothing is left out."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.workflow import (
    Context,
    HumanResponseEvent,
    InputRequiredEvent,
    JsonPickleSerializer,
    StartEvent,
    StopEvent,
    Workflow,
    step,
)
from workflows.events import WorkflowIdleEvent

import accounted_workflow
from accounted_workflow import says
from interlock import ToolPolicy, ToolRule
from interlock.testing import scripted_router
from interlock_agents import Store, in_run
from llama_index.llms.interlock import Interlock, accounted

pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
]
PROCESS = Path(accounted_workflow.__file__)
WRITES = ToolPolicy(rules=(ToolRule(tools="charge", effect="write"),))
SERIALIZER = JsonPickleSerializer()


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
    async def charge(cents: int) -> str:
        """Charge a card."""
        await asyncio.sleep(0)
        charges.append(cents)
        return f"charged {cents}"

    return charge


def life(store: Store, charge: Any, **how: Any) -> FunctionAgent:
    llm = Interlock(router=scripted_router({"m": [says] * 9}))
    return FunctionAgent(tools=accounted([charge], store=store, **how), llm=llm, streaming=False)


def begun(agent: Any) -> Any:
    with in_run("order-7"):
        return agent.run("Charge it twice.", memory=ChatMemoryBuffer.from_defaults())


def resumed(agent: Any, kept: str) -> Any:
    with in_run("order-7"):
        return agent.run(ctx=Context.from_dict(agent, json.loads(kept), serializer=SERIALIZER))


def kept_of(handler: Any) -> str | None:
    state = handler.ctx.to_dict(serializer=SERIALIZER)
    return json.dumps(state) if state["is_running"] else None


@pytest.mark.parametrize(
    ("fate", "way", "how"), [("in_the_tool", "key", "sync"), ("after_the_tool", "key", "async")]
)
def test_a_process_killed_between_an_effect_and_what_is_kept_of_the_run(tmp_path, fate, way, how):
    def run(fate: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(PROCESS), str(tmp_path), way, fate, how]
        return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)

    assert run(fate).returncode == -signal.SIGKILL
    survivor = run("live")
    assert survivor.returncode == 0, survivor.stderr
    assert survivor.stdout.strip() == "Done."
    assert len((tmp_path / "charges").read_text().split()) == 2


async def test_from_wherever_a_run_goes_on_it_charges_twice_and_no_more(store, charge, charges):
    handler, kept = begun(life(store, charge, policy=WRITES)), []
    async for _ in handler.stream_events(expose_internal=True):
        state = kept_of(handler)
        if state is not None and state not in kept:
            kept.append(state)
    await handler
    assert charges == [500, 500]
    assert len(kept) > 8
    ends = []
    for state in kept:
        try:
            ends.append(str(await resumed(life(store, charge, policy=WRITES), state)))
        except Exception as error:  # noqa: BLE001 - core cannot go on from amid a model's step
            ends.append(type(error).__name__)
        assert charges == [500, 500]
    assert set(ends) <= {"Done.", "RequestError"}
    assert ends.count("Done.") >= 3 * len(kept) // 4


async def test_a_run_that_waits_is_answered_in_another_process(store, charge, charges):
    handler, asked, kept = begun(life(store, charge)), [], None
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            asked.append(event.id)
            kept = kept_of(handler)
            if len(asked) == 2:
                await handler.cancel_run()
    assert charges == []
    again = resumed(life(store, charge), kept)
    async for event in again.stream_events(expose_internal=True):
        if isinstance(event, WorkflowIdleEvent):
            for id_ in asked:
                again.ctx.send_event(HumanResponseEvent(id=id_, decision="approve", by="ann"))
    assert str(await again) == "Done."
    assert charges == [500, 500]


async def test_an_answer_that_reaches_another_question_is_no_consent(store, charge, charges):
    """A workflow that goes on hands an answer to whoever waits, until it has begun its steps again."""
    handler, asked, kept = begun(life(store, charge)), [], None
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            asked.append(event.id)
            kept = kept_of(handler)
            if len(asked) == 2:
                await handler.cancel_run()
    again, once_more = resumed(life(store, charge), kept), []
    again.ctx.send_event(HumanResponseEvent(id=asked[0], decision="approve", by="ann"))
    async for event in again.stream_events():
        if isinstance(event, InputRequiredEvent):
            once_more.append(event.id)
            assert len(charges) < 2
            again.ctx.send_event(HumanResponseEvent(id=event.id, decision="approve", by="ann"))
    assert str(await again) == "Done."
    assert [each.startswith(asked[1]) for each in once_more] == [True]
    assert charges == [500, 500]


async def test_a_step_of_ones_own_that_is_repeated_meets_each_of_its_calls_again(store, charge, charges):
    [one] = accounted([charge], store=store, policy=WRITES)
    tries = []

    class Errand(Workflow):
        @step
        async def pay(self, ctx: Context, ev: StartEvent) -> StopEvent:
            said = [(await one.acall(cents=500)).content for _ in range(2)]
            said += [each.content for each in await asyncio.gather(*(one.acall(cents=700) for _ in range(2)))]
            tries.append(said)
            answer = await ctx.wait_for_event(HumanResponseEvent, waiter_event=InputRequiredEvent())
            return StopEvent(result=answer.word)

    with in_run("order-7"):
        handler = Errand().run()
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            handler.ctx.send_event(HumanResponseEvent(word="Done."))
    assert await handler == "Done."
    assert len(tries) == 2
    assert tries[0] == tries[1]
    assert sorted(charges) == [500, 500, 700, 700]
