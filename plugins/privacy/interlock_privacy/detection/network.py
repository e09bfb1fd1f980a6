"""Addresses of machines: IP of both versions, and MAC."""

import ipaddress
import re
from collections.abc import Iterator

from interlock_privacy.detection.candidate import Candidate

__all__ = ["network"]

_V4 = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")
# All but its beginning: what begins with a dot is found faster than what begins with any digit.
_DOTS = re.compile(r"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_HEX = re.compile(r"[0-9A-Fa-f:.]+")
_DASHES = re.compile(r"-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:\-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_VERSION = re.compile(r"(?:version|ver|release|build|v|wersja|版本)[\s.:=]*\Z", re.IGNORECASE)
_LONGEST = 45
# Less than a number in its official groups with its label beside it: 130.219.85.48 may be a NIP.
_SCORE = 24


def network(text: str) -> Iterator[Candidate]:
    """Every address in a folded text."""
    for found in _fourths(text):
        start, end = found.span()
        after = text[end : end + 2]
        if text[start - 1 : start] == "." or (after[:1] == "." and after[1:].isdigit()):
            continue
        if _goes_on(text[start - 1 : start]) or _goes_on(after[:1]):
            continue
        if _VERSION.search(text, max(0, start - 12), start):
            continue
        parts = found[0].split(".")
        if all(int(each) < 256 and (each == "0" or each[0] != "0") for each in parts):
            yield Candidate(_SCORE, start, end, "ip_address", "ip_address.v4", found[0])
    floor = 0
    for found in _COLONS.finditer(text):
        if found.start() < floor:
            continue
        start = found.start()
        while (
            start > floor
            and found.start() - start < _LONGEST
            and text[start - 1] in "0123456789abcdefABCDEF:"
        ):
            start -= 1
        whole = _HEX.match(text, start)
        if whole is None:
            continue
        floor = whole.end()
        if floor - start <= _LONGEST and 2 <= text.count(":", start, floor) <= 8:
            yield from _sixth(text, start, whole[0])
    for found in _DASHES.finditer(text):
        start, end = found.start() - 2, found.end() + 2
        if (
            start >= 0
            and _MAC.fullmatch(text, start, end)
            and not _goes_on(text[start - 1 : start])
            and not _goes_on(text[end : end + 1])
        ):
            value = text[start:end].replace("-", ":").lower()
            yield Candidate(_SCORE, start, end, "mac_address", "mac_address", value)


def _fourths(text: str) -> Iterator[re.Match[str]]:
    """What is written as an address of version 4."""
    floor, dots = 0, _DOTS.search(text)
    while dots is not None:
        place = dots.start() + 1
        for start in range(max(floor, dots.start() - 3), dots.start()):
            found = _V4.match(text, start)
            if found is not None:
                yield found
                floor = place = found.end()
                break
        dots = _DOTS.search(text, place)


def _goes_on(beside: str) -> bool:
    """Whether what stands beside an address belongs to it, so that it is none."""
    return beside.isascii() and (beside.isalnum() or beside == "-")


def _sixth(text: str, start: int, whole: str) -> Iterator[Candidate]:
    written = whole.rstrip(".:") if not whole.endswith("::") else whole
    end = start + len(written)
    around = text[start - 1 : start] + text[end : end + 1]
    if any(each.isascii() and each.isalnum() for each in around):
        return
    if _MAC.fullmatch(written):
        yield Candidate(_SCORE, start, end, "mac_address", "mac_address", written.lower())
        return
    if len(written) < 6 and not any(each.isdigit() for each in written):
        return
    try:
        address = ipaddress.IPv6Address(written)
    except ValueError:
        return
    yield Candidate(_SCORE, start, end, "ip_address", "ip_address.v6", str(address))
