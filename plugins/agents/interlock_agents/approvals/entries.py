"""What a log is told of approvals: ids and digests, and the person in what a log seals."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from interlock import LogEntry
from interlock_agents.approvals.approval import Approval


def entry(
    kind: str, approval: Approval, *, by: str = "", facts: Mapping[str, Any] | None = None, once: str = ""
) -> LogEntry:
    """An entry of `agents.` and that kind. `by` is whoever did it, and is left out of the facts. What is told
    `once` has the same id each time.
    """
    asked = approval.request
    told = {
        "approval": approval.id,
        "effect": approval.effect,
        "tool": asked.tool,
        "does": asked.effect,
        "tool_digest": asked.tool_digest,
        "arguments_digest": asked.arguments_digest,
        "preview_digest": asked.preview_digest,
        "policy": asked.policy,
    }
    new = LogEntry(
        kind=f"agents.{kind}",
        run=asked.run or None,
        step=asked.step or None,
        facts={**told, **(facts or {})},
        subject=by or None,
        personal={"by": by} if by else {},
    )
    return replace(new, id=sha256(once.encode()).hexdigest()[:32]) if once else new
