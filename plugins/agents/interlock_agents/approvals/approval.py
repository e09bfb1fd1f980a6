"""A request for a person's consent, and what became of it."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from interlock import InterlockError, RequestError
from interlock.types.approvals import ApprovalRequest, Grant

ApprovalState = Literal["pending", "approved", "used", "denied", "expired", "withdrawn"]
"""`pending`: nobody has answered yet. `approved`: its grant may be used. `used`: it has been. `denied`: by a
person, or because nobody answered in time. `expired`: the grant was not used in time. `withdrawn`: the step
asks for something else by now. The last four are final.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One request as the store has it.

    Attributes:
        effect: the id of the effect that waits.
        asked_at, times_out: since when, and until when it waits, in seconds since the epoch; nobody's answer
            is a denial then.
        needed: how many people have to agree, and `agreed` who has so far.
        decided_at, used_at: when, in seconds since the epoch.
        decided_by: who agreed last, or denied; empty where time did.
        why: of a denial, or of what has been withdrawn.
        grant: of an `approved` or a `used` one.
        used_by: the id of the effect that used it.
    """

    id: str
    effect: str
    request: ApprovalRequest
    state: ApprovalState
    asked_at: float
    times_out: float
    needed: int = 1
    agreed: tuple[str, ...] = ()
    decided_at: float | None = None
    decided_by: str = ""
    why: str = ""
    grant: Grant | None = None
    used_at: float | None = None
    used_by: str = ""

    @property
    def open(self) -> bool:
        """Whether it waits for somebody."""
        return self.state == "pending"

    @property
    def denied(self) -> bool:
        """Whether what was asked for is not to happen, by this request."""
        return self.state in {"denied", "expired", "withdrawn"}


class UnknownApproval(RequestError):
    """There is no request of that id. A tool's name, or a run's, is none: consent is to one request."""


class NotApprovable(InterlockError):
    """A request that cannot be answered so any more, or not by this person.

    Attributes:
        approval: the request as it is now.
    """

    def __init__(self, message: str, *, approval: Approval) -> None:
        super().__init__(message)
        self.approval = approval


def unknown(id_: str, known: list[str]) -> UnknownApproval:
    """The error that names what waits."""
    shown = id_ if len(id_) <= _LONGEST else f"{id_[:_LONGEST]}…"
    near = get_close_matches(id_, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; `interlock agent approve` lists what waits."
    return UnknownApproval(f"there is no request {shown!r}{hint}", key="id")


_LONGEST = 60
