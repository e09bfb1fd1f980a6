"""Whether a run may begin: what is put before a person, and what lets it through."""

import time
from typing import TYPE_CHECKING

from interlock.errors import ApprovalNeeded
from interlock.tools.classifying import classified
from interlock.tools.digests import digest
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.messages import ToolCall
from interlock.types.tool_policies import ToolPolicy
from interlock.types.tools import Preview

if TYPE_CHECKING:
    from interlock.protocols import GrantBook, Tool


def asking(
    tool: "Tool",
    call: ToolCall,
    policy: ToolPolicy,
    *,
    connector: str,
    version: str,
    preview: Preview | None = None,
    run: str = "",
    step: str = "",
) -> ApprovalRequest:
    """The run as it would be put before a person. What may be run afterwards is its `call`, a copy.

    `preview` is what the tool says now that it would do, where it can say so.

    Raises:
        RequestError: the arguments are no JSON.
    """
    effect = classified(tool, policy, connector=connector).effect
    return ApprovalRequest(
        call=call,
        effect=effect,
        required=policy.requires(effect),
        tool_digest=digest(tool, connector=connector, version=version),
        preview=preview,
        run=run,
        step=step,
        policy=policy.version,
    )


def objection(asked: ApprovalRequest, grant: Grant | None, *, now: float) -> str | None:
    """Why the run may not begin, in a sentence; None when it may, once its grant is consumed.

    A grant that does not fit is an objection even where none is required: somebody took the run for another.
    `now` is in seconds since the epoch.
    """
    if grant is not None:
        return grant.why_not(asked, now=now)
    return f"it is {asked.effect}, and nobody has approved it" if asked.required else None


async def admit(
    asked: ApprovalRequest, grant: Grant | None, book: "GrantBook", *, now: float | None = None
) -> None:
    """Return when the run may begin, its grant used up: the moment before it does.

    `now` is seconds since the epoch; None takes the clock's.

    Raises:
        ApprovalNeeded: a person has to agree first.
    """
    why = objection(asked, grant, now=time.time() if now is None else now)
    if why is None and grant is not None and not await book.consume(grant):
        why = "the grant has been used before, or has expired"
    if why is not None:
        raise ApprovalNeeded(f"{asked.tool} was not run: {why}", request=asked)
