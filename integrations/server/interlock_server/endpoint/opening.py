"""From a configuration to what is served."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock import ConfigError, Router
from interlock_server.endpoint.live import Served, Settings
from interlock_server.endpoint.naming import PlainNames
from interlock_server.endpoint.observing import Observer
from interlock_server.principals import Identities, Principal


@dataclass(frozen=True, slots=True)
class Unkeyed:
    """Nobody needs a key."""

    required: bool = False

    def principal(self, secret: str | None) -> Principal | None:  # noqa: ARG002 - of the protocol
        """Nobody."""
        return None


def open_served(
    config: "str | os.PathLike[str] | Mapping[str, Any] | None" = None, *, plugins: Iterable[object] = ()
) -> Served:
    """What a configuration says is served; None for the one that `Router.from_config` finds by itself.
    `plugins` are the router's, beside the endpoint's own.

    Raises:
        ConfigError: it cannot be used.
    """
    router = Router.from_config(config, plugins=[Observer(), *plugins])
    settings = settings_of(router)
    return Served(
        router=router,
        names=PlainNames(settings.aliases),
        identities=_identities(settings),
        settings=settings,
    )


def settings_of(router: Router) -> Settings:
    """The section `server` of the router's configuration."""
    said = router.serving
    return Settings(
        keys=said.keys,
        aliases=dict(said.aliases),
        largest_body=said.largest_body,
        grace=said.grace,
    )


def _identities(settings: Settings) -> Identities:
    if settings.keys is not None:
        raise ConfigError("keys cannot be read yet", key="server.keys")
    return Unkeyed()
