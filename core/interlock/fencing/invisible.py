"""Characters that nobody sees: kept where a language needs them, named where they may hide something."""

import re
import unicodedata
from typing import Final

_SUSPECT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
_MANY: Final = 4
_RTL: Final = ("R", "AL")
_BIDI_MARKS: Final = frozenset("\u200e\u200f\u061c")
_EMBEDDINGS: Final = frozenset("\u202a\u202b\u2066\u2067\u2068")
_ENDS: Final = {"\u202c": "\u202a\u202b", "\u2069": "\u2066\u2067\u2068"}
# What overrides the direction of letters is not among them: no language is written with it.
_BIDI: Final = frozenset((*_BIDI_MARKS, *_EMBEDDINGS, *_ENDS))
# Scripts in which letters are joined or parted by a character of its own: Arabic to Mongolian, and what is
# written beyond the basic plane in India and around it.
_JOINING: Final = (
    *((0x0600, 0x08FF), (0x0900, 0x109F), (0x1780, 0x18AF), (0x1A00, 0x1CFF), (0xA800, 0xABFF)),
    *((0xFB50, 0xFDFF), (0xFE70, 0xFEFC), (0x10A00, 0x11FFF), (0x1E900, 0x1E95F)),
)
# Scripts that part no words, so that a line's possible ends are marked.
_UNPARTED: Final = ((0x0E00, 0x109F), (0x1780, 0x17FF), (0x1950, 0x1AAF), (0x3000, 0x30FF), (0x3400, 0x9FFF))
_IDEOGRAPHS: Final = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_MONGOLIAN: Final = (0x1800, 0x18AF)
_JAMO: Final = (0x1100, 0x11FF)


def seen(text: str) -> str:
    """The text with each such character kept or named, `⟨U+200B⟩`; of four and more, how many there were."""
    return text if _SUSPECT.search(text) is None else _Reading(text).written()


class _Reading:
    """One text, whose lines are each looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._flags = {place for found in _FLAG.finditer(text) for place in range(*found.span())}
        self._line = (-1, -1)
        self._rtl = self._balanced = False

    def written(self) -> str:
        return _SUSPECT.sub(self._told, self._text)

    def _told(self, found: "re.Match[str]") -> str:
        run, alone = found[0], len(found[0]) == 1
        kept = [place in self._flags or self._belongs(place, alone=alone) for place in range(*found.span())]
        hidden = kept.count(False)
        told = [char if keep else f"⟨U+{ord(char):04X}⟩" for char, keep in zip(run, kept, strict=True)]
        if hidden >= _MANY:
            first = kept.index(False)
            rest = [char for char, keep in zip(run[first:], kept[first:], strict=True) if keep]
            told[first:] = [f"⟨{hidden} invisible characters⟩", *rest]
        return "".join(told)

    def _belongs(self, place: int, *, alone: bool) -> bool:
        """Whether a language, or an emoji, is written with this character at this place."""
        text = self._text
        char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
        if char in _BIDI:
            self._look_at_line(place)
            return self._rtl and (char in _BIDI_MARKS or self._balanced)
        if char == "\u00ad":
            return alone and before.isalpha() and after.isalpha()
        if char in "\u200c\u200d" and _within(before, *_JOINING):
            return True
        if char == "\u200d":
            if before == "\ufe0f":  # a picture's variant
                before = text[place - 2 : place - 1]
            return _pictured(before) and _pictured(after)
        if char == "\u200b":
            return alone and (_within(before, *_UNPARTED) or _within(after, *_UNPARTED))
        if "\ufe00" <= char <= "\ufe0f":
            return bool(before.strip()) and not before.isalpha() and not _suspect(before)
        if "\U000e0100" <= char <= "\U000e01ef":
            return alone and _within(before, *_IDEOGRAPHS)
        if "\u180b" <= char <= "\u180f":
            return _within(before, _MONGOLIAN)
        return char in "\u115f\u1160" and (_within(before, _JAMO) or _within(after, _JAMO))

    def _look_at_line(self, place: int) -> None:
        begin, end = self._line
        if begin <= place < end:
            return
        begin = self._text.rfind("\n", 0, place) + 1
        end = self._text.find("\n", place)
        end = len(self._text) if end < 0 else end
        self._line = begin, end
        line = self._text[begin:end]
        self._rtl = any(unicodedata.bidirectional(char) in _RTL and char not in _BIDI for char in line)
        self._balanced = _is_balanced(line)


def _is_balanced(line: str) -> bool:
    waiting: list[str] = []
    for char in line:
        if char in _EMBEDDINGS:
            waiting.append(char)
        elif char in _ENDS and (not waiting or waiting.pop() not in _ENDS[char]):
            return False
    return not waiting


def _pictured(char: str) -> bool:
    """Whether it is a picture or its colour."""
    return char != "" and unicodedata.category(char) in ("So", "Sk")


def _within(char: str, *ranges: tuple[int, int]) -> bool:
    """Whether it is seen, and written in such a script: what is not seen vouches for nothing beside it."""
    return char != "" and not _suspect(char) and any(first <= ord(char) <= last for first, last in ranges)


def _suspect(char: str) -> bool:
    return _SUSPECT.match(char) is not None
