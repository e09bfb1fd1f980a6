"""One run of a connector's tool for a client."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from mcp import MCPError
from mcp.types import CallToolResult
from mcp_types import INVALID_PARAMS

from interlock import InterlockError, RequestError, ToolCall, UnknownTool
from interlock_mcp.serving.cancelling import cancelled_once
from interlock_mcp.serving.checking import objection
from interlock_mcp.serving.offer import Offer
from interlock_mcp.serving.runs import NotRun, Runs, key_of
from interlock_mcp.serving.told import KEY, told_outcome, told_refusal

_NOTHING = (
    "Nothing has happened. Tell your user what you wanted to do; do not agree in their place, and look for "
    "no other way to do it."
)


async def run_tool(
    offer: Offer, runs: Runs, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any]
) -> CallToolResult:
    """What came of it. Nothing that a client says is a person's consent.

    Raises MCPError for a tool that there is not.
    """
    try:
        asked = await offer.asked(name)
    except UnknownTool as error:
        raise MCPError(code=INVALID_PARAMS, message=f"Unknown tool: {error}.") from None
    if (why := await objection(asked.spec.parameters, arguments)) is not None:
        return told_refusal(why, reason="not_sent")
    call = ToolCall(id=f"mcp-{uuid4().hex}", name=asked.name, arguments=dict(arguments))
    try:
        tool, call = await offer.meant(asked, call)
        key = key_of(meta[KEY]) if KEY in meta else None
        ran = await cancelled_once(runs.run(offer.toolbox, tool, call, key))
    except (UnknownTool, RequestError) as error:
        return told_refusal(str(error), reason="not_sent")
    except InterlockError as error:
        return told_refusal(str(error), reason="not_allowed")
    if isinstance(ran, NotRun):
        return told_refusal(f"{ran.words} {_NOTHING}", reason=ran.reason, **ran.facts)
    return told_outcome(ran.outcome, call, key=ran.key, repeatable=ran.repeatable)
