"""Requests with a token of OAuth that is got first."""

from dataclasses import replace

from interlock import ProviderError
from interlock.http import HttpReply, HttpRequest
from interlock.protocols import Access
from interlock_tools import ClientCredentials, NotSent

__all__ = ["signed"]

_UNAUTHORIZED = 401


async def signed(access: Access, request: HttpRequest, tokens: ClientCredentials) -> HttpReply:
    """The reply. A token that is not taken is got anew once, for who knows nobody has done nothing.

    Raises:
        NotSent: no token could be had.
    """
    headers = await _headers(access, tokens)
    reply = await access.send(replace(request, headers={**request.headers, **headers}))
    if reply.status == _UNAUTHORIZED and tokens.expired(headers):
        headers = await _headers(access, tokens)
        reply = await access.send(replace(request, headers={**request.headers, **headers}))
    return reply


async def _headers(access: Access, tokens: ClientCredentials) -> dict[str, str]:
    try:
        return dict(await tokens.headers(access))
    except ProviderError as error:
        raise NotSent(error) from error
