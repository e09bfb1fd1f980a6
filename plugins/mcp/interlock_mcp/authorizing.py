"""Who we are, to a server over HTTP."""

from collections.abc import Mapping
from typing import Protocol

from interlock.http import HttpReply
from interlock.protocols import Access
from interlock.types.models import Destination


class Authorization(Protocol):
    """What a server is shown: one object for each connector, and what it holds goes to no other server."""

    async def headers(self, access: Access) -> Mapping[str, str]:
        """What goes with each request. `access` sends to the server alone. Raises ProviderError."""
        ...

    async def challenged(self, reply: HttpReply, access: Access) -> bool:
        """Whether a request that was answered 401, and so did nothing, may be sent with other headers."""
        ...


class BearerKey:
    """The connector's `api_key`; nothing where there is none, or where the user's own headers say more."""

    def __init__(self, destination: Destination) -> None:
        self._key = destination.credential.secret

    async def headers(self, access: Access) -> Mapping[str, str]:  # noqa: ARG002 - it asks nobody
        return {} if self._key is None else {"authorization": f"Bearer {self._key.reveal()}"}

    async def challenged(self, reply: HttpReply, access: Access) -> bool:  # noqa: ARG002 - there is no other
        return False
