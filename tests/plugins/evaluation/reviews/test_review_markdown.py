"""A little of Markdown is shown as it is meant, and nothing else does anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.reviews.pages.markdown import blocks_of, readable


def shown(text: str) -> list[tuple[str, object]]:
    return [
        (
            each.kind,
            each.text
            or [
                (
                    line.label,
                    line.depth,
                    "".join(f"<{p.kind}>{p.text}" if p.kind else p.text for p in line.pieces),
                )
                for line in each.lines
            ],
        )
        for each in blocks_of(text)
    ]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        (
            "one\ntwo\n\nthree",
            [("paragraph", [("", 0, "one"), ("", 0, "two")]), ("paragraph", [("", 0, "three")])],
        ),
        ("# C#", [("heading", [("", 0, "C#")])]),
        ("## Head ##\ntext", [("heading", [("", 0, "Head")]), ("paragraph", [("", 0, "text")])]),
        ("- a\n  - b\n2. c\n   more", [("list", [("", 0, "a"), ("", 1, "b"), ("2.", 0, "c more")])]),
        ("```py\n**x**\n\n# y\n```\nz", [("code", "**x**\n\n# y"), ("paragraph", [("", 0, "z")])]),
        ("~~~\nnever closed", [("code", "never closed")]),
        ("| a |\n| 1 |\n\n| b |", [("table", "| a |\n| 1 |"), ("table", "| b |")]),
        ("**b** `c*d*` 2*3*4", [("paragraph", [("", 0, "<strong>b <code>c*d* 2*3*4")])]),
        ("<b>x</b> [a](javascript:b)", [("paragraph", [("", 0, "<b>x</b> [a](javascript:b)")])]),
    ],
)
def test_blocks(text: str, blocks: list[object]) -> None:
    assert shown(text) == blocks


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x1b[0m\x07\x00", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\u202eabc\u2066\u200b\ufeff", "abc"),
        ("half \ud800", "half ?"),
        ("نمی\u200cخواهم 👩\u200d💻", "نمی\u200cخواهم 👩\u200d💻"),
        ("a\tb", "a\tb"),
    ],
)
def test_what_cannot_be_seen_is_left_out_and_what_joins_letters_stays(text: str, clear: str) -> None:
    assert readable(text) == clear


@given(text=st.text(st.sampled_from("ab`*#-|~ \n\t1.\\") | st.characters(), max_size=200))
def test_whatever_a_model_writes_keeps_its_letters(text: str) -> None:
    def letters(text: str) -> str:
        return "".join(each for each in text if each.isalpha())

    def said(text: str) -> str:
        parts = []
        for block in blocks_of(text):
            parts.append(block.text)
            parts += [piece.text for line in block.lines for piece in line.pieces]
        return "".join(parts)

    plain = readable(text)
    if "```" not in plain and "~~~" not in plain:
        assert letters(said(text)) == letters(plain)
    assert readable(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        "`" * 5000,
        "` " * 5000,
        "**a" * 5000,
        "**" + "a " * 5000,
        "# a" + " " * 5000 + "b",
        "- " * 5000,
        "```\n" * 5000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_a_text_that_was_made_to_take_for_ever_does_not(text: str) -> None:
    assert blocks_of(text)
