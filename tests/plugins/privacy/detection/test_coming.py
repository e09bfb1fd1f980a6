"""What of a text that is still coming is settled: secrets are found as in the whole, wherever it is cut."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_privacy.detection import Detector, Secrets

KEY = "sk-proj-" + "Zx9" * 11
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nDEF=\n-----END RSA PRIVATE KEY-----"
PIECES = [
    *("password", "Password: ", " = ", "hunter2x!", "'correct horse 1'", "token", "api key", ": ", "Bearer "),
    *(
        "abcDEF123456789012345678",
        KEY,
        "\n",
        " ",
        "  ",
        "mot de passe",
        "密码是",
        "：",
        "天气",
        PEM,
        '"',
        "'",
    ),
    *(
        "-----BEGIN",
        " EC",
        " PRIVATE KEY-----",
        "postgres://u:pw密@host/db",
        "AKIAABCDEFGHIJKLMNOP",
        " is ",
        "=",
    ),
    # Written on to one another, they are a key inside a word.
    *("minister", "9", "ghp_" + "aB3" * 12, "9postgres://u:p@h", "123456789:AA" + "xY7" * 11, "sk-"),
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM.SflKxwRJSMeKKF2QT4",
    # Longer than what a value is judged by, with a quote at one end or none.
    *("k7QZx9pLm2w" * 24, '"' + "k7QZx9pLm2w" * 24, "two words " * 30 + "'", "glpat-" + "k7QZx9pLm2w" * 20),
]


def found(text: str, cuts: list[int]) -> Iterator[tuple[str, int, int]]:
    secrets, left, pending, seen = Secrets(), 0, "", 0
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    for begin, end in zip([0, *ends], ends, strict=False):
        pending += text[begin:end]
        upto = secrets.settled(pending, seen)
        yield from ((it.rule, it.start + left, it.end + left) for it in secrets.find(pending[:upto]))
        left, pending, seen = left + upto, pending[upto:], len(pending) - upto
    yield from ((it.rule, it.start + left, it.end + left) for it in secrets.find(pending))


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    cuts=st.lists(st.integers(0, 300), max_size=30),
)
def test_secrets_are_found_as_in_the_whole(text, cuts):
    whole = [(it.rule, it.start, it.end) for it in Detector(kinds=["secret"]).find(text)]
    assert list(found(text, cuts)) == whole


@given(st.text())
def test_any_text_is_settled_up_to_some_place(text):
    assert 0 <= Secrets().settled(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("It rains, and then", "It rains, and "),
        ("The password is ", "The "),
        ("api_key = 'two words", ""),
        ("Here: -----BEGIN PRIVATE KEY-----\nabc\n", "Here: "),
        ("今天天气很好", "今天天气很好"),
        ("abc" * 9_000, ""),
    ],
)
def test_what_may_yet_be_a_secret_is_not_settled(text, settled):
    assert text[: Secrets().settled(text)] == settled
