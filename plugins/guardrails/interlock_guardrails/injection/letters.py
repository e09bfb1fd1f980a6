"""Which characters a text holds, at the speed of copying it: what makes a search for most things needless."""

import string
from typing import Final

__all__ = ["capitals", "outside_ascii"]

_ASCII: Final = bytes(range(128))
_NO_CAPITALS: Final = bytes(set(range(256)) - set(string.ascii_uppercase.encode()))


def outside_ascii(text: str) -> str:
    """The characters of a text that are not ASCII's, in their order."""
    if text.isascii():
        return ""
    return _encoded(text).translate(None, _ASCII).decode("utf-8", "surrogatepass")


def capitals(text: str) -> bytes:
    """ASCII's capitals in a text, in their order: a word in capitals is in there, too."""
    return _encoded(text).translate(None, _NO_CAPITALS)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
