"""Tokens shown to a server over HTTP, got when it asks for one, and renewed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from interlock import AuthenticationError, PermissionDenied
from interlock.http import HttpReply, aside
from interlock.protocols import Access, ConnectorCall
from interlock.types.clocks import elapsed
from interlock_mcp.oauth.clients import Client, configured
from interlock_mcp.oauth.discovery import check_issuer, resource_at, server_at
from interlock_mcp.oauth.grants import GrantOver, Tokens, granted
from interlock_mcp.oauth.keeping import Binding, Kept, TokenFile
from interlock_mcp.oauth.metadata import (
    Challenge,
    ResourceMetadata,
    ServerMetadata,
    canonical,
    challenge_in,
    joined,
)
from interlock_mcp.once import Once
from interlock_mcp.options import OAuthOptions

_UNAUTHORIZED = 401
_FORBIDDEN = 403
_WHILE = 60.0  # seconds in which, for a token that never was any good, no other is got
_LONGEST = 30.0  # seconds that another process may take to renew it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Shown:
    """The tokens that are shown; None where there are none."""

    tokens: Tokens | None = None


class OAuth:
    """Of one connector: a server at one address, tokens of one issuer for one client.

    Event loops and threads may share it; processes share the file. A token goes to the connector's address
    alone, and a refresh token to the issuer's alone.

    Raises:
        ConfigError: there is a secret, and nobody says of which client.
    """

    def __init__(self, call: ConnectorCall, options: OAuthOptions) -> None:
        if call.issuer is None:
            raise ValueError("no issuer")
        self.url = call.destination.base_url
        self.issuer = call.issuer.base_url
        self.options = options
        self.known = configured(call, options)
        self.binding = Binding(
            resource=canonical(self.url), issuer=self.issuer, client=self.known.id if self.known else ""
        )
        self.file = TokenFile(options.tokens, self.binding)
        self.challenge = Challenge()
        self._connector = call.id
        self._once: Once[_Shown] = Once()
        self._server: ServerMetadata | None = None
        self._resource: ResourceMetadata | None = None
        self._looked = self._wanted = False
        self._useless = ("", 0.0)
        self._renewals: set[asyncio.Task[Kept | None]] = set()

    @property
    def is_of_a_person(self) -> bool:
        """Whether somebody has to log in."""
        return self.options.grant == "authorization_code"

    async def headers(self, access: Access) -> Mapping[str, str]:
        """The token, where there is one. Raises ProviderError where one is over and no other can be had."""
        shown = await self._once.get(lambda: self._began(access), _lasts)
        return {} if shown.tokens is None else {"authorization": shown.tokens.header}

    async def challenged(
        self, reply: HttpReply, access: Access, used: Mapping[str, str], *, again: bool
    ) -> bool:
        """Whether a request that was turned away may be sent once more, with another token.

        Raises:
            PermissionDenied: the token is for too little; the scopes that it takes are named.
            AuthenticationError: no token that the server takes can be had. It says what can be done.
            ProviderError: a server that has to be asked cannot be.
        """
        challenge = challenge_in(reply.headers.get("www-authenticate", ""))
        if reply.status == _FORBIDDEN:
            if challenge.error == "insufficient_scope":
                raise self._too_narrow(challenge.scope)
            return False
        if reply.status != _UNAUTHORIZED:
            return False
        self.challenge, self._wanted = challenge, True
        refused = used.get("authorization", "")
        if again:
            self._useless = (refused, elapsed() + _WHILE)
        if refused and self._useless[0] == refused and elapsed() < self._useless[1]:
            raise AuthenticationError(f"the server takes no token that {self.issuer} gives for it")
        shown = self._once.made
        if shown is not None and _header(shown) == refused:
            self._once.forget(shown)
        await self.described(access)

        def other(shown: _Shown) -> bool:
            return _lasts(shown) and _header(shown) != refused

        for _ in range(2):  # what others were waiting for may be the same one again
            shown = await self._once.get(lambda: self._renewed(access, refused), other)
            if other(shown):
                return True
            self._once.forget(shown)
        raise self.nobody()

    def forget(self) -> None:
        """What is kept has changed: look there again."""
        if (shown := self._once.made) is not None:
            self._once.forget(shown)

    async def described(self, access: Access) -> ResourceMetadata | None:
        """What the server says of itself as a resource, whose issuer is ours; None where it says nothing.

        Raises:
            AuthenticationError: its tokens come from another issuer.
            ProviderError: it says what another resource would, or cannot be asked.
        """
        if not self._looked:
            found = await resource_at(self.url, self.challenge, access)
            if found is not None:
                check_issuer(found, self.issuer)
            self._resource, self._looked = found, True
        return self._resource

    async def served(self, access: Access) -> ServerMetadata:
        """What the issuer says of itself. Raises what `server_at` does."""
        if self._server is None:
            self._server = await server_at(self.issuer, access)
        return self._server

    def scope(self, server: ServerMetadata, *more: str) -> str:
        """What tokens are asked for: what the configuration says, else what the server does; and `more`."""
        said = self.options.scope
        if not said:
            said = self.challenge.scope or " ".join(self._resource.scopes if self._resource else ())
        offline = (
            "offline_access" if self.is_of_a_person and "offline_access" in server.scopes and said else ""
        )
        return joined(*more, said, offline)

    @property
    def resource(self) -> str:
        """The server's canonical address, as it is written in what tokens are asked with (RFC 8707)."""
        # A slash at the end is written as the server writes it: issuers compare texts.
        own, said = self.binding.resource, self._resource
        return said.resource if said is not None and said.resource.rstrip("/") == own else own

    def nobody(self) -> AuthenticationError:
        """That a person has to log in."""
        return AuthenticationError(
            f"nobody is logged in to {self._connector}: `interlock mcp login {self._connector}`"
        )

    async def _began(self, access: Access) -> _Shown:
        """The tokens that are kept, renewed if they are over; none where the server has to ask first."""
        if not self.is_of_a_person:
            return await self._own(access) if self._wanted else _Shown()
        kept = await aside(self.file.read)
        if kept is None or kept.tokens is None:
            return _Shown()
        if kept.tokens.lasts():
            return _Shown(tokens=kept.tokens)
        return await self._renewed(access, kept.tokens.header)

    async def _renewed(self, access: Access, refused: str) -> _Shown:
        """Other tokens than those that were refused."""
        if not self.is_of_a_person:
            return await self._own(access)
        # A refresh token is used once: whoever stops waiting for it must not lose the one that follows.
        task = asyncio.ensure_future(self._refreshed(access, refused))
        self._renewals.add(task)
        task.add_done_callback(self._over)
        kept = await asyncio.shield(task)
        return _Shown(tokens=None if kept is None else kept.tokens)

    async def _own(self, access: Access) -> _Shown:
        """By the client's own credentials, once the server has said who it is and whose tokens it takes."""
        await self.described(access)
        server = await self.served(access)
        if self.known is None or self.known.secret is None:
            raise AuthenticationError(
                "client_credentials take a client_id and, as the connector's api_key, its secret"
            )
        scope = self.scope(server)
        form = {
            "grant_type": "client_credentials",
            "resource": self.resource,
            **({"scope": scope} if scope else {}),
        }
        return _Shown(tokens=await granted(server, self.known, form, access))

    async def _refreshed(self, access: Access, refused: str) -> Kept | None:
        async with self.file.locked(min(access.left, _LONGEST)):
            kept = await aside(self.file.read)
            if kept is None or kept.tokens is None:
                return None
            tokens = kept.tokens
            if tokens.lasts() and tokens.header != refused:
                return kept  # somebody else has been here
            if tokens.refresh is None:
                return None
            await self.described(access)
            server, client = await self.served(access), self.known or kept.client
            form = {
                "grant_type": "refresh_token",
                "refresh_token": tokens.refresh.reveal(),
                "resource": self.resource,
            }
            try:
                new = await granted(server, client, form, access, before=tokens)
            except GrantOver:
                await aside(self.file.write, Kept(client=client))
                raise self.nobody() from None
            kept = Kept(client=client, tokens=new)
            await aside(self.file.write, kept)
            return kept

    def _over(self, task: "asyncio.Task[Kept | None]") -> None:
        self._renewals.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits is told; the log of the loop is not

    def client_of(self, kept: Kept | None) -> Client | None:
        """The client of the configuration, else the one that is kept."""
        if self.known is not None:
            return self.known
        return None if kept is None else kept.client

    def _too_narrow(self, scope: str) -> PermissionDenied:
        wanted = f"the scope {scope}" if scope else "another scope"
        way = (
            f"`interlock mcp login {self._connector}{f' --scope {scope!r}' if scope else ''}` asks for it"
            if self.is_of_a_person
            else "name it as oauth.scope"
        )
        return PermissionDenied(
            f"the server's token is for too little: it takes {wanted}; {way}", status=_FORBIDDEN
        )


def _lasts(shown: _Shown) -> bool:
    return shown.tokens is not None and shown.tokens.lasts()


def _header(shown: _Shown) -> str:
    return "" if shown.tokens is None else shown.tokens.header
