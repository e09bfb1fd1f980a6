"""What is put in a value's place says no more of it than it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_privacy.actions import label, masked, redacted
from interlock_privacy.restoring import Restorer


@pytest.mark.parametrize(
    ("kind", "spelled", "left"),
    [
        ("card", "4111 1111 1111 1111", "4111 11** **** 1111"),
        ("card", "411111111117", "*********117"),
        ("phone", "+44 20 7946 0958", "+** ** **** *958"),
        ("email", "a@b.co", "*@*.*o"),
        ("secret", "abc", "***"),
        ("iban", "DE89 3704 0044 0532 0130 00", "**** **** **** **** **30 00"),
    ],
)
def test_a_mask_leaves_the_last_signs_alone(kind: str, spelled: str, left: str) -> None:
    assert masked(kind, spelled) == left


@given(st.text())
def test_a_mask_leaves_at_most_a_quarter_and_four(spelled: str) -> None:
    shown = sum(sign.isalnum() for sign in masked("email", spelled))
    assert shown <= min(4, sum(sign.isalnum() for sign in spelled) // 4)
    assert len(masked("email", spelled)) == len(spelled)


@given(st.text(min_size=1))
def test_every_kind_has_a_label_that_tokens_can_be_made_of(kind: str) -> None:
    token = f"<{label(kind)}_k7q2abcd>"
    assert token.isascii()
    assert redacted(kind) == f"[{label(kind)}]"
    assert Restorer([kind]).restored(f"It is {token}.", {"k7q2abcd": "x"}) == "It is x."
