"""Who comes, and by which name: request ids, hosts and keys."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from interlock.http import is_loopback
from interlock.types.random_ids import timed_id
from interlock_server.principals import Identities, Principal
from interlock_server.problems import Problem, Rejected

_is_id = re.compile(rb"[!-~]{1,128}").fullmatch
_CARRIERS = frozenset({b"authorization", b"x-api-key"})
_LONGEST_SECRET = 8_192  # bytes; a token of a sign-in is longer than a key
_NO_KEY = Problem(
    status=401,
    code="invalid_api_key",
    message="a valid key is needed: send it as authorization: Bearer KEY, or as x-api-key",
)


def request_id(headers: Mapping[bytes, bytes]) -> str:
    """The client's own, where that is 1 to 128 printable ASCII characters without blanks; else a new one."""
    said = headers.get(b"x-request-id", b"")
    if said and _is_id(said):
        return said.decode()
    return f"req_{timed_id()}"  # each record has it as a label


def check_host(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """For an endpoint that needs no key: only this machine's own names lead to it, and no page of others.

    A name server may lead anybody's name here, and a browser then takes the endpoint for a part of that site.

    Raises:
        Rejected: 403.
    """
    hosts = [value for name, value in headers if name == b"host"]
    origins = [value for name, value in headers if name == b"origin"]
    if len(hosts) != 1 or not _is_here(b"http://" + hosts[0]):
        raise _forbidden("without keys, the endpoint is reached by the names of this machine alone")
    if not all(map(_is_here, origins)):
        raise _forbidden("without keys, pages of other origins may not use the endpoint")


# A client says the same of itself each time.
@lru_cache(maxsize=256)
def _is_here(origin: bytes) -> bool:
    try:
        parts = urlsplit(origin.decode("ascii"))
        host, plain = parts.hostname or "", parts.netloc == origin.decode("ascii").partition("://")[2]
        _ = parts.port
    except ValueError:
        return False
    return plain and "@" not in parts.netloc and is_loopback(host)


def principal_of(headers: Iterable[tuple[bytes, bytes]], identities: Identities) -> Principal | None:
    """Whose key a request brings along; None where nobody needs one.

    Raises:
        Rejected: 401 for none, for two that differ and for one that is nobody's.
    """
    if not identities.required:
        return None
    found = {_secret(name, value) for name, value in headers if name in _CARRIERS}
    if len(found) == 1 and (principal := identities.principal(found.pop())) is not None:
        return principal
    raise Rejected(_NO_KEY)


def _secret(name: bytes, value: bytes) -> str:
    if name == b"authorization":
        scheme, _, secret = value.partition(b" ")
        value = secret.strip() if scheme.lower() == b"bearer" else b""
    # What is no key at all counts as another one, so that nothing hides behind it.
    return value.decode("ascii", "replace") if len(value) <= _LONGEST_SECRET else ""


def _forbidden(message: str) -> Rejected:
    return Rejected(Problem(status=403, code="forbidden_host", message=message))
