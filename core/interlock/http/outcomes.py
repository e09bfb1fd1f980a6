"""What the reply to a tool's request says of its run."""

from interlock.errors import RateLimited
from interlock.http.status import error_for
from interlock.types.tools import RefusedBecause, ToolOutcome
from interlock.types.wire import HttpReply

_CONFLICTS = (409, 412)
_UNKNOWN = (408, 425)
_SERVER = 500


def outcome_for(reply: HttpReply, *, says: str | None = None, keyed: bool = False) -> ToolOutcome | None:
    """What a status that is not 2xx says of the run; None where it is 2xx, and the body says the rest.

    `says` are the service's own words. Of a server's error nobody knows whether something has happened, nor
    of a conflict over a key, whose first request may be under way: `keyed` says that the request had one.
    """
    if 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
        return None
    error = error_for(status=reply.status, headers=reply.headers, vendor_message=says)
    content = error.message.replace("from the vendor", "from the service", 1)
    conflict = reply.status in _CONFLICTS
    if reply.status >= _SERVER or reply.status in _UNKNOWN or (conflict and keyed):
        return ToolOutcome(outcome="unknown", content=content)
    reason: RefusedBecause = "refused"
    if isinstance(error, RateLimited):
        reason = "limited"
    elif conflict:
        reason = "conflict"
    return ToolOutcome(outcome="refused", reason=reason, content=content, retry_after=error.retry_after)
