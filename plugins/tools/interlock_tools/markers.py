"""References that are written into what is created, and by which it is found again."""

import base64
import hashlib

from interlock import RequestError

_FEWEST = 12  # 60 bits: no two of a service's things are taken for one another


def reference(key: str, *, prefix: str = "", longest: int = 26) -> str:
    """A run's key in lower-case letters and digits, for a field that takes `longest` characters.

    Raises:
        RequestError: so short a field cannot tell one thing from another.
    """
    left = longest - len(prefix)
    if left < _FEWEST:
        raise RequestError(f"takes at least {_FEWEST + len(prefix)} characters, not {longest}", key="longest")
    digest = hashlib.sha256(key.encode()).digest()
    return prefix + base64.b32encode(digest).decode().lower().rstrip("=")[:left]


def comment(key: str) -> str:
    """The same as a comment that Markdown and HTML do not show."""
    return f"<!-- interlock:{reference(key)} -->"
