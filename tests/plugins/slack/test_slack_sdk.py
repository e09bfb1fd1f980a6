"""What is sent, held against what Slack's own SDK sends for the same, and read back by it."""

import asyncio
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from workspace import TOKEN

from interlock.testing import Reply, Upstream
from interlock_slack.marks import MARK

C, U, TS = "C012AB3CD", "U012AB3CD", "1700000000.000100"

# Tool -> its arguments, and the same with the SDK. What we always say besides is the third.
SAME = {
    "slack_post_message": (
        {"channel": C, "text": "a & b"},
        lambda sdk: sdk.chat_postMessage(channel=C, text="a &amp; b"),
        {"parse", "link_names", "unfurl_links", "unfurl_media", "metadata"},
    ),
    "slack_reply_in_thread": (
        {"channel": C, "thread_ts": TS, "text": "a", "also_to_channel": True},
        lambda sdk: sdk.chat_postMessage(channel=C, thread_ts=TS, text="a", reply_broadcast=True),
        {"parse", "link_names", "unfurl_links", "unfurl_media", "metadata"},
    ),
    "slack_update_message": (
        {"channel": C, "ts": TS, "text": "a"},
        lambda sdk: sdk.chat_update(channel=C, ts=TS, text="a"),
        {"parse", "link_names", "blocks"},
    ),
    "slack_delete_message": (
        {"channel": C, "ts": TS},
        lambda sdk: sdk.chat_delete(channel=C, ts=TS),
        set(),
    ),
    "slack_add_reaction": (
        {"channel": C, "ts": TS, "emoji": "eyes"},
        lambda sdk: sdk.reactions_add(channel=C, timestamp=TS, name="eyes"),
        set(),
    ),
    "slack_remove_reaction": (
        {"channel": C, "ts": TS, "emoji": "eyes"},
        lambda sdk: sdk.reactions_remove(channel=C, timestamp=TS, name="eyes"),
        set(),
    ),
    "slack_read_channel": (
        {"channel": C, "limit": 5, "oldest": TS, "cursor": "x="},
        lambda sdk: sdk.conversations_history(channel=C, limit=5, oldest=TS, cursor="x="),
        set(),
    ),
    "slack_read_thread": (
        {"channel": C, "thread_ts": TS, "limit": 5},
        lambda sdk: sdk.conversations_replies(channel=C, ts=TS, limit=5),
        set(),
    ),
    "slack_get_permalink": (
        {"channel": C, "ts": TS},
        lambda sdk: sdk.chat_getPermalink(channel=C, message_ts=TS),
        set(),
    ),
    "slack_list_channels": (
        {"kinds": ["im", "mpim"], "archived": True},
        lambda sdk: sdk.conversations_list(types="im,mpim", exclude_archived=False, limit=50),
        set(),
    ),
    "slack_get_channel": ({"channel": C}, lambda sdk: sdk.conversations_info(channel=C), set()),
    "slack_list_members": (
        {"channel": C},
        lambda sdk: sdk.conversations_members(channel=C, limit=200),
        set(),
    ),
    "slack_open_direct_message": (
        {"users": [U, "U2B"]},
        lambda sdk: sdk.conversations_open(users=[U, "U2B"]),
        set(),
    ),
    "slack_create_channel": (
        {"name": "ink", "private": True},
        lambda sdk: sdk.conversations_create(name="ink", is_private=True),
        set(),
    ),
    "slack_join_channel": ({"channel": C}, lambda sdk: sdk.conversations_join(channel=C), set()),
    "slack_invite_to_channel": (
        {"channel": C, "user": U},
        lambda sdk: sdk.conversations_invite(channel=C, users=[U]),
        set(),
    ),
    "slack_set_topic": (
        {"channel": C, "topic": "Ink"},
        lambda sdk: sdk.conversations_setTopic(channel=C, topic="Ink"),
        set(),
    ),
    "slack_archive_channel": ({"channel": C}, lambda sdk: sdk.conversations_archive(channel=C), set()),
    "slack_find_user": (
        {"email": "ada+1@example.com"},
        lambda sdk: sdk.users_lookupByEmail(email="ada+1@example.com"),
        set(),
    ),
    "slack_get_user": ({"user": U}, lambda sdk: sdk.users_info(user=U), set()),
    "slack_list_users": ({}, lambda sdk: sdk.users_list(limit=70), set()),
}


def asked(request):
    """Method of the Web API, token, and each argument as text."""
    there = urlsplit(request.path)
    if "json" in request.headers.get("content-type", ""):
        told = request.json()
    else:
        told = dict(parse_qsl(request.body.decode())) | dict(parse_qsl(there.query))
    written = {name: _text(value) for name, value in told.items()}
    return there.path, request.headers["authorization"], written


def _text(value):
    if isinstance(value, bool) or value in ("0", "1", "True", "False", "true", "false"):
        return str(value in (True, "1", "True", "true"))
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("tool", SAME)
async def test_a_tool_sends_what_the_sdk_sends(boxed, proxy, tool):
    arguments, with_sdk, besides = SAME[tool]
    with Upstream(always=Reply.json({"ok": False, "error": "is_archived"})) as recorder:
        with pytest.raises(SlackApiError):
            await asyncio.to_thread(
                with_sdk, WebClient(TOKEN, base_url=f"{recorder.url}/api/", retry_handlers=[])
            )
        due = asked(recorder.requests[0])
    proxy.always = Reply.json({"ok": False, "error": "is_archived"})
    await boxed().run(tool, **arguments)
    path, token, told = asked(proxy.requests[0])
    assert (path, token) == due[:2]
    assert {name: value for name, value in told.items() if name not in besides} == due[2]
    assert besides <= set(told)


async def test_every_tool_is_held_against_the_sdk(box):
    assert {each.name for each in await box.toolbox.tools()} == set(SAME)


async def test_the_sdk_reads_a_post_and_its_mark(box, emulated, workspace):
    channel = workspace.channel()
    await box.run("slack_post_message", channel=channel, text="a < b")
    sdk = WebClient(TOKEN, base_url=f"{emulated}/api/", retry_handlers=[])
    params = {"channel": channel, "include_all_metadata": True}
    told = await asyncio.to_thread(sdk.api_call, "conversations.history", params=params)
    (message,) = told["messages"]
    mark = Metadata(**message["metadata"])
    assert (message["text"], mark.event_type) == ("a &lt; b", MARK)
    assert set(mark.event_payload) == {"run"}
