"""E-mail addresses, after RFC 5321 and 6531, as people write them."""

import re
from collections.abc import Iterator

from interlock_privacy.detection.candidate import Candidate

__all__ = ["emails"]

# Labels of a domain may be in any script; the last is letters of one script, or punycode.
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w\-]{0,61}[^\W_])?+\.)+(?:[A-Za-z]{2,24}(?![A-Za-z0-9])|xn--[A-Za-z0-9\-]{2,59}|[а-яёіїє]{2,12}|[\u0370-\u03ff]{2,6}"
    r"|[\u4e00-\u9fff]{2,3}(?![\u4e00-\u9fff])|[\u0600-\u06ff]{3,8})|\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\]"
)
_LOCAL = re.compile(
    r"(?:[A-Za-z0-9%&'+_~\-\u00c0-\u024f]+(?:\.[A-Za-z0-9%&'+_~\-\u00c0-\u024f]+)*"
    r"|[\u0400-\u04ff0-9.\-_]+|[\u0370-\u03ff0-9.\-_]+|\"[^\"\s]{1,62}\")\Z"
)
# All until the last character that no local part has.
_BEFORE_LOCAL = re.compile(r"(?s:.*)[\s@<>()\[\],;:\\]")
_FILES = frozenset(
    (
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "ico",
        "css",
        "js",
        "json",
        "html",
        "xml",
        "yaml",
        "yml",
        "lock",
    )
)
_NAMED = re.compile(r"\.[^\W\d]|\.xn--|^\[")
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 253
_BEFORE = "'`*_|{}/=&?!#$%^~-+"
_SCORE = 45


def emails(text: str) -> Iterator[Candidate]:
    """Every address in a folded text."""
    at = text.find("@")
    floor = 0
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1, at + 1 + _LONGEST_DOMAIN)
        if domain is not None and at > floor:
            found = _address(text, max(floor, at - _LONGEST_LOCAL), at, domain)
            if found is not None:
                floor = found.end
                yield found
        at = text.find("@", at + 1)


def _address(text: str, floor: int, at: int, domain: re.Match[str]) -> Candidate | None:
    left = _BEFORE_LOCAL.match(text, floor, at)
    local = _LOCAL.search(text[left.end() if left else floor : at])
    if local is None:
        return None
    name = local[0].lstrip(_BEFORE)
    host, end = domain[0], domain.end()
    while host.rpartition(".")[2].lower() in _FILES:
        # A file that is named after an address.
        host = host.rpartition(".")[0]
        end = at + 1 + len(host)
    if not name or name.startswith(".") or not _NAMED.search(host):
        return None
    # A remote of git, and a picture for dense screens, look alike.
    if (name == "git" and text[end : end + 1] in (":", "/")) or (host[0].isdigit() and host[1:2] == "x"):
        return None
    start = at - len(name)
    return Candidate(_SCORE, start, end, "email", "email", f"{name}@{host}".lower())
