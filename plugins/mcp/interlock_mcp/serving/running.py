"""One run of a connector's tool for a client."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from mcp import MCPError
from mcp.types import CallToolResult
from mcp_types import INVALID_PARAMS

from interlock import ApprovalNeeded, InterlockError, RequestError, ToolCall, UnknownTool
from interlock_mcp.serving.cancelling import cancelled_once
from interlock_mcp.serving.checking import objection
from interlock_mcp.serving.offer import Offer, check_key
from interlock_mcp.serving.told import KEY, told_consent, told_outcome, told_refusal

SOURCE = {"interface": "mcp"}
"""Of the metadata of whatever is done for a client."""
_WAY = (
    "On the machine of this server they run it with `interlock tools call {tool} …`, which shows it and asks."
)


async def run_tool(
    offer: Offer, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any]
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
        key = check_key(meta[KEY], tool, offer.toolbox) if KEY in meta else uuid4().hex
        work = offer.toolbox.run(call, key=key, metadata=SOURCE)
        outcome = await cancelled_once(work)
    except ApprovalNeeded as needed:
        return told_consent(needed, _WAY.format(tool=tool.name))
    except (UnknownTool, RequestError) as error:
        return told_refusal(str(error), reason="not_sent")
    except InterlockError as error:
        return told_refusal(str(error), reason="not_allowed")
    again = offer.toolbox.effect_of(tool).repeat.way in ("key", "natural")
    return told_outcome(outcome, call, key=key, repeatable=again)
