"""The way of a person: a browser is sent to the issuer, and comes back with a code (OAuth 2.1, 4.1)."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode

from interlock import AuthenticationError, InterlockError, ProtocolError
from interlock.http import HttpRequest, aside
from interlock.protocols import Access
from interlock.types.models import Secret
from interlock_mcp import messages
from interlock_mcp.oauth.bearer import OAuth
from interlock_mcp.oauth.clients import Client, client_at
from interlock_mcp.oauth.grants import Tokens, granted, revoked
from interlock_mcp.oauth.keeping import Kept
from interlock_mcp.oauth.metadata import ServerMetadata, challenge_in, shown

_METHOD = "S256"
_UNAUTHORIZED = 401


class Astray(Exception):
    """What came back is from another login: it may be anybody's, and nothing of it is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One login under way; nobody else has `state` and `verifier`."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: Secret
    redirect: str
    scope: str
    server: ServerMetadata
    client: Client


async def asked(auth: OAuth, access: Access, redirect: str, scope: str = "") -> Asked:
    """Where a person's browser is to be sent. Registers a client where that is the way left.

    Raises:
        AuthenticationError: the server's tokens come from elsewhere, or the issuer will have none of this.
        ProviderError: a server says what it must not, or cannot be asked.
    """
    await _provoke(auth, access)
    await auth.described(access)
    server = await auth.served(access)
    if _METHOD not in server.challenges:
        raise ProtocolError(
            f"the issuer {server.issuer} does not say that it takes PKCE with {_METHOD}; no code is got there"
        )
    if not server.authorization:
        raise ProtocolError(f"the issuer {server.issuer} has no address for browsers with https")
    kept = await aside(auth.file.read)
    had = "" if kept is None or kept.tokens is None else kept.tokens.scope
    wanted = auth.scope(server, had, scope)
    ours = Client(id="", registered=redirect, scope=wanted)
    client = await client_at(server, auth.client_of(kept), auth.options, ours, access)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    digest = sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": _METHOD,
        "resource": auth.resource,
        **({"scope": wanted} if wanted else {}),
    }
    join = "&" if "?" in server.authorization else "?"
    return Asked(
        url=f"{server.authorization}{join}{urlencode(query)}",
        state=state,
        verifier=Secret(verifier),
        redirect=redirect,
        scope=wanted,
        server=server,
        client=client,
    )


def code_in(asking: Asked, answer: Mapping[str, str]) -> Secret:
    """The code with which the browser came back.

    Raises:
        Astray: its state is another.
        AuthenticationError: it comes from another issuer (RFC 9207), or the issuer or the person has said no.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), asking.state.encode()):
        raise Astray("the browser came back from another login than this one")
    issuer = answer.get("iss")
    if issuer is None and asking.server.names_itself:
        raise AuthenticationError(
            f"the browser came back without the name of {asking.server.issuer}, which always gives it"
        )
    if issuer is not None and issuer != asking.server.issuer:
        raise AuthenticationError(f"the browser came back from another issuer, {shown(issuer)}")
    if said := answer.get("error"):
        words = answer.get("error_description", "")
        raise AuthenticationError(
            f"the issuer gives no code: {shown(said)}{f': {shown(words)}' if words else ''}"
        )
    code = answer.get("code", "")
    if not code or not code.isascii() or not code.isprintable():
        raise AuthenticationError("the browser came back without a code")
    return Secret(code)


async def logged_in(auth: OAuth, access: Access, asking: Asked, code: Secret) -> Tokens:
    """Tokens for the code, which are kept. Raises AuthenticationError, and what `granted` does."""
    form = {
        "grant_type": "authorization_code",
        "code": code.reveal(),
        "redirect_uri": asking.redirect,
        "code_verifier": asking.verifier.reveal(),
        "resource": auth.resource,
    }
    tokens = await granted(asking.server, asking.client, form, access)
    if not tokens.scope and asking.scope:
        tokens = Tokens(access=tokens.access, refresh=tokens.refresh, until=tokens.until, scope=asking.scope)
    async with auth.file.locked(access.left):
        await aside(auth.file.write, Kept(client=asking.client, tokens=tokens))
    auth.forget()
    return tokens


async def logged_out(auth: OAuth, access: Access) -> bool:
    """Whether somebody was logged in. The issuer is told where it can be; what is kept goes in any case.

    Raises AuthenticationError where the file stays.
    """
    kept = await aside(auth.file.read)
    if kept is not None and kept.tokens is not None and (client := auth.client_of(kept)) is not None:
        with suppress(InterlockError):
            await revoked(await auth.served(access), client, kept.tokens, access)
    auth.forget()
    return await aside(auth.file.remove)


async def _provoke(auth: OAuth, access: Access) -> None:
    """Have the server say what it wants: it is asked something without a token."""
    body = messages.request(1, "server/discover", {})
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    reply = await access.send(HttpRequest(url=auth.url, body=body, headers=headers))
    if reply.status == _UNAUTHORIZED:
        auth.challenge = challenge_in(reply.headers.get("www-authenticate", ""))
