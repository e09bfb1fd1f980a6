"""Text that comes from anywhere, as it may be shown: nothing in it is unseen or turns its surroundings."""

import re
import unicodedata
from typing import Final

__all__ = ["inline", "lines", "reachable"]

_SPACE: Final = re.compile(r"[ \t\r\n\f\v]+")
_BREAK: Final = re.compile(r"\r\n?")
_REACHABLE: Final = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s]|#[^\s])\S*", re.IGNORECASE)
_TOLD: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# They join letters in Persian, Indic scripts and emoji, and mark a direction without turning anything.
_KEPT: Final = "\n\t\u00ad\u061c\u200c\u200d\u200e\u200f"


class _Shown(dict[int, int | str]):
    """What each code point is shown as, found out once."""

    def __missing__(self, point: int) -> int | str:
        one = chr(point)
        told = unicodedata.category(one) in _TOLD and one not in _KEPT
        shown = self[point] = f"[U+{point:04X}]" if told else point
        return shown


_SHOWN: Final = _Shown()


def lines(text: str) -> str:
    """With its lines and tabs; control characters, overrides and halves of characters as code points."""
    return text if text.isprintable() else _BREAK.sub("\n", text).translate(_SHOWN)


def inline(text: str) -> str:
    """The same in one line, each run of white space as one space."""
    return text if text.isprintable() and "  " not in text else lines(_SPACE.sub(" ", text))


def reachable(target: str) -> bool:
    """Whether a link may lead there: http, https, mailto, or a place in the page. Others are text."""
    return bool(_REACHABLE.fullmatch(target)) and lines(target) == target
