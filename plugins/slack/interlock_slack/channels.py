"""Conversations: listing, creating and joining them, and who is in them."""

from collections.abc import Mapping
from typing import Any

from interlock import Repeat
from interlock_slack.asking import FormCursor, does, reads
from interlock_slack.messages import done
from interlock_slack.options import SlackOptions
from interlock_slack.reading import Written
from interlock_slack.schemas import CHANNEL, USER, object_of, with_optional
from interlock_slack.texts import markup
from interlock_tools import Answer, Arguments, Call, Operation, Pages

_CHANNEL = (
    "id",
    "name",
    "is_private",
    "is_archived",
    "is_member",
    "num_members",
    "topic.value",
    "purpose.value",
)
_TOPIC = 250  # characters
_WHOLE = 250_000  # likewise: more than three pages have
_NAME: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[a-z0-9_-]{1,80}$",
    "description": "lower-case letters, digits, hyphens and underscores; at most 80",
}
_KINDS: Mapping[str, Any] = {
    "type": "array",
    "items": {"enum": ["public_channel", "private_channel", "im", "mpim"]},
    "minItems": 1,
    "description": "public_channel unless said otherwise; mpim is a direct message of several",
}


def channel_rows(options: SlackOptions) -> tuple[Operation, ...]:
    """All of them."""
    return (*_reads(), *_opens(), *_changes(options))


def _reads() -> tuple[Operation, ...]:
    return (
        Operation(
            name="slack_list_channels",
            description="Lists the conversations that this app can see, with their ids.",
            parameters=with_optional(
                object_of(), kinds=_KINDS, archived={"type": "boolean", "description": "archived ones, too"}
            ),
            request=_list,
            effect="read",
            answer=Written(at="channels", fields=_CHANNEL),
            pages=Pages(way=FormCursor(), most=3, characters=_WHOLE),
        ),
        Operation(
            name="slack_get_channel",
            description="Gives a conversation's name, topic, purpose and whether this app is in it.",
            parameters=object_of(channel=CHANNEL),
            request=lambda asked: reads("conversations.info", channel=asked["channel"]),
            effect="read",
            answer=Written(at="channel", fields=(*_CHANNEL, "creator", "user")),
        ),
        Operation(
            name="slack_list_members",
            description="Lists the ids of those who are in a conversation.",
            parameters=object_of(channel=CHANNEL),
            request=lambda asked: reads("conversations.members", channel=asked["channel"], limit=200),
            effect="read",
            answer=Answer(at="members"),
            pages=Pages(way=FormCursor(), most=3, items=600, characters=_WHOLE),
        ),
    )


def _opens() -> tuple[Operation, ...]:
    return (
        Operation(
            name="slack_open_direct_message",
            description="Opens the direct message with one user, or with up to eight, and gives its id.",
            parameters=object_of(
                users={"type": "array", "items": USER, "minItems": 1, "maxItems": 8, "uniqueItems": True}
            ),
            request=lambda asked: does("conversations.open", users=",".join(asked["users"])),
            effect="write",
            answer=Answer(at="channel", fields=("id",), receipt={"channel": "id"}),
            repeat=Repeat("natural"),
        ),
        Operation(
            name="slack_create_channel",
            description="Creates a channel, with this app as its only member.",
            parameters=with_optional(object_of(name=_NAME), private={"type": "boolean"}),
            request=lambda asked: does(
                "conversations.create", name=asked["name"], is_private=asked.get("private", False)
            ),
            effect="write",
            answer=Answer(
                at="channel", fields=("id", "name", "creator"), receipt={"channel": "id", "name": "name"}
            ),
            repeat=Repeat("natural"),  # there is one channel of a name: the second one is refused
        ),
        Operation(
            name="slack_join_channel",
            description="Lets this app join a public channel.",
            parameters=object_of(channel=CHANNEL),
            request=lambda asked: does("conversations.join", channel=asked["channel"]),
            effect="write",
            answer=Answer(at="channel", fields=("id", "name"), receipt={"channel": "id"}),
            repeat=Repeat("natural"),
        ),
    )


def _changes(options: SlackOptions) -> tuple[Operation, ...]:
    def set_topic(asked: Arguments) -> Call:
        topic = markup(asked["topic"], mentions=options.allow_mentions, longest=_TOPIC, key="topic")
        return does("conversations.setTopic", channel=asked["channel"], topic=topic)

    return (
        Operation(
            name="slack_invite_to_channel",
            description="Invites a user to a channel that this app is in.",
            parameters=object_of(channel=CHANNEL, user=USER),
            request=lambda asked: does("conversations.invite", channel=asked["channel"], users=asked["user"]),
            effect="write",
            answer=Answer(at="channel", fields=("id", "name"), receipt={"channel": "id"}),
            repeat=Repeat("natural"),
        ),
        Operation(
            name="slack_set_topic",
            description="Sets a channel's topic, at most 250 characters.",
            parameters=object_of(channel=CHANNEL, topic={"type": "string", "minLength": 1}),
            request=set_topic,
            effect="write",
            answer=done,
            repeat=Repeat("natural"),
        ),
        Operation(
            name="slack_archive_channel",
            description="Archives a channel: nobody can post in it any more.",
            parameters=object_of(channel=CHANNEL),
            request=lambda asked: does("conversations.archive", channel=asked["channel"]),
            effect="destructive",
            answer=done,
            repeat=Repeat("natural"),
        ),
    )


def _list(asked: Arguments) -> Call:
    kinds = asked.get("kinds", ["public_channel"])
    return reads(
        "conversations.list",
        types=",".join(kinds),
        exclude_archived=not asked.get("archived", False),
        limit=50,
    )
