"""Texts on their way to Slack and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_slack.texts import markup, words

MARKUP = (
    *("<", ">", "&", "&lt;", "@channel", "<!channel>", "<!here|x>", "<!date^1^x|y>", "<!subteam^S012AB3CD>"),
    *("<@U012AB3CD>", "<@U012AB3CD|root>", "<#C012AB3CD>", "<https://evil.example|https://bank.example>"),
)
NASTY = (
    st.lists(st.text(max_size=8) | st.sampled_from(MARKUP), min_size=1, max_size=12)
    .map("".join)
    .filter(str.strip)
)
ALLOWED = re.compile(r"<(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel|!everyone)>")


@given(NASTY)
def test_no_text_makes_markup_and_every_text_comes_back(text):
    written = markup(text, mentions=False)
    assert not set(written) & {"<", ">"}
    assert re.sub("&(amp|lt|gt);", "", written).count("&") == 0
    assert words(written) == text


@given(NASTY)
def test_with_mentions_allowed_nothing_else_is_markup(text):
    written = markup(text, mentions=True)
    assert not set(ALLOWED.sub("", written)) & {"<", ">"}
    assert words(written) == text


@given(st.text())
def test_whatever_people_wrote_can_be_read(text):
    assert isinstance(words(text), str)


@pytest.mark.parametrize("text", ["x" * 40_000, "é" * 40_000, "🖋" * 40_000, "<" * 10_000])
def test_a_text_as_long_as_slack_takes_goes_out_whole(text):
    assert words(markup(text, mentions=False)) == text


@pytest.mark.parametrize("text", ["x" * 40_001, "&" * 8_001])
def test_a_longer_one_is_refused_with_its_length(text):
    with pytest.raises(RequestError, match=r"Slack takes 40,000"):
        markup(text, mentions=False)
