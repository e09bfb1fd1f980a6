"""What servers say: a challenge, the metadata of a protected resource, those of an authorization server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from interlock import PermitError, ProtocolError
from interlock.fencing import escaped
from interlock.http import is_loopback, json_in, origin_of

LARGEST = 256 * 1024
"""Bytes of metadata that are read."""

_LONGEST = 8 * 1024  # characters of a header
_MOST = 200
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PART = re.compile(rf'[\s,]*(?:({_WORD})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|({_WORD}))')
_ESCAPE = re.compile(r"\\(.)")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a server wants of a bearer token (RFC 6750 and 9728); empty where it does not say."""

    error: str = ""
    scope: str = ""
    resource_metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceMetadata:
    """Of a protected resource (RFC 9728). `issuers` give tokens for it; `scopes` are asked for by default."""

    resource: str
    issuers: tuple[str, ...]
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMetadata:
    """Of an authorization server (RFC 8414, OpenID Connect Discovery).

    Attributes:
        token: its endpoint for tokens, at its own origin; so are `registration` and `revocation`, which are
            empty where it has none, or has them elsewhere.
        authorization: where a person's browser is sent; empty where it has none that may be.
        methods: how clients may prove who they are at `token`.
        challenges: of PKCE.
        names_itself: whether `iss` comes with each answer to a browser (RFC 9207).
        reads_documents: whether a client may be the address of a document about it.
    """

    issuer: str
    token: str
    authorization: str = ""
    registration: str = ""
    revocation: str = ""
    scopes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("client_secret_basic",)
    challenges: tuple[str, ...] = ()
    names_itself: bool = False
    reads_documents: bool = False


def challenge_in(header: str) -> Challenge:
    """The bearer challenge among those of a WWW-Authenticate header; an empty one where there is none."""
    found: dict[str, str] = {}
    scheme, at, text = "", 0, header[:_LONGEST]
    while (part := _PART.match(text, at)) is not None:
        at = part.end()
        name, quoted, plain, word = part.groups()
        if word is not None:
            if scheme == "bearer":
                break
            scheme = word.lower()
        elif scheme == "bearer":
            value = plain if quoted is None else _ESCAPE.sub(r"\1", quoted)
            found.setdefault(name.lower(), value)
    scope = found.get("scope", "")
    return Challenge(
        error=found.get("error", ""),
        scope=scope if is_scope(scope) else "",
        resource_metadata=found.get("resource_metadata", ""),
    )


def is_scope(text: str) -> bool:
    """Whether a text is one or several scopes with a space between them."""
    return bool(_SCOPE.fullmatch(text))


def joined(*scopes: str) -> str:
    """Every scope of several texts once, in their order."""
    return " ".join(dict.fromkeys(scope for text in scopes for scope in text.split()))


def canonical(url: str) -> str:
    """An address as it names a resource: scheme and host in lower case, no usual port, no slash at the end.

    Raises:
        PermitError: it is no address.
    """
    origin_of(url)
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path.rstrip("/"), parts.query, ""))


def resource_in(body: bytes) -> ResourceMetadata:
    """Raises ProtocolError for what are no metadata of a resource."""
    told = _object(body, "a protected resource")
    resource, issuers = told.get("resource"), _texts(told.get("authorization_servers"))
    if not isinstance(resource, str) or not issuers:
        raise ProtocolError("its metadata as a protected resource name no resource, or no issuer")
    return ResourceMetadata(resource=resource, issuers=issuers, scopes=_scopes(told.get("scopes_supported")))


def is_of(metadata: ResourceMetadata, url: str) -> bool:
    """Whether metadata are those of the server at an address, and hold nothing that another would read."""
    try:
        plain = not {"@", "#"} & set(metadata.resource)
        return plain and canonical(metadata.resource) == canonical(url)
    except (PermitError, ValueError):
        return False


def server_in(body: bytes, issuer: str) -> ServerMetadata:
    """The metadata of the issuer. Raises ProtocolError for any other's, and for those that lead elsewhere."""
    told = _object(body, "an authorization server")
    if told.get("issuer") != issuer:
        other = shown(told.get("issuer"))
        raise ProtocolError(
            f"the metadata at {issuer} are those of another issuer, {other}; nothing is asked of it"
        )
    token = _text(told.get("token_endpoint"))
    if not _at(token, issuer):
        raise ProtocolError(
            f"the issuer {issuer} gives tokens at another origin, {shown(token)}; that is not used"
        )
    browsed = _text(told.get("authorization_endpoint"))
    named = told.get("token_endpoint_auth_methods_supported")
    return ServerMetadata(
        issuer=issuer,
        token=token,
        authorization=browsed if _may_be_opened(browsed) else "",
        registration=_own(told.get("registration_endpoint"), issuer),
        revocation=_own(told.get("revocation_endpoint"), issuer),
        scopes=_scopes(told.get("scopes_supported")),
        methods=("client_secret_basic",) if named is None else _texts(named),
        challenges=_texts(told.get("code_challenge_methods_supported")),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        reads_documents=told.get("client_id_metadata_document_supported") is True,
    )


def shown(value: Any) -> str:
    """A stranger's word in a sentence of ours."""
    return escaped(value)[:_MOST] if isinstance(value, str) and value else "nothing"


def _object(body: bytes, what: str) -> Mapping[str, Any]:
    told = json_in(body) if len(body) <= LARGEST else None
    if not isinstance(told, Mapping):
        raise ProtocolError(
            f"what is to be the metadata of {what} is no JSON object of {LARGEST} bytes at most"
        )
    return told


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value[:_MOST]))) if isinstance(value, list) else ()


def _scopes(value: Any) -> tuple[str, ...]:
    return tuple(each for each in _texts(value) if is_scope(each) and " " not in each)


def _own(value: Any, issuer: str) -> str:
    url = _text(value)
    return url if _at(url, issuer) else ""


def _at(url: str, issuer: str) -> bool:
    try:
        return origin_of(url) == origin_of(issuer) and "#" not in url and "@" not in urlsplit(url).netloc
    except PermitError:
        return False


def _may_be_opened(url: str) -> bool:
    """Whether a person's browser may be sent there."""
    try:
        parts = urlsplit(url)
        origin_of(url)
    except (ValueError, PermitError):
        return False
    plain = "#" not in url and "@" not in parts.netloc
    return plain and (parts.scheme == "https" or is_loopback(parts.hostname or ""))
