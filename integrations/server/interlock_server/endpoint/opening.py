"""From a configuration to what is served."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interlock import Router
from interlock_server.endpoint.live import Served, Settings
from interlock_server.endpoint.naming import PlainNames
from interlock_server.endpoint.observing import Observer
from interlock_server.keys import Keyring


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
    keyring = Keyring.open(settings.keys, _folder(config), os.environ)
    return Served(
        router=router,
        names=PlainNames(settings.aliases),
        identities=keyring,
        settings=settings,
        beside=(keyring,),
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


def _folder(config: "str | os.PathLike[str] | Mapping[str, Any] | None") -> Path | None:
    """Where the configuration lies, which is where its relative paths begin."""
    if config is None:
        config = os.environ.get("INTERLOCK_CONFIG")
    return Path(config).parent if isinstance(config, str | os.PathLike) else None
