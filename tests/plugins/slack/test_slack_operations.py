"""Every operation against a workspace that is emulated, and what is there afterwards."""

import pytest
from workspace import POOR

from interlock_slack.marks import MARK


async def test_a_message_is_posted_once_with_a_mark_of_its_run(box, workspace):
    channel = workspace.channel()
    outcome = await box.run("slack_post_message", channel=channel, text="The ink is *here*")
    assert outcome.outcome == "done"
    (posted,) = workspace.messages(channel)
    assert posted["text"] == "The ink is *here*"
    assert posted["metadata"]["event_type"] == MARK
    assert outcome.receipt == {"channel": channel, "ts": posted["ts"]}


async def test_a_models_text_mentions_nobody_and_hides_no_link(box, workspace):
    channel = workspace.channel()
    text = "<!channel> & @here <https://evil.example|https://bank.example>"
    await box.run("slack_post_message", channel=channel, text=text)
    (posted,) = workspace.messages(channel)
    assert posted["text"] == (
        "&lt;!channel&gt; &amp; @here &lt;https://evil.example|https://bank.example&gt;"
    )
    assert (posted["link_names"], posted["unfurl_links"], posted["unfurl_media"]) == (False, False, False)
    (read,) = await box.told("slack_read_channel", channel=channel)
    assert read["text"] == text


async def test_mentions_go_out_where_the_options_allow_them_and_links_do_not(boxed, workspace):
    channel = workspace.channel()
    box = boxed(allow_mentions=True)
    await box.run(
        "slack_post_message", channel=channel, text="<!here> ask <@U000000001> <https://a.example|b>"
    )
    assert workspace.texts(channel) == ["<!here> ask <@U000000001> &lt;https://a.example|b&gt;"]


async def test_a_thread_is_replied_to_and_read(box, workspace):
    channel = workspace.channel()
    first = workspace.post(channel, "Who has the key?")
    outcome = await box.run("slack_reply_in_thread", channel=channel, thread_ts=first, text="I have")
    assert outcome.outcome == "done"
    assert workspace.replies(channel, first) == ["I have"]
    read = await box.told("slack_read_thread", channel=channel, thread_ts=first)
    assert [each["text"] for each in read] == ["Who has the key?", "I have"]


async def test_a_message_is_changed_and_deleted_and_deleting_it_again_is_no_error(box, workspace):
    channel = workspace.channel()
    ts = workspace.post(channel, "Twelve", blocks='[{"type": "divider"}]')
    changed = await box.run("slack_update_message", channel=channel, ts=ts, text="Thirteen < 14")
    assert changed.outcome == "done"
    (now,) = workspace.messages(channel)
    assert (now["text"], now["blocks"]) == ("Thirteen &lt; 14", [])
    for _ in range(2):
        assert (await box.run("slack_delete_message", channel=channel, ts=ts)).outcome == "done"
    assert workspace.texts(channel) == []


async def test_reactions_come_and_go_and_twice_is_as_good_as_once(box, workspace):
    channel = workspace.channel()
    ts = workspace.post(channel, "Done?")
    for _ in range(2):
        outcome = await box.run("slack_add_reaction", channel=channel, ts=ts, emoji="eyes")
        assert outcome.outcome == "done"
        assert workspace.reactions(channel, ts) == ["eyes"]
    for _ in range(2):
        outcome = await box.run("slack_remove_reaction", channel=channel, ts=ts, emoji="eyes")
        assert outcome.outcome == "done"
        assert workspace.reactions(channel, ts) == []


async def test_a_channel_is_created_filled_described_and_archived(box, workspace):
    name = f"made-{id(box)}"
    made = await box.run("slack_create_channel", name=name)
    channel = made.receipt["channel"]
    assert (made.receipt["name"], workspace.named(name)) == (name, 1)
    again = await box.run("slack_create_channel", name=name)
    assert (again.outcome, again.content) == (
        "refused",
        "name_taken: there is a channel of that name already",
    )

    user = workspace.user(3)
    for _ in range(2):
        invited = await box.run("slack_invite_to_channel", channel=channel, user=user)
        assert invited.outcome == "done"
    assert sorted(await box.told("slack_list_members", channel=channel)) == sorted(workspace.members(channel))

    assert (await box.run("slack_set_topic", channel=channel, topic="Ink & paper")).outcome == "done"
    assert (await box.told("slack_get_channel", channel=channel))["topic"] == {"value": "Ink & paper"}

    for _ in range(2):
        assert (await box.run("slack_archive_channel", channel=channel)).outcome == "done"
    assert workspace.about(channel)["is_archived"]
    refused = await box.run("slack_post_message", channel=channel, text="Hello?")
    assert (refused.outcome, refused.content) == ("refused", "is_archived: the channel is archived")


