"""LangChain's own tests for tools, on a connector's."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from interlock.testing import scripted_router
from langchain_interlock import connector_tools


@pytest.fixture(autouse=True)
def _made(request: pytest.FixtureRequest, notes: dict[str, Any]) -> Iterator[None]:
    with scripted_router({"m": []}, connectors=[notes]) as router:
        [request.cls.made] = connector_tools(router, tools=["add_note"])
        yield


class OnATool:
    made: BaseTool

    @property
    def tool_constructor(self) -> BaseTool:
        return self.made

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"text": "call"}


class TestUnits(OnATool, ToolsUnitTests):
    pass


class TestIntegration(OnATool, ToolsIntegrationTests):
    pass
