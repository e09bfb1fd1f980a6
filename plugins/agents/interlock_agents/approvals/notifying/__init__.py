"""How people hear that something waits for them: the protocol, and the notifiers that need nothing else."""

from interlock_agents.approvals.notifying.configured import notifiers_of
from interlock_agents.approvals.notifying.protocol import (
    Notice,
    NoticeKind,
    Notifier,
    NotifierCall,
    NotifierKind,
)

__all__ = ["Notice", "NoticeKind", "Notifier", "NotifierCall", "NotifierKind", "notifiers_of"]
