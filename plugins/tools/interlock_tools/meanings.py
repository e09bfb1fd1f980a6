"""What a reply says of a run, where a service means something else by a status than HTTP does."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock import ToolOutcome
from interlock.http import HttpReply, outcome_for, retry_after
from interlock.types.tools import RefusedBecause, ToolEnd

_LOOKED_AT = 4_096  # bytes of a body


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One row: of replies with this status, and these words where it has any.

    Attributes:
        holds: words of the body, in any capitals; empty means whatever it says.
        header: a header that the reply must have; empty means none.
        content: for the model; empty means the service's own words.
    """

    status: int
    outcome: ToolEnd
    reason: RefusedBecause | None = None
    holds: str = ""
    header: str = ""
    content: str = ""

    def fits(self, reply: HttpReply) -> bool:
        """Whether it is about that reply."""
        if reply.status != self.status or (self.header and self.header not in reply.headers):
            return False
        said = reply.body[:_LOOKED_AT].decode(errors="replace").casefold() if self.holds else ""
        return self.holds.casefold() in said


def meant(
    reply: HttpReply, meanings: Sequence[Meaning] = (), *, says: str | None = None, keyed: bool = False
) -> ToolOutcome | None:
    """What came of a run by the first row that fits, else by HTTP; None where the body says the rest.

    `says` are the service's own words; `keyed` says that the request had an idempotency key.
    """
    row = next((each for each in meanings if each.fits(reply)), None)
    if row is None:
        return outcome_for(reply, says=says, keyed=keyed)
    usual = outcome_for(reply, says=says)
    content = row.content or (str(usual.content) if usual else "")
    wait = retry_after(reply.headers) if row.outcome == "refused" else None
    return ToolOutcome(outcome=row.outcome, reason=row.reason, content=content, retry_after=wait)
