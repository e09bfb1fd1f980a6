"""A model's words as Slack's markup, and Slack's markup as words."""

import re

from interlock import RequestError

LONGEST = 40_000
"""Characters of a message. Slack would cut what is longer and post it."""

_MENTION = re.compile(
    r"(<@[UW][A-Z0-9]{2,}>|<#[CG][A-Z0-9]{2,}>|<!subteam\^S[A-Z0-9]{2,}>|<!(?:here|channel|everyone)>)"
)
_MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKED = re.compile("[&<>]")
_BACK = {escaped: plain for plain, escaped in _MARKS.items()}
_ESCAPED = re.compile("&(?:amp|lt|gt);")


def markup(text: str, *, mentions: bool, longest: int = LONGEST, key: str = "text") -> str:
    """The text as it goes out: what would be a link, a mention or a date under a label is shown as it is.

    With `mentions` those of people, channels and groups stay. Formatting with `*`, `_`, `~` and backquotes
    stays.

    Raises:
        RequestError: nothing is left to see, or it is longer than Slack takes, markup included; it is never
            cut.
    """
    if not text.strip():
        raise RequestError("is empty", key=key)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RequestError("holds half of a surrogate pair, which is no character", key=key) from None
    pieces = _MENTION.split(text) if mentions else [text]
    written = "".join(piece if place % 2 else _escaped(piece) for place, piece in enumerate(pieces))
    if len(written) > longest:
        raise RequestError(
            f"has {len(written):,} characters, & < and > counting as four or five; Slack takes {longest:,}: "
            "send it in several",
            key=key,
        )
    return written


def words(text: str) -> str:
    """What somebody wrote, out of Slack's markup. Mentions stay as they are: `<@U…>`."""
    return _ESCAPED.sub(lambda found: _BACK[found[0]], text)


def _escaped(text: str) -> str:
    return _MARKED.sub(lambda found: _MARKS[found[0]], text)
