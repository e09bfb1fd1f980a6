"""Looking for what was written no further back than when it was sent: lists of issues may have no end."""

from dataclasses import replace
from datetime import UTC, datetime

from interlock.protocols import FindCall
from interlock_tools import Arguments, Call, Find

SINCE = ("github_create_issue", "github_comment_on_issue")
"""Those whose lists GitHub gives from a time on."""
CLOCK = Call(path="/rate_limit")
"""It says what time it is, and counts for no limit."""


def since(find: Find, call: FindCall, earliest: float | None) -> Find:  # noqa: ARG001 - as a Bound has it
    """The same list from a time on."""
    if earliest is None:
        return find
    written = datetime.fromtimestamp(earliest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def request(asked: Arguments) -> Call:
        listed = find.request(asked)
        return replace(listed, query={**listed.query, "since": written})

    return replace(find, request=request)
