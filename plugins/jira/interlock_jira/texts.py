"""A model's words on their way to Jira, and what people wrote on its way back, without the marks of runs."""

import re
from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock_jira.adf import is_document, text_in
from interlock_tools import reference

LONGEST = 32_767
"""Characters of a text, as Jira comes."""
LABEL = "interlock-"
"""How labels of runs begin."""

_NOTHING = "\u200b"  # a character without width: no name follows the sign any more
_ANCHOR = "{anchor:interlock-"
_SHOWN = re.compile(r"\{anchor:interlock-[a-z2-7]{26}\}\n?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def anchor(key: str) -> str:
    """The mark of a run in wiki markup, which is not shown."""
    return f"{_ANCHOR}{reference(key)}}}"


def label(key: str) -> str:
    """The mark of a run as a label."""
    return f"{LABEL}{reference(key)}"


def checked(value: Any, *, key: str) -> None:
    """That every text in a JSON value is of characters that Jira takes.

    Raises:
        RequestError: one is not; its key is named.
    """
    if isinstance(value, str):
        if found := _CONTROL.search(value):
            raise RequestError(f"holds the control character {found[0]!r}", key=key)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise RequestError("holds half of a surrogate pair, which is no character", key=key) from None
    elif isinstance(value, Mapping):
        for name, each in value.items():
            checked(str(name), key=key)
            checked(each, key=f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            checked(each, key=f"{key}.{place}")


def measured(text: str, *, key: str) -> str:
    """The text as it is sent, which is never cut.

    Raises:
        RequestError: nothing is to be seen in it, or it is longer than Jira takes.
    """
    if not text.strip():
        raise RequestError("is empty", key=key)
    if len(text) > LONGEST:
        raise RequestError(
            f"has {len(text):,} characters as it would be sent; Jira takes {LONGEST:,}: send it in several",
            key=key,
        )
    return text


def wiki(text: str, *, mentions: bool, mark: str = "") -> str:
    """Wiki markup, behind the mark of a run where it has one: nothing in the text can hide or show it."""
    text = text.replace(_ANCHOR, f"{{{_NOTHING}{_ANCHOR[1:]}")
    text = text if mentions else text.replace("[~", f"[{_NOTHING}~")
    return f"{anchor(mark)}\n{text}" if mark else text


def words(value: Any) -> Any:
    """A JSON value of Jira's with its rich texts as Markdown, and without the marks of runs."""
    if isinstance(value, str):
        return _SHOWN.sub("", value)
    if is_document(value):
        return text_in(value)
    if isinstance(value, Mapping):
        return {name: _unmarked(each) if name == "labels" else words(each) for name, each in value.items()}
    return [words(each) for each in value] if isinstance(value, list) else value


def _unmarked(labels: Any) -> Any:
    if not isinstance(labels, list):
        return words(labels)
    return [each for each in labels if not (isinstance(each, str) and each.startswith(LABEL))]
