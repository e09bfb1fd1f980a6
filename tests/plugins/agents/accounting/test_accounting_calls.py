"""Tools of somebody's framework, as their calls are performed: once, with answers and artifacts kept."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Repeat, RequestError, ToolCall, ToolPolicy, ToolRule, ToolSpec
from interlock_agents import Amounts, Declared, Ledger, OverBudget, Place, Requests, Store, in_run
from interlock_agents.accounting import (
    Accounts,
    ForeignTool,
    Made,
    Unanswered,
    declarations,
    node_of,
    run_blocking,
    run_here,
)
from interlock_agents.ledger import Effect

WRITES = ToolPolicy(rules=(ToolRule(tools="*", effect="write"),))
SPEC = ToolSpec(name="charge", description="Charge a card.", parameters={"type": "object"})
PLACE = Place(run="order-7", node="call_1")

Act = Callable[[str], Any]


def tool_of(act: Act, **declared: Any) -> ForeignTool:
    return ForeignTool.of(SPEC, Declared(**declared), act)


def call_of(**arguments: Any) -> ToolCall:
    return ToolCall(id="call_1", name="charge", arguments=arguments)


async def done(accounts: Accounts, act: Act, place: Place = PLACE, **arguments: Any) -> Any:
    return await accounts.perform(place, call_of(**arguments), tool_of(act), hold=Amounts())


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, policy=WRITES)


@pytest.fixture
def lite(tmp_path: Path) -> Accounts:
    """On SQLite alone, for what does not depend on the database."""
    return Accounts(f"sqlite:///{tmp_path}/agents.db", policy=WRITES, lease=1.0)


@pytest.mark.parametrize(
    ("artifact", "kept"),
    [
        ({"rows": [1, None, "é"]}, {"rows": [1, None, "é"]}),
        ([], []),
        (0, 0),
        ("text", "text"),
        ((1, 2), None),
        ({1: "x"}, None),
        (object(), None),
        (float("nan"), None),
        ("x" * 100_001, None),
        (2**70, 2**70),
    ],
)
async def test_an_artifact_is_there_again_where_json_has_it_and_left_out_elsewhere(
    lite: Accounts, artifact: Any, kept: Any
) -> None:
    async def act(_: str) -> Made:
        return Made(content="charged", artifact=artifact)

    first = await done(lite, act)
    again = await done(lite, act)
    assert first.state == again.state == "confirmed"
    assert again.content == "charged"
    assert (again.receipt or {}).get("artifact") == kept
    await lite.aclose()


async def test_two_calls_of_one_id_at_once_are_one_effect(accounts: Accounts) -> None:
    acted = []

    async def act(key: str) -> Made:
        acted.append(key)
        await asyncio.sleep(0.1)
        return Made(content="charged")

    # The second need not wait for the first one's lease, but for its end.
    async with asyncio.timeout(20):
        first, second = await asyncio.gather(done(accounts, act), done(accounts, act))
    assert first.content == second.content == "charged"
    assert len(acted) == 1


async def test_a_call_that_was_cancelled_is_not_made_again_on_a_guess(lite: Accounts) -> None:
    acted = []
    begun = asyncio.Event()

    async def act(key: str) -> Made:
        acted.append(key)
        begun.set()
        await asyncio.sleep(60)
        return Made(content="charged")

    task = asyncio.create_task(done(lite, act))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    ended = await done(lite, act)
    assert isinstance(ended, Unanswered)
    assert (ended.about["kind"], ended.about["state"]) == ("effect", "unknown")
    assert len(acted) == 1
    await lite.aclose()


async def test_a_call_that_was_cancelled_is_sent_again_where_the_service_heeds_keys(lite: Accounts) -> None:
    acted = []
    begun = asyncio.Event()

    async def act(key: str) -> Made:
        acted.append(key)
        if len(acted) == 1:
            begun.set()
            await asyncio.sleep(60)
        return Made(content="charged")

    tool = tool_of(act, repeat=Repeat("key"))
    task = asyncio.create_task(lite.perform(PLACE, call_of(), tool, hold=Amounts()))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    ended = await lite.perform(PLACE, call_of(), tool, hold=Amounts())
    assert isinstance(ended, Effect)
    assert ended.state == "confirmed"
    assert len(acted) == 2
    assert len(set(acted)) == 1
    await lite.aclose()


def test_one_set_of_tools_serves_any_number_of_loops_and_threads(tmp_path: Path) -> None:
    accounts = Accounts(f"sqlite:///{tmp_path}/agents.db", policy=WRITES)
    acted = []

    async def act(key: str) -> Made:
        acted.append(key)
        return Made(content=run_here(None))

    def once() -> Any:
        return run_blocking(done(accounts, act))

    async def inside() -> Any:
        return once(), await asyncio.to_thread(once), await done(accounts, act)

    with in_run("order-7"):
        ends = [once(), *asyncio.run(inside())]
    assert [each.content for each in ends] == ["order-7"] * 4
    assert len(acted) == 1
    asyncio.run(accounts.aclose())


async def test_a_call_at_a_place_that_had_other_arguments_is_refused_before_anything_is_done(
    lite: Accounts,
) -> None:
    acted = []

    async def act(key: str) -> Made:
        acted.append(key)
        return Made(content="charged")

    await done(lite, act, cents=500)
    with pytest.raises(Exception, match="asked for charge before"):
        await done(lite, act, cents=900)
    assert len(acted) == 1
    await lite.aclose()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database for all examples of this file, each of which has a run of its own."""
    return f"sqlite:///{tmp_path_factory.mktemp('accounting')}/agents.db"


