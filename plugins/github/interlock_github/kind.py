"""The kind of connector, and what it opens."""

from collections.abc import Sequence

from interlock.protocols import API, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock.types.models import Destination
from interlock_github.app import InstallationAuth
from interlock_github.code import code_rows
from interlock_github.editing import edit_tool
from interlock_github.issues import issue_rows
from interlock_github.looking import CLOCK, SINCE, since
from interlock_github.options import GitHubOptions
from interlock_github.pulls import pull_rows
from interlock_github.reviews import review_rows
from interlock_github.verdicts import said, verdict
from interlock_tools import Bearer, Operation, RecentTool, Sendings, Service, tool_for

_FACTS = ConnectorFacts(
    base_url="https://api.github.com",
    region="us",
    env=("GITHUB_TOKEN",),
    vendors=("microsoft",),
    hint="make a token at github.com/settings/personal-access-tokens, and set GITHUB_TOKEN to it",
)
_HEADERS = {
    "accept": "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    "user-agent": "interlock-github",  # GitHub answers nobody without one
}


class GitHub:
    """GitHub, as the configuration's `connectors` name it."""

    api = API
    name = "github"
    facts = _FACTS
    options: type | None = GitHubOptions

    def open(self, call: ConnectorCall) -> "GitHubConnector":
        """What one token, or one installation of an app, sees."""
        return GitHubConnector(call.destination, call.options or GitHubOptions())


class GitHubConnector:
    """Its tools are the same for every token; what a token may do, GitHub says when asked."""

    api = API
    name = "github"

    def __init__(self, there: Destination, options: GitHubOptions) -> None:
        as_app = bool(options.app_id)
        auth = InstallationAuth(there, options, _HEADERS) if as_app else Bearer(there.credential.secret)
        self._options = options
        self._sendings = Sendings()
        self._service = Service(there, auth, headers=_HEADERS, words=said, judge=verdict)

    async def tools(self, call: ToolsCall) -> Sequence[Tool]:  # noqa: ARG002 - nothing is asked for them
        options = self._options
        rows = (*issue_rows(options), *pull_rows(options), *review_rows(options), *code_rows(options))
        return [*map(self._tool, rows), edit_tool(self._service, options)]

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""

    def _tool(self, row: Operation) -> Tool:
        if row.name in SINCE:
            return RecentTool(self._service, row, self._sendings, clock=CLOCK, bound=since)
        return tool_for(self._service, row)
