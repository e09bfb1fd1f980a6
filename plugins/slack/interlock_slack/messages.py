"""Posting, changing and deleting messages, and reactions to them."""

from typing import Any

from interlock import Repeat, ToolOutcome
from interlock.http import HttpReply
from interlock_slack.asking import FormCursor, does, reads
from interlock_slack.marks import mark, run_of
from interlock_slack.options import SlackOptions
from interlock_slack.schemas import CHANNEL, EMOJI, MESSAGE, TEXT, object_of, with_optional
from interlock_slack.texts import markup
from interlock_tools import Answer, Arguments, Call, Find, Operation, reference

_POSTED = Answer(fields=("channel", "ts"), receipt={"channel": "channel", "ts": "ts"})


def message_rows(options: SlackOptions) -> tuple[Operation, ...]:
    """Those that write."""
    return (*_posts(options), *_changes(options), *_reactions())


def _posts(options: SlackOptions) -> tuple[Operation, ...]:
    told = (
        "It is posted as this app."
        if options.allow_mentions
        else "It is posted as this app, and mentions nobody."
    )

    def post(asked: Arguments) -> Call:
        return does(
            "chat.postMessage",
            channel=asked["channel"],
            text=markup(asked["text"], mentions=options.allow_mentions),
            thread_ts=asked.get("thread_ts"),
            reply_broadcast=asked.get("also_to_channel"),
            metadata=mark(asked.key),
            parse="none",
            link_names=False,
            unfurl_links=options.unfurl,
            unfurl_media=options.unfurl,
        )

    shared: dict[str, Any] = {
        "request": post,
        "effect": "write",
        "answer": _POSTED,
        "repeat": Repeat("read" if options.read_back else "none"),
        "settles_within": options.settles_within,
        "undo": lambda receipt, asked: does("chat.delete", channel=asked["channel"], ts=receipt["ts"]),
    }
    return (
        Operation(
            name="slack_post_message",
            description=f"Posts a message in a channel or a direct message. {told}",
            parameters=object_of(channel=CHANNEL, text=TEXT),
            find=_find(_in_channel) if options.read_back else None,
            **shared,
        ),
        Operation(
            name="slack_reply_in_thread",
            description=f"Posts a reply in the thread of a message. {told}",
            parameters=with_optional(
                object_of(channel=CHANNEL, thread_ts=MESSAGE, text=TEXT),
                also_to_channel={"type": "boolean", "description": "show it in the channel, too"},
            ),
            find=_find(_in_thread) if options.read_back else None,
            **shared,
        ),
    )


def _changes(options: SlackOptions) -> tuple[Operation, ...]:
    def update(asked: Arguments) -> Call:
        return does(
            "chat.update",
            channel=asked["channel"],
            ts=asked["ts"],
            text=markup(asked["text"], mentions=options.allow_mentions),
            blocks=[],  # those of before would be shown in place of the new text
            parse="none",
            link_names=False,
        )

    return (
        Operation(
            name="slack_update_message",
            description="Replaces the text of a message of this app.",
            parameters=object_of(channel=CHANNEL, ts=MESSAGE, text=TEXT),
            request=update,
            effect="write",
            answer=_POSTED,
            repeat=Repeat("natural"),
        ),
        Operation(
            name="slack_delete_message",
            description="Deletes a message of this app, for everybody and for good.",
            parameters=object_of(channel=CHANNEL, ts=MESSAGE),
            request=lambda asked: does("chat.delete", channel=asked["channel"], ts=asked["ts"]),
            effect="destructive",
            answer=_POSTED,
            repeat=Repeat("natural"),
        ),
    )


def _reactions() -> tuple[Operation, ...]:
    shared: dict[str, Any] = {
        "parameters": object_of(channel=CHANNEL, ts=MESSAGE, emoji=EMOJI),
        "effect": "write",
        "answer": done,
        "repeat": Repeat("natural"),
    }
    return (
        Operation(
            name="slack_add_reaction",
            description="Adds an emoji to a message, as this app.",
            request=lambda asked: _reaction("reactions.add", asked),
            undo=lambda _, asked: _reaction("reactions.remove", asked),
            **shared,
        ),
        Operation(
            name="slack_remove_reaction",
            description="Takes an emoji of this app away from a message.",
            request=lambda asked: _reaction("reactions.remove", asked),
            **shared,
        ),
    )


def done(told: Any, reply: HttpReply) -> ToolOutcome:  # noqa: ARG001 - as rows have it
    """Of a method that says no more than that."""
    return ToolOutcome(outcome="done", content="done", receipt={"ok": True})


def _reaction(method: str, asked: Arguments) -> Call:
    return does(method, channel=asked["channel"], timestamp=asked["ts"], name=asked["emoji"])


def _find(request: Any) -> Find:
    return Find(
        request=request,
        items="messages",
        fits=lambda message, asked: run_of(message) == reference(asked.key),
        pages=FormCursor(),
    )


def _in_channel(asked: Arguments) -> Call:
    return reads("conversations.history", channel=asked["channel"], limit=200, include_all_metadata=True)


def _in_thread(asked: Arguments) -> Call:
    return reads(
        "conversations.replies",
        channel=asked["channel"],
        ts=asked["thread_ts"],
        limit=200,
        include_all_metadata=True,
    )
