"""Two lines around data, which share a number of 128 bits that is drawn after the data was written."""

import re
from dataclasses import dataclass
from secrets import token_hex

_BYTES = 16
_LINES = re.compile(
    r"^=== begin (?P<what>[^\n]+?) (?P<nonce>[0-9a-f]{32}) ===\n(?P<data>.*?)\n"
    r"=== end (?P=what) (?P=nonce) ===$",
    re.MULTILINE | re.DOTALL,
)
_MARK = "…"


class Fence:
    """The fence of one prompt, around each piece of data in it."""

    def __init__(self) -> None:
        self._nonce = token_hex(_BYTES)
        self._own = re.compile(self._nonce, re.IGNORECASE)

    def around(self, what: str, data: str) -> str:
        """The data between two lines that name it. The number in them is taken out of the data."""
        held = self._own.sub(_MARK, data)
        return f"=== begin {what} {self._nonce} ===\n{held}\n=== end {what} {self._nonce} ==="


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """A prompt as whoever respects its fences reads it.

    Attributes:
        outside: the prompt without its data; the lines of the fences are left out, too.
        pieces: each piece of data, by what its fence calls it.
    """

    outside: str
    pieces: dict[str, str]


def read_fences(prompt: str) -> Fenced:
    """Tell data from instructions, as a judge is told to."""
    pieces = {found["what"]: found["data"] for found in _LINES.finditer(prompt)}
    return Fenced(outside=_LINES.sub("", prompt), pieces=pieces)
