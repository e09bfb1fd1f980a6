"""What a text may say to a model that a search for words would miss: undone, where that is easy."""

import base64
import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from interlock.fencing.lookalikes import ALIKE

_INVISIBLE: Final = ("Cf", "Cc", "Cs")
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-f]{2}[\s:]?){16,}", re.IGNORECASE)
_PARTING: Final = re.compile(r"[\s:]")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_MOST_ENCODED: Final = 20
_LONGEST: Final = 4000
_MOSTLY: Final = 0.9
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_SPACED: Final = re.compile(r"\b(?:\w[ ._\-*]){3,}\w\b")
_BLANKS: Final = re.compile(r"\s+")
_JOINERS: Final = re.compile(r"[ ._\-*]")


def readings(text: str) -> Iterator[str]:
    """The text in small letters and without what hides in it; then with what it may be a disguise of."""
    plain = _plain(text)
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", plain) if unicodedata.category(char) != "Mn"
    )
    latin = bare.translate(ALIKE)
    yield from dict.fromkeys((plain, bare, latin, latin.translate(_LEET)))
    if _SPACED.search(text):
        yield _plain(_SPACED.sub(lambda found: _JOINERS.sub("", found[0]), text))
    yield codecs.encode(plain, "rot13")
    yield plain[::-1]
    yield from map(_plain, _tagged(text))
    yield from map(_plain, _decoded(text))


def _plain(text: str) -> str:
    kept = (char for char in unicodedata.normalize("NFKC", text) if _stands(char))
    return _BLANKS.sub(" ", "".join(kept).casefold())


def _stands(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _INVISIBLE


def _tagged(text: str) -> Iterator[str]:
    """What is written in characters that nobody sees, a letter each."""
    hidden = [chr(ord(char) - 0xE0000) for char in text if "\U000e0020" <= char <= "\U000e007e"]
    if hidden:
        yield "".join(hidden)


def _decoded(text: str) -> Iterator[str]:
    for found in islice(_ENCODED.finditer(text), _MOST_ENCODED):
        yield from _readable(_base64, found[0][:_LONGEST])
    for found in islice(_HEX.finditer(text), _MOST_ENCODED):
        yield from _readable(bytes.fromhex, _PARTING.sub("", found[0][:_LONGEST]))


def _base64(word: str) -> bytes:
    word = word.rstrip("=").translate(_URL_SAFE)
    return base64.b64decode(word + "=" * (-len(word) % 4))


def _readable(decode: Callable[[str], bytes], word: str) -> Iterator[str]:
    try:
        text = decode(word).decode("utf-8")
    except ValueError:
        return
    if sum(char.isprintable() or char.isspace() for char in text) > _MOSTLY * len(text):
        yield text
