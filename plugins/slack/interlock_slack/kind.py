"""The kind of connector, and what it opens."""

from collections.abc import Sequence

from interlock.protocols import API, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock.types.models import Destination
from interlock_slack.channels import channel_rows
from interlock_slack.finding import PostTool
from interlock_slack.messages import message_rows
from interlock_slack.options import SlackOptions
from interlock_slack.people import people_rows
from interlock_slack.reading import reading_rows
from interlock_slack.verdicts import Verdict
from interlock_tools import Operation, Sendings, Service, tool_for

_FACTS = ConnectorFacts(
    base_url="https://slack.com/api",
    region="us",
    env=("SLACK_BOT_TOKEN",),
    vendors=("salesforce",),
    hint="create an app at api.slack.com/apps, install it, and set SLACK_BOT_TOKEN to its bot token (xoxb-…)",
)


class Slack:
    """Slack, as the configuration's `connectors` name it."""

    api = API
    name = "slack"
    facts = _FACTS
    options: type | None = SlackOptions

    def open(self, call: ConnectorCall) -> "SlackConnector":
        """One workspace, as the token sees it."""
        return SlackConnector(call.destination, call.options or SlackOptions())


class SlackConnector:
    """One workspace. Its tools are the same for every token; what a token may do, Slack says when asked."""

    api = API
    name = "slack"

    def __init__(self, there: Destination, options: SlackOptions) -> None:
        self._there = there
        self._options = options
        self._sendings = Sendings()

    async def tools(self, call: ToolsCall) -> Sequence[Tool]:  # noqa: ARG002 - nothing is asked for them
        options = self._options
        rows = (*message_rows(options), *reading_rows(), *channel_rows(options), *people_rows())
        return [self._tool(each) for each in rows]

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""

    def _tool(self, row: Operation) -> Tool:
        service = Service(self._there, judge=Verdict(reads=row.effect == "read", tool=row.name))
        return tool_for(service, row) if row.find is None else PostTool(service, row, self._sendings)
