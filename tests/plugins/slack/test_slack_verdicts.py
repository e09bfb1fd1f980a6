"""What Slack's words mean, and what is made of words that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_slack.verdicts import Verdict


def said(word, *, tool="slack_post_message", reads=False, headers=None, **more):
    reply = HttpReply(status=200, headers=headers or {}, body=b"{}")
    return Verdict(tool=tool, reads=reads)(reply, {"ok": False, "error": word, **more})


# Of Slack's pages of the methods that are used: words for which nothing was done.
_WORDS = """
account_inactive access_denied accesslimited as_user_not_supported attachment_payload_limit_exceeded
cant_archive_general cant_archive_required cant_delete_message cant_invite cant_invite_self
cant_update_message channel_is_limited_access channel_limit_exceeded channel_not_found
channel_type_not_supported compliance_exports_prevent_deletion deprecated_endpoint
duplicate_channel_not_found duplicate_message_not_found edit_window_closed ekm_access_denied
enterprise_is_restricted external_channel_migrating invalid_arg_name invalid_arguments invalid_array_arg
invalid_auth invalid_blocks invalid_charset invalid_cursor invalid_form_data invalid_limit
invalid_metadata_format invalid_metadata_schema invalid_name invalid_name_specials invalid_post_type
invalid_ts_latest is_archived is_inactive limit_required message_limit_exceeded message_not_found
metadata_must_be_sent_from_app metadata_too_large method_deprecated method_not_supported_for_channel_type
missing_charset missing_post_type missing_scope msg_blocks_too_long msg_too_long name_taken no_permission
no_text no_user not_allowed_token_type not_authed not_authorized not_in_channel not_reactable
org_login_required org_user_not_in_team posting_to_channel_denied rate_limit_exceeded request_timeout
restricted_action restricted_action_thread_only_channel slack_connect_file_link_sharing_blocked
team_access_not_granted team_added_to_org thread_locked thread_not_found token_expired token_revoked
too_long too_many_attachments too_many_emoji too_many_members too_many_reactions two_factor_setup_required
unknown_method ura_max_channels user_is_bot user_is_restricted user_is_ultra_restricted user_not_found
user_not_visible users_list_not_supplied users_not_found
"""
REFUSED = _WORDS.split()


@pytest.mark.parametrize("word", REFUSED)
def test_a_word_for_which_nothing_was_done_is_a_refusal_that_says_it(word):
    outcome = said(word)
    assert (outcome.outcome, word in outcome.content) == ("refused", True)


@pytest.mark.parametrize(
    "word",
    [
        "fatal_error",
        "internal_error",
        "service_unavailable",
        "brand_new",
        "failed_for_some_users",
        "",
        7,
        None,
    ],
)
def test_a_word_that_leaves_a_doubt_leaves_it_to_writes_alone(word):
    assert said(word).outcome == "unknown"
    assert said(word, reads=True).outcome == "refused"


@pytest.mark.parametrize("word", ["ratelimited", "rate_limited"])
def test_too_much_is_limited_with_the_seconds(word):
    outcome = said(word, headers={"retry-after": "30"})
    assert (outcome.outcome, outcome.reason, outcome.retry_after) == ("refused", "limited", 30.0)


def test_a_missing_scope_is_named():
    outcome = said("missing_scope", needed="channels:manage|channels:write", provided="chat:write")
    assert "the scope channels:manage|channels:write" in outcome.content


@pytest.mark.parametrize(
    ("tool", "word"),
    [
        ("slack_add_reaction", "already_reacted"),
        ("slack_remove_reaction", "no_reaction"),
        ("slack_delete_message", "message_not_found"),
        ("slack_invite_to_channel", "already_in_channel"),
        ("slack_archive_channel", "already_archived"),
    ],
)
def test_what_is_so_already_is_done_for_that_tool_and_refused_for_others(tool, word):
    assert said(word, tool=tool).outcome == "done"
    assert said(word, tool="slack_update_message").outcome == "refused"


@pytest.mark.parametrize("told", [None, [], "ok", {}, {"ok": 1}, {"ok": None}, {"ok": "true"}])
def test_an_answer_that_is_none_of_slacks_leaves_a_write_unknown(told):
    reply = HttpReply(status=200, headers={}, body=b"")
    assert Verdict(tool="slack_post_message", reads=False)(reply, told).outcome == "unknown"
    assert Verdict(tool="slack_list_users", reads=True)(reply, told).outcome == "refused"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    told=st.fixed_dictionaries(
        {"ok": st.just(False)},
        optional={"error": JSON, "needed": JSON, "provided": JSON, "response_metadata": JSON},
    ),
    wait=st.text(max_size=12),
    reads=st.booleans(),
)
def test_whatever_stands_in_a_failure_it_is_no_success_and_repeats_no_stranger(told, wait, reads):
    reply = HttpReply(status=200, headers={"retry-after": wait}, body=b"")
    outcome = Verdict(tool="slack_set_topic", reads=reads)(reply, told)
    assert outcome.outcome in ("refused", "unknown")
    assert "\n" not in outcome.content
    assert len(outcome.content) < 500


@given(word=st.text(min_size=1, max_size=200))
def test_what_is_no_word_of_slacks_is_not_repeated(word):
    content = said(word).content
    assert word in content or "an error without a name" in content
    assert not set(content) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ :,.;'")
