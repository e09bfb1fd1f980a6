"""How a service is told who asks."""

import base64
from collections.abc import Mapping
from typing import Protocol

from interlock import ConfigError
from interlock.protocols import Access
from interlock.types.models import Destination, Secret


class Auth(Protocol):
    """Gives the headers of each request. Runs on several event loops may ask the same one at once."""

    async def headers(self, access: Access) -> Mapping[str, str]:
        """Those of one request; what has to be sent for them goes out by `access`.

        Raises ProviderError and PermitError.
        """
        ...

    def expired(self, used: Mapping[str, str]) -> bool:
        """The service took none of what those headers said. Whether another asking gives other ones."""
        ...


class Open(Auth):
    """Of a service that asks nobody, or whose headers are in the configuration."""

    async def headers(self, access: Access) -> Mapping[str, str]:  # noqa: ARG002 - as the protocol has it
        return {}

    def expired(self, used: Mapping[str, str]) -> bool:  # noqa: ARG002 - as the protocol has it
        return False


class Bearer(Open):
    """A key that does not change, as `Authorization: Bearer`, or under another scheme."""

    def __init__(self, key: Secret | None, *, scheme: str = "Bearer") -> None:
        self._key = key
        self._scheme = scheme

    async def headers(self, access: Access) -> Mapping[str, str]:  # noqa: ARG002 - as the protocol has it
        return {} if self._key is None else {"authorization": f"{self._scheme} {self._key.reveal()}"}


class Basic(Open):
    """A name and a password: `name:password` in the key, or a name of the options and the key.

    Raises:
        ConfigError: there is a key, and no name. `option` is where it belongs.
    """

    def __init__(self, there: Destination, *, name: str = "", option: str = "user") -> None:
        secret = there.credential.secret
        self._pair: Secret | None = None
        if secret is None:
            return
        if not name and ":" not in secret.reveal():
            raise ConfigError(
                "is missing: whose password the key is; or write the key as name:password.", key=option
            )
        self._pair = Secret(f"{name}:{secret.reveal()}") if name else secret

    async def headers(self, access: Access) -> Mapping[str, str]:  # noqa: ARG002 - as the protocol has it
        return {} if self._pair is None else basic(self._pair)


def basic(pair: Secret) -> Mapping[str, str]:
    """The header of HTTP's basic authentication for `name:password`."""
    return {"authorization": f"Basic {base64.b64encode(pair.reveal().encode()).decode()}"}
