"""Asking servers what they say of themselves. No redirect is followed."""

from urllib.parse import urlsplit

from interlock import AuthenticationError, PermitError, ProtocolError
from interlock.http import HttpReply, HttpRequest, aside, error_for, origin_of
from interlock.protocols import Access
from interlock_mcp.oauth.metadata import (
    LARGEST,
    Challenge,
    ResourceMetadata,
    ServerMetadata,
    is_of,
    resource_in,
    server_in,
    shown,
)

_GOOD = 200
_BROKEN = 500


async def resource_at(url: str, challenge: Challenge, access: Access) -> ResourceMetadata | None:
    """What the server at an address says of itself as a resource; None where it says nothing.

    Raises:
        ProtocolError: it points elsewhere, or says what another resource would.
        ProviderError: it cannot be asked.
    """
    for place in _places_of_resource(url, challenge):
        reply = await access.send(_get(place))
        if (found := await _read(reply)) is None:
            continue
        metadata = await aside(resource_in, found)
        if not is_of(metadata, url):
            other = shown(metadata.resource)
            raise ProtocolError(
                f"the server's metadata are those of another resource, {other}; no token is got for it"
            )
        return metadata
    return None


async def server_at(issuer: str, access: Access) -> ServerMetadata:
    """What an issuer says of itself.

    Raises:
        PermitError: nothing may be sent there.
        ProtocolError: it says nothing, or what another would.
        ProviderError: it cannot be asked.
    """
    if access.issuer is None:
        raise PermitError(f"nothing may be sent to {issuer} from here")
    for place in _places_of_server(issuer):
        reply = await access.issuer.send(_get(place))
        if (found := await _read(reply)) is not None:
            return await aside(server_in, found, issuer)
    raise ProtocolError(f"the issuer {issuer} has no metadata at any of the places where they belong")


def check_issuer(metadata: ResourceMetadata, issuer: str) -> None:
    """Raises AuthenticationError where a server's tokens come from nobody whom the user names.

    Servers write a slash at the end that their issuer does not write itself; what it writes is held exactly
    against its own metadata.
    """
    if issuer and issuer.rstrip("/") in {each.rstrip("/") for each in metadata.issuers}:
        return
    where = " or ".join(shown(each) for each in metadata.issuers[:3])
    line = f'issuer: {{url: "{shown(metadata.issuers[0])}", region: …}}'
    but = f", and not from {issuer}" if issuer else ""
    raise AuthenticationError(
        f"its tokens come from {where}{but}; if you trust that, write into its connector: {line}"
    )


def _places_of_resource(url: str, challenge: Challenge) -> list[str]:
    origin, path = origin_of(url), urlsplit(url).path.rstrip("/")
    known = [f"{origin}/.well-known/oauth-protected-resource{each}" for each in dict.fromkeys((path, ""))]
    stated = challenge.resource_metadata
    if not stated:
        return known
    try:
        here = origin_of(stated) == origin
    except PermitError:
        here = False
    if not here:
        raise ProtocolError(
            f"the server has its metadata at another origin, {shown(stated)}; nothing is asked there"
        )
    return [stated]


def _places_of_server(issuer: str) -> list[str]:
    origin, path = origin_of(issuer), urlsplit(issuer).path.rstrip("/")
    places = [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
    ]
    return [*places, f"{origin}{path}/.well-known/openid-configuration"] if path else places


def _get(url: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url, body=b"", headers={"accept": "application/json"})


async def _read(reply: HttpReply) -> bytes | None:
    """Its body; None where there is nothing at that place."""
    if reply.status == _GOOD:
        if len(reply.body) > LARGEST:
            raise ProtocolError(f"the server's metadata have more than {LARGEST} bytes")
        return reply.body
    if reply.status >= _BROKEN:
        raise error_for(status=reply.status, headers=reply.headers)
    return None
