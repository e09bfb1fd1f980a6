"""GitHub as tools of Interlock: issues, pull requests and their reviews, files, branches, workflow runs.

What is written carries a mark of its run in a comment that Markdown does not show, or in a line of a commit's
message, by which it is found again in GitHub's own lists. What a model writes mentions nobody unless the
options say so. Changes are made to the version that was read.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_github.kind import GitHub
from interlock_github.options import GitHubOptions

__all__ = ["GitHub", "GitHubOptions"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [GitHub()]
