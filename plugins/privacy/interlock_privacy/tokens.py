"""What stands for a value while it is away: <EMAIL_k7q2x3ab>.

A token's code is of a keyed digest of the kind and of what the spellings of a value have in common. So it is
the same in every turn of a session and another one in another session, and says nothing to whoever lacks the
key.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from secrets import token_bytes
from typing import Final

from interlock_privacy.actions import label

__all__ = ["CODE", "Kept", "Minting", "codes_in", "session_key"]

CODE: Final = 8
"""Characters of base32, so 40 bits: of a thousand values in a call, two share one once in two million calls,
and then one of them gets another.
"""
_DIGIT = re.compile(r"[2-7]")
_RUN = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{CODE}}}")
_PROCESS: Final = token_bytes(32)


@lru_cache(maxsize=1024)
def session_key(secret: bytes | None, session: str | None) -> bytes:
    """The key of a session; without a secret, one that this process alone has."""
    root = hmac.digest(secret or _PROCESS, b"interlock-privacy 1", "sha256")
    return root if session is None else hmac.digest(root, b"session\0" + _bytes(session), "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was sealed in one call. Of no part of it does the representation say anything.

    `spelled` has by its code how a value was written where it was first seen, `codes` the code of each kind
    and value.
    """

    key: bytes = field(repr=False)
    spelled: Mapping[str, str] = field(repr=False)
    codes: Mapping[tuple[str, str], str] = field(repr=False)


class Minting:
    """Gives tokens to the values of one request; beside what was `kept` of it before.

    No two values have one token, and no value has one that stands in the request already.
    """

    def __init__(self, key: bytes, kept: Kept | None, taken: Iterable[str]) -> None:
        self._key = key if kept is None else kept.key
        self._spelled = {} if kept is None else dict(kept.spelled)
        self._codes = {} if kept is None else dict(kept.codes)
        self._taken = {*taken, *self._spelled}

    def token(self, kind: str, value: str, spelled: str, *, bare: bool = False) -> str:
        """The token of a value; `bare` without brackets, for where they would not be taken."""
        code = self._codes.get((kind, value))
        if code is None:
            code = next(each for each in _candidates(self._key, kind, value) if each not in self._taken)
            self._codes[kind, value] = code
            self._spelled[code] = spelled
            self._taken.add(code)
        token = f"{label(kind)}_{code}"
        return token if bare else f"<{token}>"

    def kept(self) -> Kept | None:
        if not self._spelled:
            return None
        return Kept(key=self._key, spelled=self._spelled, codes=self._codes)


def codes_in(text: str) -> set[str]:
    """What in a text may be the code of a token, whoever made it."""
    return set(_RUN.findall(text.lower()))


def _candidates(key: bytes, kind: str, value: str) -> Iterator[str]:
    """Codes for a value, always the same and in the same order. Each begins with a letter and has a digit,
    and so is no word.
    """
    number = 0
    while True:
        said = b"\0".join((_bytes(kind), b"%d" % number, _bytes(value)))
        signs = b32encode(hmac.digest(key, said, "sha256")).decode("ascii").lower().rstrip("=")
        for at in range(0, len(signs) - CODE + 1, CODE):
            code = signs[at : at + CODE]
            if code[0].isalpha() and _DIGIT.search(code):
                yield code
        number += 1


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
