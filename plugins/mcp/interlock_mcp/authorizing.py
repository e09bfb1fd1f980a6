"""Who we are, to a server over HTTP."""

from collections.abc import Mapping
from typing import Protocol

from interlock.http import HttpReply
from interlock.protocols import Access
from interlock.types.models import Destination

_UNAUTHORIZED = 401


class Authorization(Protocol):
    """What a server is shown: one object for each connector, and what it holds goes to no other server."""

    async def headers(self, access: Access) -> Mapping[str, str]:
        """What goes with each request. Raises ProviderError and PermitError."""
        ...

    async def challenged(
        self, reply: HttpReply, access: Access, used: Mapping[str, str], *, again: bool
    ) -> bool:
        """Whether a request with the headers `used`, which was answered 401 or 403 and so did nothing, may be
        sent once more with other ones; `again` says that it has been already, and will not be. Raises
        ProviderError and PermitError where it never can.
        """
        ...


class BearerKey:
    """The connector's `api_key`; nothing where there is none, or where the user's own headers say more."""

    def __init__(self, destination: Destination) -> None:
        self._url = destination.base_url
        self._key = destination.credential.secret

    async def headers(self, access: Access) -> Mapping[str, str]:  # noqa: ARG002 - it asks nobody
        return {} if self._key is None else {"authorization": f"Bearer {self._key.reveal()}"}

    async def challenged(
        self,
        reply: HttpReply,
        access: Access,
        used: Mapping[str, str],
        *,
        again: bool,  # noqa: ARG002 - as the protocol has it
    ) -> bool:
        """There is no other key. Raises AuthenticationError where the server says who gives tokens for it."""
        nothing = not any(name.lower() == "authorization" for name in used)
        header = reply.headers.get("www-authenticate", "")
        if reply.status == _UNAUTHORIZED and nothing and header:
            from interlock_mcp.oauth import discovery, metadata  # noqa: PLC0415 - most servers want no tokens

            found = await discovery.resource_at(self._url, metadata.challenge_in(header), access)
            if found is not None:
                discovery.check_issuer(found, "")
        return False
