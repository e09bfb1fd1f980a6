"""The connector's own options."""

from dataclasses import dataclass
from math import isfinite

from interlock import ConfigError

LEAST = 60.0
"""Seconds: an app whose reading of histories is throttled may read one page a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    """What a connector to Slack may be told.

    Attributes:
        allow_mentions: leave `<@U…>`, `<#C…>`, `<!subteam^S…>`, `<!here>`, `<!channel>` and `<!everyone>` in
            a model's text. Else they are shown as written, and nobody is notified.
        unfurl: let Slack fetch the pages that a text names, to show them below it. Off, since a fetched
            address tells its owner what is in it.
        read_back: look for posts in the channel's history where nobody knows what has come of one. It takes
            the scopes for reading histories; without it a person has to look.
        settles_within: seconds after which a post that is not in the history has not happened.

    Raises:
        ConfigError: `settles_within` is no time.
    """

    allow_mentions: bool = False
    unfurl: bool = False
    read_back: bool = True
    settles_within: float = LEAST

    def __post_init__(self) -> None:
        if not (isfinite(self.settles_within) and self.settles_within >= 0):
            raise ConfigError(f"expected seconds, not {self.settles_within}", key="settles_within")
