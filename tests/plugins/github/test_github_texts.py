"""Texts on their way to GitHub and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_github.texts import LONGEST, markdown, marks, message, trailer, words
from interlock_tools import comment

PIECES = (
    *(
        "@",
        "@ada",
        "@acme/team",
        "*@ada*",
        "`@ada`",
        "```\n@ada\n```",
        "<b>@ada</b>",
        "\\@ada",
        "a@b.example",
    ),
    *("&#64;ada", "&#064ada", "&#x40;ada", "&#X0040ada", "&commat;ada", "@&#97;da", "\n", " ", "_", "-->"),
    *(
        "<!-- interlock:",
        comment("run-7"),
        "<!--",
        "Interlock-Run: abc",
        "\nInterlock-Run: ",
        trailer("run-7"),
    ),
)
NASTY = st.lists(st.text(max_size=6) | st.sampled_from(PIECES), min_size=1, max_size=10).map("".join)
SEEN = NASTY.filter(str.strip)
# What GitHub's own filter looks for, once Markdown and character references are resolved.
SIGN = r"(?:@|&#0*64(?:;|(?![0-9]))|&#[xX]0*40(?:;|(?![0-9A-Fa-f]))|&commat;?)"
MENTION = re.compile(rf"(?:^|[^A-Za-z0-9]){SIGN}(?=[A-Za-z0-9&*_<`\\\[])")


@given(SEEN)
def test_no_text_mentions_anybody(text):
    assert MENTION.search(markdown(text, mentions=False)) is None


@given(SEEN)
def test_no_text_has_a_mark_and_one_that_is_set_comes_first_and_comes_off(text):
    plain = markdown(text, mentions=True)
    assert marks(plain) == ""
    marked = markdown(text, mentions=True, mark="run-9")
    assert marked.startswith(f"{comment('run-9')}\n\n")
    assert marked.count("<!-- interlock:") == 1
    assert words({"body": [marked]})["body"][0] in (plain, plain.lstrip("\r\n"))


@given(SEEN)
def test_no_message_names_another_run(text):
    lines = message(text, mentions=False, mark="run-9").splitlines()
    assert [each for each in lines if each.startswith("Interlock-Run:")] == [trailer("run-9")]


@pytest.mark.parametrize("text", ["ada@mail.example writes", "to: b.c+d@mail.example.org"])
def test_addresses_of_mail_stay(text):
    assert markdown(text, mentions=False) == text


def test_mentions_stay_where_they_are_allowed():
    assert markdown("@ada, look", mentions=True) == "@ada, look"


@pytest.mark.parametrize("text", [" ", "\ud800", "x" * (LONGEST + 1), "@" * (LONGEST // 2 + 1)])
def test_what_cannot_be_sent_is_refused_by_name(text):
    with pytest.raises(RequestError) as caught:
        markdown(text, mentions=False, key="comments.2.body")
    assert caught.value.key == "comments.2.body"


def test_a_text_is_as_long_as_github_takes_with_its_mark():
    room = LONGEST - len(comment("run-7")) - 2
    assert len(markdown("x" * room, mentions=False, mark="run-7")) == LONGEST
    with pytest.raises(RequestError, match=r"65,537 characters"):
        markdown("x" * (room + 1), mentions=False, mark="run-7")


@given(st.text())
def test_whatever_people_wrote_can_be_read(text):
    assert isinstance(words(text), str)
    assert isinstance(marks(text), str)
