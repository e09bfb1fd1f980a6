"""What the command line says of a request."""

import json
from typing import Any

from interlock_agents.approvals import Approval
from interlock_agents.approvals.seeing import cut, moment, seen, spread

_WIDTH = 60  # characters of arguments in a list
_MOST = 4_000  # of one text of a request that is shown whole


def row(approval: Approval) -> list[str]:
    """The request in a line of a table."""
    asked = approval.request
    begin, more = cut(json.dumps(asked.call.arguments, ensure_ascii=False), _WIDTH)
    return [
        *(approval.id, seen(asked.tool), asked.effect, f"{begin}…" if more else begin),
        *(seen(asked.run), seen(asked.step), moment(approval.times_out)),
    ]


def whole(approval: Approval) -> str:
    """The request for somebody who is to agree to it; what is cut says how much is left out."""
    asked = approval.request
    parts = [
        f"{approval.id}  {seen(asked.tool)}  ({asked.effect})",
        f"run {seen(asked.run)}, step {seen(asked.step)}, asked at {moment(approval.asked_at)}",
    ]
    if asked.preview is not None:
        parts += ["", "What it would do:", _cut(asked.preview.text)]
        if asked.preview.changes:
            parts += [_cut(spread(asked.preview.changes))]
    return "\n".join([*parts, "", "Arguments:", _cut(spread(asked.call.arguments))])


def outcome(approval: Approval, by: str) -> str:
    """What became of it by that person's answer, in a sentence."""
    if approval.denied:
        return f"Denied by {by}."
    if approval.grant is None:
        return f"{by} agreed; another person has to agree as well."
    return f"Approved by {by}: it may happen once, until {moment(approval.grant.expires)}."


def plain(approval: Approval) -> dict[str, Any]:
    """The request as JSON. Times are seconds since the epoch."""
    asked = approval.request
    return {
        "id": approval.id,
        "state": approval.state,
        "tool": asked.tool,
        "does": asked.effect,
        "arguments": asked.call.arguments,
        "preview": None if asked.preview is None else asked.preview.text,
        "changes": None if asked.preview is None else asked.preview.changes,
        "run": asked.run,
        "step": asked.step,
        "effect": approval.effect,
        "asked_at": approval.asked_at,
        "times_out": approval.times_out,
        "needed": approval.needed,
        "agreed": list(approval.agreed),
        "why": approval.why,
        "expires": None if approval.grant is None else approval.grant.expires,
    }


def _cut(text: str) -> str:
    begin, more = cut(text, _MOST, lines=True)
    return f"{begin}\n[Cut here: {more:,} more characters; --json prints them all.]" if more else begin
