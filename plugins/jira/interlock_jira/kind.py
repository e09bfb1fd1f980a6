"""The kind of connector, and what it opens."""

from collections.abc import Sequence

from interlock.protocols import API, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock_jira.auth import auth_for
from interlock_jira.comments import comment_rows
from interlock_jira.finding import CreateTool
from interlock_jira.hosting import Hosting
from interlock_jira.issues import create_row, issue_rows
from interlock_jira.links import link_rows
from interlock_jira.options import JiraOptions
from interlock_jira.places import place_rows
from interlock_jira.transitions import transition_tool, transitions_row
from interlock_jira.verdicts import said, verdict
from interlock_tools import Sendings, Service, tool_for

_FACTS = ConnectorFacts(
    env=("JIRA_API_TOKEN",),
    vendors=("atlassian",),
    issuer=True,
    hint=(
        "make a token at id.atlassian.com/manage-profile/security/api-tokens, at Data Center in a profile; "
        "set JIRA_API_TOKEN to it, of Cloud as email:token"
    ),
)
_HEADERS = {
    "x-atlassian-token": "no-check",  # Jira takes writes of browsers alone for forged without it
    "user-agent": "interlock-jira",
}


class Jira:
    """Jira, as the configuration's `connectors` name it."""

    api = API
    name = "jira"
    facts = _FACTS
    options: type | None = JiraOptions

    def open(self, call: ConnectorCall) -> "JiraConnector":
        """What one account sees of one site."""
        return JiraConnector(call, call.options or JiraOptions())


class JiraConnector:
    """Its tools are the same for every account; what an account may do, Jira says when asked."""

    api = API
    name = "jira"

    def __init__(self, call: ConnectorCall, options: JiraOptions) -> None:
        self._hosting = Hosting(options)
        self._sendings = Sendings()
        self._service = Service(
            call.destination, auth_for(call, options), headers=_HEADERS, words=said, judge=verdict
        )

    async def tools(self, call: ToolsCall) -> Sequence[Tool]:  # noqa: ARG002 - nothing is asked for them
        service, hosting = self._service, self._hosting
        rows = (
            *issue_rows(hosting),
            *comment_rows(hosting),
            transitions_row(hosting),
            *link_rows(hosting),
            *place_rows(hosting),
        )
        return [
            *(tool_for(service, each) for each in rows),
            CreateTool(service, create_row(hosting), self._sendings, hosting),
            transition_tool(service, hosting),
        ]

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""
