"""JSON of any size and density, read so that other threads go on meanwhile.

The standard library reads a text in one call into C, which no other thread can interrupt: whoever reads
megabytes of `[[],[],…` in a thread holds up the event loop all the same. Here a large text is read in steps
of `_STEP` characters at the most, each a call of its own. It takes some times as long, and so large texts
belong into a thread.
"""

import codecs
import json
import re
from collections.abc import Callable
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined] # not in the stubs
from typing import Any

SMALL = 64 * 1024
"""Bytes or characters that are read in one call, in a few milliseconds at the most."""

MOST_VALUES = 500_000
"""In one text: a fraction of a second to read, and tens of megabytes to hold."""

MOST_ARGUMENTS = 100_000
"""Values in the arguments of one call of a tool, or in structured output."""

Pairs = Callable[[list[tuple[str, Any]]], Any]
Constant = Callable[[str], Any]
Real = Callable[[str], Any]

_STEP = 32 * 1024
_BYTES = 1024 * 1024  # decoded in a millisecond or two
_DEEPEST = 200
_BLANKS = " \t\n\r"
_LONGEST_WORD = 5_000  # the standard library reads no whole number of more digits

_blanks = re.compile(r"[ \t\n\r]*").match
_word = re.compile(r"[-+.\w]+", re.ASCII).match
_is_half = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}").match
_ESCAPE = len("\\ud800")


def load_json(
    data: str | bytes,
    *,
    most: int = MOST_VALUES,
    pairs: Pairs | None = None,
    constant: Constant | None = None,
    real: Real | None = None,
) -> Any:
    """As `json.loads` with `pairs` for its `object_pairs_hook`, `constant` for its `parse_constant`, and
    `real` for its `parse_float`.

    Raises ValueError and RecursionError, and ValueError too for more than `most` values in a text that is not
    small.
    """
    text = data if isinstance(data, str) else decoded(data, json.detect_encoding(data), "surrogatepass")
    if len(data) <= SMALL:
        text = text.strip(_BLANKS)
        value, end = _decoder(pairs, constant, real).raw_decode(text)
    else:
        reader = _Reader(text, most, pairs, constant, real)
        value, end = reader.value(reader.skip(0), 0)
        end = reader.skip(end)
    if end != len(text):
        raise ValueError("more follows the end of the JSON")
    return value


def decoded(data: bytes, encoding: str = "utf-8", errors: str = "strict") -> str:
    """As `data.decode`, in steps. Raises UnicodeDecodeError."""
    if len(data) <= _BYTES:
        return data.decode(encoding, errors)
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    steps = [decoder.decode(data[at : at + _BYTES]) for at in range(0, len(data), _BYTES)]
    return "".join([*steps, decoder.decode(b"", final=True)])


@lru_cache(maxsize=8)
def _decoder(pairs: Pairs | None, constant: Constant | None, real: Real | None) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant, parse_float=real)


