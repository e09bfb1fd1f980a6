"""Getting tokens: for a code, for a refresh token, for the client itself."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, TypeGuard
from urllib.parse import urlencode

from interlock import AuthenticationError, PermitError, ProtocolError
from interlock.http import HttpReply, HttpRequest, Masker, error_for, json_in
from interlock.protocols import Access
from interlock.types.models import Secret
from interlock_mcp.oauth.clients import Client
from interlock_mcp.oauth.metadata import ServerMetadata, is_scope

_EARLY = 30.0  # seconds before its end at which a token is got anew
_GOOD = range(200, 300)
_BROKEN = 500
_LIMITED = 429
_LONGEST = 16_000
_SECRETS = ("code", "code_verifier", "refresh_token", "client_secret", "token")
_OVER = "invalid_grant"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """What an issuer gave.

    Attributes:
        until: when `access` is over, in Unix time; infinite where nobody says.
        scope: what it is for; empty where nobody says.
    """

    access: Secret
    refresh: Secret | None = None
    until: float = inf
    scope: str = ""

    @property
    def header(self) -> str:
        return f"Bearer {self.access.reveal()}"

    def lasts(self) -> bool:
        """Whether it is worth showing."""
        return time.time() < self.until


class GrantOver(AuthenticationError):
    """What tokens were asked for with is not valid, or not any more."""


async def granted(
    server: ServerMetadata,
    client: Client,
    form: Mapping[str, str],
    access: Access,
    before: Tokens | None = None,
) -> Tokens:
    """Tokens for a form with its `grant_type`. Where no new refresh token comes, the one `before` stays.

    Raises:
        GrantOver: the issuer knows nothing of what the form holds.
        AuthenticationError: it refuses otherwise.
        ProtocolError: what it gives are no bearer tokens.
        ProviderError: it cannot be asked.
    """
    proof, headers = client.proof(server)
    asked = {**form, **proof}
    reply = await posted(server.token, asked, headers, access)
    mask = Masker([asked[name] for name in _SECRETS if name in asked])
    return _tokens_in(reply, mask, form.get("scope", ""), before)


async def revoked(server: ServerMetadata, client: Client, tokens: Tokens, access: Access) -> bool:
    """Tell the issuer that the tokens are not wanted any more; whether it has heard. Raises ProviderError."""
    if not server.revocation:
        return False
    token = tokens.refresh or tokens.access
    proof, headers = client.proof(server)
    return (
        await posted(server.revocation, {"token": token.reveal(), **proof}, headers, access)
    ).status in _GOOD


async def posted(url: str, form: Mapping[str, str], headers: Mapping[str, str], access: Access) -> HttpReply:
    """A form, sent to the issuer. Raises PermitError where there is no way to it, and ProviderError."""
    if access.issuer is None:
        raise PermitError(f"nothing may be sent to {url} from here")
    kind = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    body = urlencode(form).encode()
    return await access.issuer.send(HttpRequest(url=url, body=body, headers={**kind, **headers}, once=True))


def _tokens_in(reply: HttpReply, mask: Masker, scope: str, before: Tokens | None) -> Tokens:
    told = json_in(reply.body)
    told = told if isinstance(told, Mapping) else {}
    if reply.status not in _GOOD:
        raise _refused(reply, told, mask)
    value, refresh, given = told.get("access_token"), told.get("refresh_token"), told.get("scope")
    if not _fits(value) or not (refresh in (None, "") or _fits(refresh)):
        raise ProtocolError("the issuer gives no token")
    if str(told.get("token_type", "")).lower() != "bearer":
        raise ProtocolError("the issuer gives a token that is no bearer token, which MCP servers take alone")
    lasting = _seconds(told.get("expires_in"))
    old = None if before is None else before.refresh
    return Tokens(
        access=Secret(value),
        refresh=Secret(refresh) if refresh else old,
        until=time.time() + max(lasting - _EARLY, lasting / 2),
        scope=given
        if isinstance(given, str) and is_scope(given)
        else scope or ("" if before is None else before.scope),
    )


def _refused(reply: HttpReply, told: Mapping[str, Any], mask: Masker) -> Exception:
    code, words = told.get("error"), told.get("error_description")
    code = mask(code) if isinstance(code, str) else None
    words = mask(words) if isinstance(words, str) else code
    kind = GrantOver if code == _OVER else AuthenticationError
    hard = reply.status >= _BROKEN or reply.status == _LIMITED
    return error_for(
        status=reply.status,
        headers=reply.headers,
        kind=None if hard else kind,
        code=code,
        vendor_message=words,
    )


def _fits(value: object) -> TypeGuard[str]:
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def _seconds(value: Any) -> float:
    try:
        seconds = float(value) if not isinstance(value, bool) else inf
    except (TypeError, ValueError):
        return inf
    return max(0.0, seconds) if isfinite(seconds) else inf
