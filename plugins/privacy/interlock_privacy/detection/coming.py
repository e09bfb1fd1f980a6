"""Secrets in a text that is still coming: what of it nothing that follows can change.

Each rule of `keys` needs certain characters together: a form stands within a word, a private key between its
lines, a value that is assigned behind its name. A text may be cut where no rule needs what is on both sides,
nor could if the text went on.
"""

import re
from collections.abc import Iterator

from interlock.types.findings import Finding
from interlock_privacy.detection.candidate import resolved
from interlock_privacy.detection.folding import folded
from interlock_privacy.detection.keys import (
    ASSIGNED,
    BEARER,
    BLOCK_AHEAD,
    NAMED,
    PEM,
    Value,
    block,
    secrets,
    value,
    weak,
)
from interlock_privacy.detection.within import SCHEME, USER, addresses

__all__ = ["Secrets"]

# Behind one of these a text may be cut: no form goes on, but for an address with a password in it.
_AFTER = re.compile(r"[\s\u2e80-\uffef]")
_ADDRESS_BEGUN = re.compile(
    rf"[a-z][a-z0-9+.\-]{{1,30}}://(?:[^\s:/@'\"<>]{{0,80}}|{USER}:[^\s/@'\"<>]{{0,120}})\Z"
)
_LONGEST_SCHEME = 31
# What the end of a text may be the beginning of.
_BLOCK_BEGUN = re.compile(r"-----BEGIN(?: [A-Z0-9]*){0,6}-{0,5}\Z")
_BEARER_BEGUN = re.compile(r"[Bb]earer\s{1,2}[A-Za-z0-9_\-.~+/]{0,19}={0,2}\Z")
_NAME_BEGUN = re.compile(
    r"(?:(?:api|access|auth|private|encryption|signing|client|account|session|storage|secret)[ ]"
    r"|secret[_\- ]?access[ ]|mot(?: de)?[ ]|密|口|パ(?:ス(?:ワ(?:ー)?)?)?|비(?:밀(?:번)?)?)\Z",
    re.IGNORECASE,
)
_VALUE_BEGUN = re.compile(
    r"[=:>]{0,2}\s{0,3}(?:(?:Bearer|Basic|Token)\s{0,2})?"
    r"(?:\"[^\"\n]{0,3}|'[^'\n]{0,3}|[^\s\"'`,;<>()\[\]{}\u2e80-\uffef]{0,3})\Z"
)
_BEFORE = 41  # of a sign, where its name begins at the earliest
_NEAR = 64  # characters, where a word has ended mostly
_MOST_BEHIND = 20  # of a sign, where a value that is too short to be one ends at the latest
_LONGEST_BEGUN = 40  # of a bearer's token that is too short to be one, with the word before it


class Secrets:
    """Finds keys, tokens, passwords and addresses that hold one, as `Detector` finds what it calls `secret`.

    Holds no state: any threads may share one.
    """

    def find(self, text: str) -> list[Finding]:
        """What is in the text, in its order; no two overlap."""
        return resolved(secrets(folded(text)))

    def settled(self, text: str, seen: int = 0) -> int:
        """How many characters of a text of which more may come can be done with now.

        Whatever follows, what is found in the whole is what is found in these characters by themselves and
        in the rest by itself. Of prose, all but the last word is settled; behind the name of a secret, what
        may be its value is not. Of the first `seen` characters none was settled when there were no more: a
        text that is long in coming is not read again for each piece.
        """
        if seen and not _AFTER.search(text, seen):
            return 0
        plain = folded(text)
        cut = _cut(plain, len(plain))
        if cut == 0:
            return 0
        for start, end in sorted(_spans(plain, cut), reverse=True):
            if start < cut < end:
                cut = _cut(plain, start)
        return cut


def _cut(text: str, at: int) -> int:
    """The last place until `at` where a text may be cut, going by its words alone."""
    while (at := _gap(text, at)) > 0 and not text[at - 1].isspace() and (begun := _address(text, at)) >= 0:
        at = begun
    return at


def _gap(text: str, at: int) -> int:
    """Behind the last character until `at` that ends a word; 0 where there is none."""
    size, last = _NEAR, 0
    while at > 0 and not last:
        first = max(0, at - size)
        last = max((each.end() for each in _AFTER.finditer(text, first, at)), default=0)
        at, size = first, size * 8
    return last


def _address(text: str, at: int) -> int:
    """Where an address begins that may go on at a place within its word, or -1."""
    sign = text.rfind("://", 0, at)
    scheme = SCHEME.search(text, max(0, sign - _LONGEST_SCHEME), sign) if sign >= 0 else None
    return scheme.start() if scheme and _ADDRESS_BEGUN.match(text, scheme.start(), at) else -1


def _spans(text: str, word: int) -> Iterator[tuple[int, int]]:
    """What a cut must not go through, from its beginning to behind its end; to `size` where it may go on."""
    size = len(text) + 1
    yield word, size
    for end in (word, len(text)):
        for form in (NAMED, _NAME_BEGUN):
            if found := form.search(text, max(0, end - _BEFORE), end):
                yield found.start(), size
    if (begun := text.rfind("-----BEGIN")) >= 0 and _BLOCK_BEGUN.match(text, begun):
        yield begun, size
    if "earer" in text:
        yield from ((each.start(), each.end()) for each in BEARER.finditer(text))
        if found := _BEARER_BEGUN.search(text, max(0, len(text) - _LONGEST_BEGUN)):
            yield found.start(), size
    if "-----BEGIN" in text:
        yield from _blocks(text, size)
    yield from _assignments(text, size)
    # In the middle of one the end of a word may stand.
    yield from addresses(text, 0, len(text))


def _blocks(text: str, size: int) -> Iterator[tuple[int, int]]:
    floor = 0
    for begin in PEM.finditer(text):
        if begin.start() < floor:
            continue
        floor, closed = block(text, begin.end())
        yield begin.start(), floor if closed else min(size, floor + BLOCK_AHEAD)


def _assignments(text: str, size: int) -> Iterator[tuple[int, int]]:
    for sign in ASSIGNED.finditer(text):
        at = sign.start()
        name = NAMED.search(text, max(0, at - _BEFORE), at)
        if name is None:
            continue
        if len(text) - at <= _MOST_BEHIND and _VALUE_BEGUN.match(text, at + 1):
            yield name.start(), size
        elif it := value(text, at + 1):
            yield name.start(), _value_end(text, at, it, size)


def _value_end(text: str, sign: int, it: Value, size: int) -> int:
    """Behind a value and its quote, or `size` where it may go on; of one that is none, what says so."""
    judged = it.start + len(it.said)
    # A word is not cut anyway.
    if it.form == "bare":
        return judged
    end = it.end(text)
    if end > judged:
        unsure = weak(text[max(0, sign - _BEFORE) : sign])
        if unsure is None or not it.passes(unsure):
            return judged
    return end + 1 if end < len(text) else size