class _Reader:
    """Tries to read each container and string within a window of the text, and goes into those that do not
    fit.
    """

    __slots__ = ("_from", "_left", "_made", "_patience", "_scan", "_text", "_window")

    def __init__(
        self, text: str, most: int, pairs: Pairs | None, constant: Constant | None, real: Real | None
    ) -> None:
        self._text = text
        self._scan = _decoder(pairs, constant, real).scan_once  # type: ignore[attr-defined] # not in the stubs
        self._made = pairs or dict
        self._left = most
        # Containers nested around the same text are tried in vain at every level.
        self._patience = 64 + 8 * len(text) // _STEP
        self._from = 0
        self._window = text[:_STEP]

    def skip(self, at: int) -> int:
        """Where the blanks end that begin at `at`."""
        while True:
            end: int = _blanks(self._text, at, at + _STEP).end()  # type: ignore[union-attr] # it matches nothing, too
            if end < at + _STEP:
                return end
            at = end

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """The value that begins at `at`, and where it ends."""
        opens = self._text[at : at + 1]
        if opens not in ("{", "[", '"'):
            return self._scalar(at)
        if (found := self._fits(at)) is not None:
            return found
        self._patience -= 1
        if self._patience < 0 or depth > _DEEPEST:
            raise RecursionError("the JSON is nested too deeply")
        if opens == '"':
            return self._string(at + 1)
        return self._list(at + 1, depth + 1) if opens == "[" else self._object(at + 1, depth + 1)

    def _fits(self, at: int) -> tuple[Any, int] | None:
        """The value at `at`, if it is one that ends within a step."""
        offset = at - self._from
        fresh = not 0 <= offset < _STEP // 2
        while True:
            if fresh:
                self._from, self._window, offset = at, self._text[at : at + _STEP], 0
            window = self._window
            try:
                value, end = self._scan(window, offset)
            except (ValueError, StopIteration):
                if fresh or offset == 0:
                    return None
                fresh = True
                continue
            if not isinstance(value, str):
                self._count(sum(window.count(sign, offset, end) for sign in ",[{"))
            return value, self._from + end

    def _scalar(self, at: int) -> tuple[Any, int]:
        found = _word(self._text, at, at + _LONGEST_WORD)
        word = found.group() if found is not None else ""
        try:
            value, end = self._scan(word, 0)
        except StopIteration:
            end = -1
        if not word or end != len(word):
            raise ValueError("a value is no JSON")
        return value, at + end

    def _list(self, at: int, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        at = self.skip(at)
        if self._text[at : at + 1] == "]":
            return values, at + 1
        while True:
            at = self._many(at, values)
            value, at = self.value(at, depth)
            values.append(value)
            self._count(1)
            at = self.skip(at)
            sign = self._text[at : at + 1]
            if sign == "]":
                return values, at + 1
            at = self._after(sign, ",", at)

    def _many(self, at: int, values: list[Any]) -> int:
        """Read as many values of a list as end within a step, in one call where that is easy to see.

        Where the next value begins.
        """
        window = self._text[at : at + _STEP]
        for ends in ("},", "],", ","):
            cut = window.rfind(ends)
            if cut < 0:
                continue
            cut += len(ends)
            try:
                found, end = self._scan(f"[{window[: cut - 1]}]", 0)
            except (ValueError, StopIteration):
                continue
            if found and end == cut + 1:
                values.extend(found)
                self._count(sum(window.count(sign, 0, cut) for sign in ",[{"))
                return self.skip(at + cut)
        return at

    def _object(self, at: int, depth: int) -> tuple[Any, int]:
        values: list[tuple[str, Any]] = []
        at = self.skip(at)
        if self._text[at : at + 1] == "}":
            return self._made(values), at + 1
        while True:
            if self._text[at : at + 1] != '"':
                raise ValueError("a name is no text")
            name, at = self.value(at, depth)
            at = self.skip(at)
            at = self._after(self._text[at : at + 1], ":", at)
            value, at = self.value(at, depth)
            values.append((name, value))
            self._count(1)
            at = self.skip(at)
            sign = self._text[at : at + 1]
            if sign == "}":
                return self._made(values), at + 1
            at = self._after(sign, ",", at)

    def _string(self, at: int) -> tuple[str, int]:
        """A string whose first character stands at `at`, in pieces that end between two escapes."""
        pieces: list[str] = []
        while cut := _between(raw := self._text[at : at + _STEP]):
            piece, end = scanstring(raw[:cut] + '"', 0)
            pieces.append(piece)
            if end <= cut:
                return "".join(pieces), at + end
            at += cut
        raise ValueError("a text is not closed")

    def _after(self, found: str, expected: str, at: int) -> int:
        if found != expected:
            raise ValueError(f"{expected!r} is missing")
        return self.skip(at + 1)

    def _count(self, values: int) -> None:
        self._left -= values
        if self._left < 0:
            raise ValueError("the JSON holds too many values")


def _between(raw: str) -> int:
    """Where the last escape begins that may not be all there, or half of a pair of them; else the end."""
    end = len(raw)
    last = raw.rfind("\\", max(0, end - _ESCAPE + 1))
    if last >= 0 and raw[last + 1 : last + 2] in ("", "u") and _escapes(raw, last):
        end = last
    half = end - _ESCAPE
    return half if half >= 0 and _is_half(raw, half) and _escapes(raw, half) else end


def _escapes(raw: str, at: int) -> bool:
    """Whether the backslash at `at` is none that another one escapes."""
    head = raw[: at + 1]
    return (len(head) - len(head.rstrip("\\"))) % 2 == 1
