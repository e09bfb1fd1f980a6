"""Regular expressions in schemas: which take for ever on some texts, and how long a text they are tried on.

Whoever writes a plan writes them, and whoever fills in a value chooses the text: a model, a tool, a stranger
behind it. Python's `re` tries every way in which repetitions can share a text, and cannot be interrupted.
"""

import re
from dataclasses import dataclass, field
from typing import Final

__all__ = ["longest", "pattern_complaint"]

_LONGEST: Final = (10_000, 10_000, 1_000, 200, 80, 40, 30, 25, 20)
"""Characters, by how many repetitions without an end there are: what a failed search costs grows with a power
of the length.
"""
_MANY: Final = 10  # times; what is repeated as often as that multiplies the ways as if there was no end
_REPEATED: Final = re.compile(r"[*+?]|\{(\d*)(,?)(\d*)\}")
_PIECE: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:P?<\w+>|<?[=!]|[a-zA-Z-]*[:)])|.", re.DOTALL
)
_MEANS_MORE: Final = frozenset(".^$(")


@dataclass(slots=True)
class _Group:
    """`begins` are the first pieces of its alternatives, `pieces` all that follow those; `varies` says
    whether something in it may be there more or less often, `repeats` whether as often as it likes.
    """

    begins: list[str] = field(default_factory=lambda: [""])
    pieces: list[str] = field(default_factory=list)
    varies: bool = False
    repeats: bool = False

    def take(self, piece: str) -> None:
        if self.begins[-1]:
            self.pieces.append(piece)
        else:
            self.begins[-1] = piece

    @property
    def is_doubtful(self) -> bool:
        """Whether the same text may be read in several ways when it is repeated: not where each time begins
        with a character of its own, which does not follow elsewhere.
        """
        if not self.varies and len(self.begins) == 1:
            return False
        marks = [each.removeprefix("\\") if not each[1:2].isalnum() else each for each in self.begins]
        plain = all(
            len(mark) == 1 and begin not in _MEANS_MORE
            for mark, begin in zip(marks, self.begins, strict=True)
        )
        if not plain or len({*marks}) < len(marks):
            return True
        return any(_matches(piece, mark) for piece in self.pieces for mark in marks) and self.varies


def pattern_complaint(pattern: str) -> str | None:
    """Why a pattern may take for ever, in a sentence; None for one that does not.

    What is no regular expression at all is none of its affairs.
    """
    open_ = [_Group()]
    last: _Group | None = None
    at = 0
    while at < len(pattern):
        times = _REPEATED.match(pattern, at)
        if times is not None and times[0] != "{}":
            again = last is not None and _most(times) > 1 and (last.repeats or _may_vary(times))
            often = _is_many(times) or again
            if last is not None and last.is_doubtful and often:
                return "it repeats a group that can be read in several ways"
            here = open_[-1]
            ways = last is not None and last.is_doubtful and _most(times) > 1
            here.repeats = here.repeats or ways or _is_many(times)
            if _may_vary(times):
                here.varies = True
                if not here.pieces or last is not None:
                    here.begins[-1] = "."  # it need not begin so
            at = times.end()
            continue
        piece = _PIECE.match(pattern, at)
        text = pattern[at] if piece is None else piece[0]
        at += len(text)
        here = open_[-1]
        if text.startswith("(") and not text.endswith(")"):
            here.take("(")
            open_.append(_Group())
            last = None
        elif text == ")" and len(open_) > 1:
            last = open_.pop()
            around = open_[-1]
            around.repeats = around.repeats or last.repeats
            around.varies = around.varies or last.varies or len(last.begins) > 1
            around.pieces += [*last.begins, *last.pieces]
        elif text == "|":
            here.begins.append("")
            last = None
        else:
            here.take(text)
            last = None
    if _parts(pattern) >= len(_LONGEST):
        return f"more than {len(_LONGEST) - 1} parts of it repeat without an end"
    return None


def _matches(piece: str, mark: str) -> bool:
    try:
        return piece in _MEANS_MORE - {"^", "$"} or re.fullmatch(piece, mark) is not None
    except re.error:
        return True


def longest(pattern: str) -> int:
    """How many characters a text may have that is held against the pattern."""
    return _LONGEST[min(_parts(pattern), len(_LONGEST) - 1)]


def _parts(pattern: str) -> int:
    """How many parts of it repeat without an end."""
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", pattern, flags=re.DOTALL)
    return sum(_is_many(times) for times in _REPEATED.finditer(bare))


def _is_many(times: re.Match[str]) -> bool:
    """Whether a repetition has no end, or one that is as good as none."""
    least, comma, most = times.groups()
    if least is None:
        return times[0] != "?"
    return (bool(comma) and not most) or _most(times) > _MANY


def _most(times: re.Match[str]) -> int:
    """How often at the most, where there is an end."""
    least, _, most = times.groups()
    return 1 if least is None else int(most or least or 0)


def _may_vary(times: re.Match[str]) -> bool:
    """Whether it is there more or less often."""
    least, comma, most = times.groups()
    return least is None or (bool(comma) and least != most)
