"""Takes one destination's own secrets out of what it says: by value, whatever they look like."""

import base64
import binascii
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit
from urllib.request import getproxies_environment

from interlock.logs import MASK, redact
from interlock.types.models import Destination, Secret

# A piece of a secret that is shorter than this tells nothing, and stands in many words.
_PIECE = 6
_SHORTEST = 4
_NAMED = re.compile(
    r"auth|key|token|secret|cookie|passw|passphrase|pwd|credential|session|signature|bearer|jwt|\bpass\b|\bsig\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"accept|content-|user-agent|version|beta|date|referer|origin|title|host|trace|baggage|^b3$|sha256",
    re.IGNORECASE,
)
# Servers that check no key are given one of these.
_PLACEHOLDERS = frozenset(
    {"empty", "none", "null", "dummy", "ollama", "not-needed", "no-key-required", "sk-no-key-required"}
    | {"lm-studio", "local", "anything"}
)
_SCHEME = re.compile(r"bearer|basic|digest|token|apikey|api-key|negotiate|aws4-[a-z0-9-]+", re.IGNORECASE)
_PAIR = re.compile(r"([\w-]+)=\"?([^\s;,\"]+)")
_DESCRIBING = frozenset({"signedheaders", "realm", "algorithm", "path", "domain", "expires"})
_FOLD = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_DEEPEST = 8


class Masker:
    """Masks secrets in text, in the forms in which one is echoed, and every piece of six characters or more.

    Forms: as it is, in either case, URL-encoded, escaped for JSON, HTML and Python, base64 wherever it stands
    in what was encoded, hexadecimal. What stands in `public` as well is no secret.
    """

    __slots__ = ("_pieces", "_whole")

    def __init__(self, secrets: Iterable[str], public: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if secret.lower() not in _PLACEHOLDERS}
        forms = {_folded(form) for secret in known for form in _forms(secret)}
        self._pieces = {piece for form in forms for piece in _pieces(form)}
        self._pieces -= {piece for text in public for piece in _pieces(_folded(text))}
        # One that is shorter than a piece is masked where it stands as a word.
        short = sorted(form for form in known if _SHORTEST <= len(form) < _PIECE)
        self._whole = (
            re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in short)) if short else None
        )

    def __call__(self, text: str) -> str:
        if self._whole is not None:
            text = self._whole.sub(MASK, text)
        if not self._pieces:
            return text
        folded = _folded(text)
        kept: list[str] = []
        end = 0
        for start in range(len(folded) - _PIECE + 1):
            if folded[start : start + _PIECE] in self._pieces:
                if start > end or not kept:
                    kept += (text[end:start], MASK)
                end = start + _PIECE
        return "".join(kept) + text[end:]


def secrets_of(destination: Destination) -> frozenset[str]:
    """Everything that a destination is sent, or a proxy on the way, and nobody else may read."""
    found = secrets_in(destination.headers)
    found.update(_inside(destination.private, named=False, depth=0))
    for secret in (destination.credential.secret, destination.login, *destination.secrets):
        if secret is not None:
            found.update(_parts(secret.reveal()))
    for address in (
        destination.base_url,
        destination.network.proxy or "",
        *getproxies_environment().values(),
    ):
        found.update(_of_address(address))
    return frozenset(found)


def secrets_in(headers: Mapping[str, str]) -> set[str]:
    """The values that are secret: by their name, or for their looks where the name does not say."""
    return {
        part
        for name, value in headers.items()
        if _NAMED.search(name) or (not _HARMLESS.search(name) and _looks(value))
        for part in _parts(value)
    }


def public_in(destination: Destination) -> tuple[str, ...]:
    """What anybody may know of a destination."""
    return (*destination.names, urlsplit(destination.base_url).netloc.rpartition("@")[2])


def _inside(value: Any, *, named: bool, depth: int) -> Iterator[str]:
    """The texts in a body that are secret by their name or for their looks."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _inside(item, named=named or bool(_NAMED.search(str(name))), depth=depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item, named=named, depth=depth + 1)
    elif isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, str) and (named or redact(value) != value):
        yield value


def _looks(value: str) -> bool:
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return redact(value) != value or (len(value) > _PIECE and mixed and " " not in value)


def _of_address(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
    except ValueError:
        return
    if parts.password or parts.username:
        yield unquote(parts.password or parts.username or "")
    for name, value in parse_qsl(parts.query):
        if _NAMED.search(name):
            yield value


def _parts(value: str) -> Iterator[str]:
    """What is secret in a header's value or a key: all of it, or what follows a scheme and names."""
    value = value.strip()
    scheme, _, rest = value.partition(" ")
    if not _SCHEME.fullmatch(scheme):
        yield value
    elif " " not in rest.strip():
        yield rest.strip()
    for name, part in _PAIR.findall(value):
        if name.lower() not in _DESCRIBING:
            yield part.partition("/")[0] if name == "Credential" else part
    if scheme.lower() == "basic":
        try:
            yield base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return


def _forms(secret: str) -> Iterator[str]:
    if len(secret) < _PIECE:
        return
    raw = secret.encode("utf-8", "surrogateescape")
    yield secret
    yield quote(raw)
    yield quote(raw, safe="")
    yield quote_plus(raw)
    yield json.dumps(secret)[1:-1]
    yield secret.replace("/", "\\/")
    yield html.escape(secret)
    yield repr(secret)[1:-1]
    yield raw.hex()
    for before in range(3):
        # The characters at both ends depend on the neighbours, too; those between are the secret's alone.
        encoded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        sure = encoded[(0, 2, 3)[before] : len(encoded) - bool((before + len(raw)) % 3)]
        yield sure
        yield sure.translate({ord("+"): "-", ord("/"): "_"})


def _folded(text: str) -> str:
    """In lower case and as long as before, which other alphabets' letters need not stay."""
    return text.lower() if text.isascii() else text.translate(_FOLD)


def _pieces(form: str) -> Iterator[str]:
    return (form[start : start + _PIECE] for start in range(len(form) - _PIECE + 1))
