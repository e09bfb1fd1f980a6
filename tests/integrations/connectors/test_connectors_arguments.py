"""What a framework hands over is what the connector gets, whatever its names and values."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.tools import BaseTool

from drawers import Drawer, Plugin
from interlock import Router, ToolOutcome, ToolSpec
from interlock.protocols import ToolRun
from interlock.testing import scripted_router
from interlock.types.tools import Repeat
from langchain_interlock import connector_tools
from llama_index.llms.interlock import ConnectorToolSpec

NAMES = ["self", "config", "run_manager", "callbacks", "args", "kwargs", "input", "ctx", "id_", "arguments"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUES, max_size=4)


class Keeper:
    """A tool that keeps what it is given."""

    api = 1
    spec = ToolSpec(name="keep", description="Keeps.", parameters={"type": "object"})
    effect = "write"
    repeat = Repeat("none")
    settles_within = 0.0
    given: Any = None

    async def run(self, run: ToolRun) -> ToolOutcome:
        self.given = run.call.arguments
        return ToolOutcome(outcome="done", content="kept")


@pytest.fixture(scope="module")
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture(scope="module")
def router(keeper: Keeper) -> Iterator[Router]:
    kind = Plugin(Drawer("drawer", keeper))
    with scripted_router(
        {"m": []}, plugins=[kind], connectors=[{"id": "drawer", "connector": "drawer"}]
    ) as made:
        yield made


@pytest.fixture(scope="module")
def langchain(router: Router) -> BaseTool:
    return connector_tools(router)[0]


@pytest.fixture(scope="module")
def llama(router: Router) -> Any:
    return ConnectorToolSpec(router).to_tool_list()[0]


def exactly(value: Any) -> Any:
    """The value with its types, which == does not tell apart: 1, 1.0 and true."""
    if isinstance(value, dict):
        return {name: exactly(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [exactly(each) for each in value]
    return type(value).__name__, value


several = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)


@several
@given(arguments=ARGUMENTS)
def test_langchain_hands_over_what_the_model_said(keeper, langchain, arguments):
    for call in (
        lambda: langchain.invoke({"type": "tool_call", "name": "keep", "args": arguments, "id": "c"}),
        lambda: langchain.invoke(arguments),
        lambda: asyncio.run(langchain.ainvoke(arguments)),
    ):
        keeper.given = None
        call()
        assert exactly(dict(keeper.given)) == exactly(arguments)


@several
@given(arguments=ARGUMENTS)
def test_llamaindex_hands_over_what_the_model_said(keeper, llama, arguments):
    for call in (lambda: llama.call(**arguments), lambda: asyncio.run(llama.acall(**arguments))):
        keeper.given = None
        assert not call().is_error
        assert exactly(dict(keeper.given)) == exactly(arguments)
