"""Every operation that changes something: what it is run on, and how often it shows in the workspace."""

from collections.abc import Callable, Mapping
from itertools import count

from workspace import Workspace

from due import Case

ME = "U000000001"
_users = count(20)


def post(there: Workspace) -> Case:
    channel = there.channel()
    return Case(
        arguments={"channel": channel, "text": "Once"}, shows=lambda: there.texts(channel).count("Once")
    )


def reply(there: Workspace) -> Case:
    channel = there.channel()
    ts = there.post(channel, "Thread")
    return Case(
        arguments={"channel": channel, "thread_ts": ts, "text": "Once"},
        shows=lambda: there.replies(channel, ts).count("Once"),
    )


def update(there: Workspace) -> Case:
    channel = there.channel()
    ts = there.post(channel, "Before")
    return Case(
        arguments={"channel": channel, "ts": ts, "text": "After"},
        shows=lambda: there.texts(channel).count("After"),
    )


def delete(there: Workspace) -> Case:
    channel = there.channel()
    ts = there.post(channel, "Here")
    return Case(
        arguments={"channel": channel, "ts": ts}, shows=lambda: 1 - there.texts(channel).count("Here")
    )


def react(there: Workspace) -> Case:
    channel = there.channel()
    ts = there.post(channel, "Well?")
    return Case(
        arguments={"channel": channel, "ts": ts, "emoji": "eyes"},
        shows=lambda: there.reactions(channel, ts).count("eyes"),
    )


def unreact(there: Workspace) -> Case:
    channel = there.channel()
    ts = there.post(channel, "Well?")
    there.ask("reactions.add", channel=channel, timestamp=ts, name="eyes")
    return Case(
        arguments={"channel": channel, "ts": ts, "emoji": "eyes"},
        shows=lambda: 1 - there.reactions(channel, ts).count("eyes"),
    )


def direct(there: Workspace) -> Case:
    user = there.user(next(_users))

    def shows() -> int:
        told = there.ask("conversations.list", types="im", limit=1000)
        return sum(each.get("user") == user for each in told["channels"])

    return Case(arguments={"users": [user]}, shows=shows)


def create(there: Workspace) -> Case:
    name = there.free_name()
    return Case(arguments={"name": name}, shows=lambda: there.named(name))


def join(there: Workspace) -> Case:
    channel = there.channel()
    there.ask("conversations.invite", channel=channel, users=there.user(1))
    there.ask("conversations.leave", channel=channel)
    return Case(arguments={"channel": channel}, shows=lambda: there.members(channel).count(ME))


def invite(there: Workspace) -> Case:
    channel, user = there.channel(), there.user(2)
    return Case(
        arguments={"channel": channel, "user": user}, shows=lambda: there.members(channel).count(user)
    )


def topic(there: Workspace) -> Case:
    channel = there.channel()
    return Case(
        arguments={"channel": channel, "topic": "Ink"},
        shows=lambda: int(there.about(channel)["topic"]["value"] == "Ink"),
    )


def archive(there: Workspace) -> Case:
    channel = there.channel()
    return Case(arguments={"channel": channel}, shows=lambda: int(there.about(channel)["is_archived"]))


WRITES: Mapping[str, Callable[[Workspace], Case]] = {
    "slack_post_message": post,
    "slack_reply_in_thread": reply,
    "slack_update_message": update,
    "slack_delete_message": delete,
    "slack_add_reaction": react,
    "slack_remove_reaction": unreact,
    "slack_open_direct_message": direct,
    "slack_create_channel": create,
    "slack_join_channel": join,
    "slack_invite_to_channel": invite,
    "slack_set_topic": topic,
    "slack_archive_channel": archive,
}
