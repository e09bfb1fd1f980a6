"""Jira Cloud and Jira Data Center as tools of Interlock: issues, comments, transitions, worklogs, links.

What is written carries a mark of its run, by which it is found again: a property that people do not see, a
label, or an anchor in wiki markup. What a model writes mentions nobody unless the options say so. An issue is
moved from the status in which it was read.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_jira.kind import Jira
from interlock_jira.options import JiraOptions

__all__ = ["Jira", "JiraOptions"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Jira()]
