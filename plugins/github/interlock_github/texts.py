"""A model's words as GitHub's Markdown, with the mark of a run, and back."""

import re
from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock_tools import comment, reference

LONGEST = 65_536
"""Characters of a body."""

_NOTHING = "\u200b"  # a character without width: no name follows the sign any more
_OPENING = "<!-- interlock:"
_MARK = re.compile(r"<!-- interlock:[a-z2-7]{26} -->(?:\r?\n){0,2}")
_TRAILER = "Interlock-Run: "
# An address of mail that stands by itself is none; every other sign may become a mention: behind markup,
# as a character reference, and in code, of which GitHub alone knows where it ends.
_MENTION = re.compile(
    r"(?P<mail>(?:(?<=[\s(:,;])|^)[A-Za-z0-9.+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z])"
    r"|(?P<sign>@|&#0*64(?![0-9]);?|&#[xX]0*40(?![0-9A-Fa-f]);?|&commat;?)"
)


def markdown(text: str, *, mentions: bool, key: str = "body", mark: str = "") -> str:
    """The text as it goes out, behind the mark of a run where it has one.

    The mark comes first: nothing in the text can hide or show it. A mark within the text becomes words.

    Raises:
        RequestError: nothing is left to see, or it is longer than GitHub takes, mark included; it is never
            cut.
    """
    written = prose(text, mentions=mentions, key=key)
    if mark:
        written = f"{comment(mark)}\n\n{written}"
    if len(written) > LONGEST:
        raise RequestError(
            f"has {len(written):,} characters as it would be sent; GitHub takes {LONGEST:,}: "
            "send it in several",
            key=key,
        )
    return written


def prose(text: str, *, mentions: bool, key: str) -> str:
    """The same without a mark.

    Raises:
        RequestError: there is nothing to see in it, or something that is no character.
    """
    if not text.strip():
        raise RequestError("is empty", key=key)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RequestError("holds half of a surrogate pair, which is no character", key=key) from None
    text = text.replace(_OPENING, f"&lt;{_OPENING[1:]}")
    return text if mentions else _MENTION.sub(_unmentioned, text)


def message(text: str, *, mentions: bool, mark: str) -> str:
    """A commit's message, with the run in its last line.

    Raises:
        RequestError: as of `prose`.
    """
    said = prose(text, mentions=mentions, key="message").strip()
    said = re.sub(rf"(?mi)^({_TRAILER.strip()})", rf"{_NOTHING}\1", said)
    return f"{said}\n\n{trailer(mark)}" if mark else said


def trailer(key: str) -> str:
    """The last line of the message of a run's commit."""
    return f"{_TRAILER}{reference(key)}"


def words(value: Any) -> Any:
    """What somebody wrote, without the marks of runs, wherever in a JSON value it stands."""
    if isinstance(value, str):
        return _MARK.sub("", value)
    if isinstance(value, Mapping):
        return {name: words(each) for name, each in value.items()}
    return [words(each) for each in value] if isinstance(value, list) else value


def marks(text: Any) -> str:
    """The marks of runs in a body, so that another body can keep them."""
    return (
        "".join(found[0].strip() + "\n\n" for found in _MARK.finditer(text)) if isinstance(text, str) else ""
    )


def _unmentioned(found: re.Match[str]) -> str:
    return found[0] if found["mail"] else f"@{_NOTHING}"
