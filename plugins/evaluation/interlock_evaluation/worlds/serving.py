"""A world as an MCP server."""

import json
import os
from importlib.metadata import version
from typing import Any, Literal

import mcp.types
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import INTERNAL_ERROR

from interlock_evaluation.worlds.calling import Answer, Faults, call
from interlock_evaluation.worlds.state import Folder
from interlock_evaluation.worlds.world import Tool

Losing = Literal["error", "exit"]
_GONE = 70
Context = ServerRequestContext[Any, Any]


def server(folder: Folder, *, faults: Faults, losing: Losing = "error") -> Server[Any]:
    """A server of the SDK's that has the tools of the folder's world.

    A lost answer is an error of the protocol that says nothing of what was done; with `losing="exit"` the
    process ends in its place. A client knows in both cases that the write may have happened, and no more.
    """
    world = folder.world
    listed = [_described(each) for each in world.tools.values()]

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=listed)

    async def call_tool(_: Context, params: CallToolRequestParams) -> CallToolResult:
        answer = call(folder, params.name, params.arguments or {}, faults)
        if not answer.lost:
            return _told(answer)
        if losing == "exit":
            os._exit(_GONE)
        raise MCPError(code=INTERNAL_ERROR, message="Internal error: the upstream did not answer in time")

    return Server(
        world.name,
        version=version("interlock-evaluation"),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: Tool) -> mcp.types.Tool:
    return mcp.types.Tool(
        name=tool.name,
        description=tool.about,
        input_schema=tool.schema,
        annotations=ToolAnnotations(
            read_only_hint=tool.reads,
            destructive_hint=tool.destroys,
            idempotent_hint=tool.again,
            open_world_hint=False,
        ),
    )


def _told(answer: Answer) -> CallToolResult:
    """A value is JSON as text, and the same as data: what is no object as the `result` of one."""
    if answer.refusal:
        words = TextContent(type="text", text=answer.refusal)
        data = {"error": answer.reason, "message": answer.refusal}
        return CallToolResult(content=[words], structured_content=data, is_error=True)
    value = answer.value
    text = TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    data = value if isinstance(value, dict) else {"result": value}
    return CallToolResult(content=[text], structured_content=data)
