"""The connector's own options."""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from interlock import ConfigError

_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{0,254}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraOptions:
    """What a connector to Jira may be told.

    Attributes:
        hosting: whose the server is: Atlassian's, or your own.
        auth: `basic`: the key is `email:token`, or the token alone beside `email`; `bearer`: a token that
            says by itself whose it is; `client_credentials`: a service account's `client_id:client_secret`.
            Left out: basic of Cloud, bearer of Data Center.
        email: whose API token the key is.
        token_path: with client_credentials, the path of the endpoint for tokens, where it is not the usual.
        scope: with client_credentials, what is asked for, names with blanks between them.
        projects: keys of those that tools may be asked of; empty means all that the account sees.
        project: the key of the one that is meant where a call names none.
        mark: how a created issue is told from others: a `property`, which people do not see, or a `label`.
            Left out: property on Cloud, label on Data Center, which has nothing else.
        allow_mentions: write a mention in a model's text as one, so that it notifies whom it names.
        settles_within: seconds after which what neither a list nor the search shows has not been written.

    Raises:
        ConfigError: a value is none of these, or two of them do not go together.
    """

    hosting: Literal["cloud", "data_center"] = "cloud"
    auth: Literal["basic", "bearer", "client_credentials"] | None = None
    email: str = ""
    token_path: str = ""
    scope: str = ""
    projects: tuple[str, ...] = ()
    project: str = ""
    mark: Literal["property", "label"] | None = None
    allow_mentions: bool = False
    settles_within: float = 60.0

    def __post_init__(self) -> None:
        for each in (*self.projects, *filter(None, (self.project,))):
            if not _PROJECT.fullmatch(each):
                name = "project" if each == self.project else "projects"
                raise ConfigError(f"expected the key of a project, such as SHOP, not {each!r}", key=name)
        if self.project and not self.allows(self.project):
            raise ConfigError(f"{self.project} is none of projects", key="project")
        if self.email and self.way != "basic":
            raise ConfigError("goes with auth: basic", key="email")
        for name in ("token_path", "scope"):
            if getattr(self, name) and self.way != "client_credentials":
                raise ConfigError("goes with auth: client_credentials", key=name)
        if self.mark == "property" and not self.cloud:
            raise ConfigError("property is for Cloud; Data Center takes a label", key="mark")
        if not (isfinite(self.settles_within) and self.settles_within >= 0):
            raise ConfigError(f"expected seconds, not {self.settles_within}", key="settles_within")

    @property
    def cloud(self) -> bool:
        """Whether it is Atlassian's."""
        return self.hosting == "cloud"

    @property
    def way(self) -> str:
        """How Jira is told who asks."""
        return self.auth or ("basic" if self.cloud else "bearer")

    @property
    def endpoint(self) -> str:
        """The path at which a service account's tokens are given."""
        return self.token_path or ("/oauth/token" if self.cloud else "/rest/oauth2/latest/token")

    @property
    def labelled(self) -> bool:
        """Whether the mark of a created issue is a label."""
        return not self.cloud or self.mark == "label"

    def allows(self, project: str) -> bool:
        """Whether tools may be asked of that project."""
        return not self.projects or project in self.projects
