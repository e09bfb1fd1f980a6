"""What Slack says of a run: with status 200 whatever came of it, in a word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply, retry_after

_LIMITED = ("ratelimited", "rate_limited")
# Slack's own pages say of both errors that part of the operation may have succeeded.
_UNKNOWN = ("fatal_error", "internal_error", "service_unavailable")

# What was asked for is so already: the same run, sent twice, ends in these words.
_ALREADY: Mapping[str, Mapping[str, str]] = {
    "slack_add_reaction": {"already_reacted": "the reaction is there already"},
    "slack_remove_reaction": {"no_reaction": "there is no such reaction of ours"},
    "slack_delete_message": {"message_not_found": "there is no such message, or no longer"},
    "slack_invite_to_channel": {"already_in_channel": "they are in the channel already"},
    "slack_archive_channel": {"already_archived": "the channel is archived already"},
}

_HINTS: Mapping[str, str] = {
    "account_inactive": "the token belongs to a user or an app that is no longer there",
    "cant_delete_message": "only messages of this app can be deleted",
    "cant_update_message": "only messages of this app can be changed",
    "channel_not_found": "no such channel, or this app cannot see it: give an id of slack_list_channels",
    "edit_window_closed": "the workspace does not let messages be changed so late",
    "invalid_auth": "Slack does not know the token",
    "is_archived": "the channel is archived",
    "message_not_found": "there is no such message in the channel",
    "msg_too_long": "the text is too long",
    "name_taken": "there is a channel of that name already",
    "not_allowed_token_type": "the method does not take this kind of token",
    "not_authed": "Slack was given no token",
    "not_in_channel": "this app is no member: use slack_join_channel, or let somebody invite it",
    "restricted_action": "the workspace does not allow it",
    "thread_not_found": "there is no such thread in the channel",
    "token_expired": "the token has expired: the configuration needs a new one",
    "token_revoked": "the token has been revoked: the configuration needs a new one",
    "user_not_found": "there is no such user",
    "users_not_found": "nobody has that address",
}

# Words that Slack's pages list among the reasons for which nothing was done, by how they begin or end.
_REFUSALS = re.compile(
    r"(access|account|already|as_user|attachment|block|cannot|cant|channel|comment|compliance|deprecated|ekm|"
    r"enterprise|external|general|invalid|is|last|metadata|method|missing|msg|name|no|not|org|over|plan|posting|"
    r"request|restricted|slack|team|thread|token|too|two_factor|unknown|ura|user|users)(_[a-z_]+)?|"
    r"[a-z_]+_(closed|denied|disabled|exceeded|found|inactive|invalid|long|many|member|only|required|restricted|"
    r"supported|taken|unsupported)|accesslimited"
)
_WORD = re.compile(r"[a-z][a-z0-9_]{1,79}")
_SCOPES = re.compile(r"[a-z:._,|\- ]{1,300}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Reads the replies to one tool's requests.

    Attributes:
        reads: it changes nothing, so that a reply that says nothing leaves no doubt.
    """

    tool: str
    reads: bool

    def __call__(self, reply: HttpReply, told: Any) -> ToolOutcome | None:
        """None where it was done, and where the status says what was not."""
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - HTTP's own numbers
            return None
        ok = told.get("ok") if isinstance(told, Mapping) else None
        if ok is True:
            return None
        if ok is not False:
            return self._doubt("the answer is none of Slack's")
        return self._refused(reply, told)

    def _refused(self, reply: HttpReply, told: Mapping[str, Any]) -> ToolOutcome:
        word = _word(told.get("error"))
        if (already := _ALREADY.get(self.tool, {}).get(word)) is not None:
            return ToolOutcome(outcome="done", content=already)
        wait = retry_after(reply.headers)
        if word in _LIMITED:
            content = "Slack asks for fewer requests"
            return ToolOutcome(outcome="refused", reason="limited", content=content, retry_after=wait)
        if word in _UNKNOWN or not _REFUSALS.fullmatch(word):
            return self._doubt(f"Slack says {word}", wait)
        return ToolOutcome(outcome="refused", content=_content(word, told))

    def _doubt(self, content: str, wait: float | None = None) -> ToolOutcome:
        return ToolOutcome(outcome="refused" if self.reads else "unknown", content=content, retry_after=wait)


def _content(word: str, told: Mapping[str, Any]) -> str:
    if word == "missing_scope":
        needed = told.get("needed")
        named = needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else "another one"
        return f"missing_scope: the token lacks the scope {named}; add it to the app and install it again"
    hint = _HINTS.get(word)
    return f"{word}: {hint}" if hint else f"Slack refused it: {word}"


def _word(said: Any) -> str:
    """One of Slack's words. What is none may hold anything, and is not repeated."""
    return said if isinstance(said, str) and _WORD.fullmatch(said) else "an error without a name"