@settings(max_examples=40)
@given(several=st.lists(st.dictionaries(st.text(st.characters(), max_size=9), JSON, max_size=3), max_size=4))
def test_whatever_the_arguments_are_they_are_kept_as_they_are_or_refused(
    place: str, several: list[Any]
) -> None:
    run = uuid4().hex

    async def life() -> None:
        accounts = Accounts(place, policy=WRITES)
        acted: list[Any] = []

        async def act(_: str) -> Made:
            acted.append(None)
            return Made(content="charged")

        for number, arguments in enumerate(several):
            before = len(acted)
            try:
                at = Place(run=run, node=node_of("charge", arguments), seq=number)
                call = ToolCall(id="", name="charge", arguments=arguments)
                effect = await accounts.perform(at, call, tool_of(act), hold=Amounts())
            except RequestError:
                assert len(acted) == before
                continue
            assert isinstance(effect, Effect)
            assert len(acted) == before + 1
            [kept] = [each for each in await Ledger(accounts.store).effects(run) if each.place == at]
            assert json.dumps(kept.arguments, sort_keys=True) == json.dumps(arguments, sort_keys=True)
        await accounts.aclose()

    asyncio.run(life())


@given(st.text(st.characters()))
def test_a_node_is_named_after_its_tool_whatever_that_is_called(name: str) -> None:
    try:
        node = node_of(name, {"cents": 1})
        place = Place(run="order-7", node=node)
    except RequestError:
        return
    assert Place.of(place.id) == place


ANSWERS = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.dictionaries(st.sampled_from(["id", "decision", "by", "why", "evidence"]), JSON, max_size=5),
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["the id", "another"]),
            "decision": JSON | st.sampled_from(["deny", "perhaps"]),
        }
    ),
)


@settings(max_examples=60)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4))
def test_no_answer_but_an_approval_of_that_request_is_consent(place: str, answers: list[Any]) -> None:
    at = Place(run=uuid4().hex, node="call_1")

    async def life() -> None:
        accounts = Accounts(place)
        acted: list[Any] = []

        async def act(_: str) -> Made:
            acted.append(None)
            return Made(content="charged")

        waiting = await done(accounts, act, at)
        assert isinstance(waiting, Unanswered)
        for said in answers:
            if isinstance(said, dict) and said.get("id") == "the id":
                said["id"] = waiting.id
            assert isinstance(await accounts.answer(waiting, said), str)
        await done(accounts, act, at)
        assert acted == []
        await accounts.aclose()

    asyncio.run(life())


async def test_an_approval_that_others_gave_is_heeded(accounts: Accounts, store: Store) -> None:
    asking = Accounts(store)

    async def act(_: str) -> Made:
        return Made(content="charged")

    waiting = await done(asking, act)
    await Requests(store=store).approve(waiting.id, by="ann")
    assert (await done(asking, act)).state == "confirmed"


async def test_what_is_held_for_tools_never_exceeds_the_budget(store: Store) -> None:
    accounts = Accounts(store, policy=WRITES, budget={"usd": 1.0, "calls": 7})

    async def act(_: str) -> Made:
        return Made(content="charged")

    async def one(number: int) -> Any:
        place = Place(run="order-7", node=f"call_{number}")
        return await accounts.perform(place, call_of(), tool_of(act), hold=Amounts(usd=0.2))

    ends = await asyncio.gather(*(one(number) for number in range(20)), return_exceptions=True)
    assert sum(isinstance(end, Effect) for end in ends) == 5
    [error, *_] = [end for end in ends if isinstance(end, OverBudget)]
    assert error.limit == "usd"
    assert error.spent is not None


@pytest.mark.parametrize(
    ("budget", "named"), [({"euros": 1}, "budget.euros"), ({"usd": -1}, "usd"), ({"calls": "many"}, "calls")]
)
def test_a_limit_that_cannot_be_is_named(tmp_path: Path, budget: Any, named: str) -> None:
    with pytest.raises(RequestError, match=named):
        Accounts(f"sqlite:///{tmp_path}/agents.db", budget=budget)


def test_what_is_declared_wrongly_is_named() -> None:
    with pytest.raises(RequestError, match="did you mean charge"):
        declarations(["charge"], {"chrge": Repeat("key")})
    with pytest.raises(RequestError, match=r"declared\.charge"):
        declarations(["charge"], {"charge": "key"})  # type: ignore[dict-item]  # as a careless caller would
    with pytest.raises(RequestError, match="none of"):
        Declared(effect="harmless")  # type: ignore[arg-type]  # likewise


@pytest.mark.parametrize("name", ["", "a\0b", 7, None])
def test_a_run_needs_a_name(name: Any) -> None:
    with pytest.raises(RequestError, match="run"), in_run(name):
        raise AssertionError("not reached")