async def test_a_private_channel_is_private(box, workspace):
    made = await box.run("slack_create_channel", name=f"hidden-{id(box)}", private=True)
    assert workspace.about(made.receipt["channel"])["is_private"]
    listed = await box.told("slack_list_channels", kinds=["private_channel"])
    assert made.receipt["channel"] in [each["id"] for each in listed]


async def test_a_direct_message_is_opened_once_and_written_to(box, workspace):
    user = workspace.user(5)
    first, second = [await box.run("slack_open_direct_message", users=[user]) for _ in range(2)]
    assert first.receipt == second.receipt
    channel = first.receipt["channel"]
    await box.run("slack_post_message", channel=channel, text="Between us")
    assert workspace.texts(channel) == ["Between us"]


async def test_a_public_channel_is_joined_twice(box, workspace):
    channel = workspace.channel()
    for _ in range(2):
        assert (await box.run("slack_join_channel", channel=channel)).receipt == {"channel": channel}


async def test_people_are_found_and_their_addresses_are_not_told(box, workspace):
    user = workspace.user(7)
    outcome = await box.run("slack_find_user", email="user7@example.com")
    assert f'"id":"{user}"' in outcome.content
    assert "@example.com" not in outcome.content
    assert (await box.told("slack_get_user", user=user))["real_name"] == "User 7"
    nobody = await box.run("slack_find_user", email="nobody@example.com")
    assert (nobody.outcome, nobody.content) == ("refused", "users_not_found: nobody has that address")


@pytest.mark.parametrize(("tool", "there"), [("slack_list_users", 221), ("slack_list_channels", 132)])
async def test_lists_are_followed_for_three_pages_and_the_rest_is_had_with_the_cursor(
    box, proxy, tool, there
):
    outcome = await box.run(tool)
    assert (outcome.outcome, len(proxy.exchanges)) == ("done", 3)
    if outcome.more is None:
        assert outcome.truncated is False
        return
    rest = await box.run(tool, cursor=outcome.more.removeprefix("cursor="))
    assert rest.outcome == "done"
    assert len({*ids(outcome), *ids(rest)}) == len(ids(outcome)) + len(ids(rest)) >= there


def ids(outcome):
    import json

    return [each["id"] for each in json.loads(outcome.content)]


async def test_a_history_is_read_a_page_at_a_time(box, workspace, proxy):
    channel = workspace.channel()
    for number in range(5):
        workspace.post(channel, f"m{number}")
    first = await box.run("slack_read_channel", channel=channel, limit=2)
    assert len(proxy.exchanges) == 1
    assert first.truncated
    second = await box.told(
        "slack_read_channel", channel=channel, limit=2, cursor=first.more.removeprefix("cursor=")
    )
    assert [each["text"] for each in second] == ["m2", "m1"]


async def test_a_link_to_a_message_is_given(box, workspace):
    channel = workspace.channel()
    ts = workspace.post(channel, "Here")
    assert ts.replace(".", "") in (await box.told("slack_get_permalink", channel=channel, ts=ts))["permalink"]


async def test_a_scope_that_is_missing_is_named(boxed, workspace):
    box = boxed(token=POOR)
    posted = await box.run("slack_post_message", channel=workspace.channel(), text="Hello")
    assert posted.outcome == "refused"
    assert "lacks the scope chat:write" in posted.content
    listed = await box.run("slack_list_channels")
    assert "lacks the scope channels:read" in listed.content


@pytest.mark.parametrize(
    ("tool", "wrong"),
    [
        ("slack_post_message", {"channel": "#general", "text": "Hello"}),
        ("slack_post_message", {"channel": "C000000001", "text": " "}),
        ("slack_post_message", {"channel": "C000000001", "text": "\ud800"}),
        ("slack_post_message", {"channel": "C000000001", "text": "x" * 40_001}),
        ("slack_post_message", {"channel": "C000000001", "text": "<" * 10_001}),
        ("slack_post_message", {"channel": "C000000001", "text": "x", "username": "root"}),
        ("slack_set_topic", {"channel": "C000000001", "topic": "x" * 251}),
        ("slack_create_channel", {"name": "Größe"}),
        ("slack_add_reaction", {"channel": "C000000001", "ts": "1", "emoji": "eyes"}),
        ("slack_invite_to_channel", {"channel": "C000000001", "user": "U1,U2"}),
    ],
)
async def test_what_slack_would_cut_change_or_misread_is_refused_before_anything_is_sent(
    box, proxy, tool, wrong
):
    outcome = await box.run(tool, **wrong)
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert proxy.requests == []
