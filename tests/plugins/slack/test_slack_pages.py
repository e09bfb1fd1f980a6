"""Cursors, whatever is in them."""

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_slack.asking import FormCursor, reads

REPLY = HttpReply(status=200, headers={}, body=b"")
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(ANYTHING.filter(bool))
def test_a_cursor_goes_into_the_form_and_changes_nothing_else(cursor):
    call = reads("conversations.list", types="im", limit=5)
    following = FormCursor().at(call, cursor)
    assert dict(parse_qsl(following.body.decode())) == {"types": "im", "limit": "5", "cursor": cursor}
    again = FormCursor().at(following, "next")
    assert dict(parse_qsl(again.body.decode()))["cursor"] == "next"
    assert (following.path, following.query, following.once) == (call.path, call.query, False)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | ANYTHING,
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["response_metadata", "next_cursor", "x"]), inner, max_size=3)
        ),
    )
)
def test_what_is_no_cursor_ends_the_list(told):
    position = FormCursor().after(reads("users.list"), REPLY, told)
    assert position is None or (isinstance(position, str) and position)
