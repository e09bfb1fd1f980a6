"""What people are told of a request."""

from interlock_agents.approvals.approval import Approval
from interlock_agents.approvals.notifying.protocol import Notice


def notice_of(approval: Approval, link: str) -> Notice:
    """The request as notifiers hear of it, with its arguments for those that want them."""
    asked = approval.request
    return Notice(
        kind="approval",
        id=approval.id,
        tool=asked.tool,
        does=asked.effect,
        effect=approval.effect,
        run=asked.run,
        step=asked.step,
        asked_at=approval.asked_at,
        until=approval.times_out,
        link=link,
        shown=asked.shown,
    )
