"""From a request to its row, and back."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from interlock import StoreError
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.canonical import digest_of
from interlock.types.messages import ToolCall
from interlock.types.tools import Preview
from interlock_agents.approvals.approval import Approval
from interlock_agents.approvals.clock import Moment


def binding_of(asked: ApprovalRequest, effect: str) -> str:
    """A digest of all that a grant is bound to: equal for equal requests, and for no others."""
    return digest_of(
        "approval",
        {
            "effect": effect,
            "run": asked.run,
            "step": asked.step,
            "tool": asked.tool,
            "tool_digest": asked.tool_digest,
            "arguments": asked.arguments_digest,
            "preview": asked.preview_digest,
            "does": asked.effect,
            "policy": asked.policy,
        },
    )


def body_of(asked: ApprovalRequest) -> str:
    """The request as JSON in ASCII, which every database keeps as it is."""
    preview = asked.preview
    return json.dumps(
        {
            "call": {"id": asked.call.id, "name": asked.call.name, "arguments": asked.call.arguments},
            "does": asked.effect,
            "required": asked.required,
            "tool_digest": asked.tool_digest,
            "preview": None if preview is None else {"text": preview.text, "changes": preview.changes},
            "run": asked.run,
            "step": asked.step,
            "policy": asked.policy,
        },
        separators=(",", ":"),
    )


def request_in(body: str) -> ApprovalRequest:
    """Raises StoreError for what is no such JSON."""
    try:
        found: Mapping[str, Any] = json.loads(body)
        preview = found["preview"]
        return ApprovalRequest(
            call=ToolCall(**found["call"]),
            effect=found["does"],
            required=found["required"],
            tool_digest=found["tool_digest"],
            preview=None if preview is None else Preview(**preview),
            run=found["run"],
            step=found["step"],
            policy=found["policy"],
        )
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError("a request for approval cannot be read: its row was changed") from error


def approval_in(row: RowMapping) -> Approval:
    """The row as what others see of it."""
    request = request_in(row["body"])
    return Approval(
        id=row["id"],
        effect=row["effect"],
        request=request,
        state=row["state"],
        asked_at=row["asked_at"],
        times_out=row["asked_at"] + row["waits"],
        needed=row["needed"],
        agreed=tuple(json.loads(row["agreed"])),
        decided_at=row["decided_at"],
        decided_by=row["decided_by"] or "",
        why=row["why"] or "",
        grant=grant_in(row, request),
        used_at=row["used_at"],
        used_by=row["used_by"] or "",
    )


def grant_in(row: RowMapping, request: ApprovalRequest) -> Grant | None:
    """The consent that the row holds, whatever somebody else calls one."""
    if row["grant_id"] is None or row["state"] not in {"approved", "used"}:
        return None
    return Grant(
        id=row["grant_id"],
        tool_digest=request.tool_digest,
        arguments_digest=request.arguments_digest,
        preview_digest=request.preview_digest,
        run=request.run,
        step=request.step,
        policy=request.policy,
        approver=", ".join(json.loads(row["agreed"])),
        issued=row["granted_at"],
        expires=row["granted_at"] + row["lasts"],
    )


def asked_then(row: RowMapping) -> Moment:
    """When it was asked for."""
    return Moment(wall=row["asked_at"], boot=row["asked_boot"], elapsed=row["asked_elapsed"])


def granted_then(row: RowMapping) -> Moment:
    """When its grant was given."""
    return Moment(wall=row["granted_at"], boot=row["granted_boot"], elapsed=row["granted_elapsed"])
