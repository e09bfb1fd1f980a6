"""Slack as tools of Interlock: messages, threads, reactions, channels and people, by Slack's Web API.

A message carries a mark of its run as metadata, which only apps see, and by which it is found again in the
channel's history; so that a post of which nobody knows is looked for, and never sent again on a guess. What a
model writes mentions nobody and hides no link unless the options say so.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_slack.kind import Slack
from interlock_slack.options import SlackOptions

__all__ = ["Slack", "SlackOptions"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Slack()]
