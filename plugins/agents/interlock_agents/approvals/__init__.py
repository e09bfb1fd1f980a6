"""What waits for a person's consent, and the consent: requests, grants, and who is told of them."""

from interlock_agents.approvals.approval import (
    Approval,
    ApprovalState,
    NotApprovable,
    UnknownApproval,
)
from interlock_agents.approvals.consuming import consume, renewed
from interlock_agents.approvals.entries import entry
from interlock_agents.approvals.notifying import Notice, Notifier, NotifierCall, NotifierKind, notifiers_of
from interlock_agents.approvals.requests import Requests
from interlock_agents.approvals.rules import ApprovalRules

__all__ = [
    "Approval",
    "ApprovalRules",
    "ApprovalState",
    "NotApprovable",
    "Notice",
    "Notifier",
    "NotifierCall",
    "NotifierKind",
    "Requests",
    "UnknownApproval",
    "consume",
    "entry",
    "notifiers_of",
    "renewed",
]
