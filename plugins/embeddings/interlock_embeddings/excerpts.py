"""What is read of a prompt: as much of its beginning and its end as can be embedded in some milliseconds."""

import re
from typing import Final

__all__ = ["excerpt"]

# In thirds of a Latin letter: Chinese, Japanese and Korean characters take the encoder longer.
_HEAD: Final = 720
_TAIL: Final = 360
_LETTER: Final = 3
_CHARACTER: Final = 7
_EAST_ASIAN: Final = "\u2e80"
_HALVES: Final = re.compile(r"[\ud800-\udfff]")  # no encoder can read half a character


def excerpt(text: str) -> str:
    """The text's beginning and end, some 360 Latin or 150 Chinese characters, or all of a shorter one."""
    if len(text) * _CHARACTER > _HEAD + _TAIL:
        head = _fitting(text[: _HEAD // _LETTER], _HEAD)
        tail = _fitting(text[len(text) - 1 : -_TAIL // _LETTER - 1 : -1], _TAIL)[::-1]
        if len(head) + len(tail) < len(text):
            text = f"{head} {tail}"
    return _HALVES.sub("\ufffd", text)


def _fitting(text: str, room: int) -> str:
    for at, character in enumerate(text):
        room -= _LETTER if character < _EAST_ASIAN else _CHARACTER
        if room < 0:
            return text[:at]
    return text
