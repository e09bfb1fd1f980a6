"""Tools of a router's connectors as LangChain's."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.tools import BaseTool

from interlock import Constraints, RequestError, Router
from langchain_interlock.connector_told import told_of
from langchain_interlock.connector_tool import ConnectorTool


def connector_tools(
    router: Router,
    *connectors: str,
    tools: Sequence[str] = (),
    constraints: Constraints | Mapping[str, Any] | None = None,
) -> list[BaseTool]:
    """The tools of a router's connectors, for `create_agent`, `ToolNode`, `bind_tools` or your own loop.

    Each call is one run of the router's toolbox: constraints, the rules of `tools` and the log hold. Given a
    tool call, a tool answers with a ToolMessage whose artifact says what came of it, errors included; called
    with arguments alone, it raises what went wrong. Its connectors are closed with the router.

    Args:
        router: whose connectors; `ChatInterlock(…).router` is one.
        connectors: ids; without any, all that may be used.
        tools: names or patterns, `list_*` or `github/*_issue`; without any, all that are listed.
        constraints: tighter than the router's.

    Raises:
        RequestError: a connector is not there or cannot be used, a name fits no tool, or constraints cannot
            be meant.
    """
    toolbox = _toolbox(router, constraints, tools)
    found = toolbox.select_sync(connectors, tools)
    return [ConnectorTool.of(toolbox, each, told_of(router)) for each in found]


async def aconnector_tools(
    router: Router,
    *connectors: str,
    tools: Sequence[str] = (),
    constraints: Constraints | Mapping[str, Any] | None = None,
) -> list[BaseTool]:
    """`connector_tools` for code with an event loop.

    Raises:
        RequestError: as there.
    """
    toolbox = _toolbox(router, constraints, tools)
    found = await toolbox.select(connectors, tools)
    return [ConnectorTool.of(toolbox, each, told_of(router)) for each in found]


def _toolbox(router: object, constraints: Any, tools: object) -> Any:
    if not isinstance(router, Router):
        raise RequestError(f"expected a Router, not {type(router).__name__}", key="router")
    if isinstance(tools, str):
        raise RequestError("expected a list of names, not one text", key="tools")
    return router.toolbox(constraints=constraints)
