"""The connector's own options."""

import re
from dataclasses import dataclass
from math import isfinite

from interlock import ConfigError

_REPOSITORY = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubOptions:
    """What a connector to GitHub may be told.

    Attributes:
        repositories: those that tools may be asked of, as `owner/name`; empty means all that the token sees.
        allow_mentions: leave `@name` in a model's text, so that it notifies whom it names.
        settles_within: seconds after which what is not in GitHub's list has not been written.
        app_id: of a GitHub App, or its client id; the key is the app's private key in PEM then.
        installation_id: of that app, in the account whose repositories it works on.

    Raises:
        ConfigError: a value is none of these, or one of an app's two ids is missing.
    """

    repositories: tuple[str, ...] = ()
    allow_mentions: bool = False
    settles_within: float = 30.0
    app_id: str = ""
    installation_id: int = 0

    def __post_init__(self) -> None:
        for each in self.repositories:
            if not _REPOSITORY.fullmatch(each):
                raise ConfigError(f"expected owner/name, not {each!r}", key="repositories")
        if not (isfinite(self.settles_within) and self.settles_within >= 0):
            raise ConfigError(f"expected seconds, not {self.settles_within}", key="settles_within")
        if bool(self.app_id) != bool(self.installation_id):
            missing = "installation_id" if self.app_id else "app_id"
            raise ConfigError("is missing: an app has both ids", key=missing)
        if self.installation_id < 0:
            raise ConfigError(f"expected a number from 1, not {self.installation_id}", key="installation_id")

    def allows(self, owner: str, repo: str) -> bool:
        """Whether tools may be asked of that repository; GitHub does not tell capitals from small letters."""
        name = f"{owner}/{repo}".casefold()
        return not self.repositories or name in (each.casefold() for each in self.repositories)
