"""From a configuration to what is served."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import time
from typing import Any

from interlock import Router, StoreError
from interlock_server.endpoint.counting import check_budgets, check_limits
from interlock_server.endpoint.live import Served, Settings
from interlock_server.endpoint.observing import Observer
from interlock_server.keys import Keyring
from interlock_server.keys.checking import check_names
from interlock_server.keys.plugin import KeyRules
from interlock_server.names import ModelNames
from interlock_server.principals import Identities, Principal


def open_served(
    config: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
    *,
    plugins: Iterable[object] = (),
    inherit: Served | None = None,
    several: bool = False,
) -> Served:
    """What a configuration says is served; None for the one that `Router.from_config` finds by itself.
    `plugins` are the router's, beside the endpoint's own, and `inherit` is what was served before.
    Where `several` processes serve, what is counted needs a ledger.

    Raises:
        ConfigError: it cannot be used.
    """
    # Where keys are is said in the configuration, which is read as the router is made; their rules are a
    # part of that.
    identities = _Awaited()
    before = None if inherit is None else inherit.router
    router = Router.from_config(config, plugins=[Observer(), KeyRules(identities), *plugins], inherit=before)
    settings = settings_of(router, _folder(config))
    if several:
        check_budgets(router, settings)

    def check(keys: Iterable[Principal], source: str) -> None:
        check_names(keys, router, source)
        if several:
            check_limits(keys, router)

    keyring = Keyring.open(
        settings.keys,
        settings.folder,
        os.environ,
        grace=settings.keys_grace,
        check=check,
        others=router.identities,
        former=None if inherit is None or not isinstance(inherit.identities, Keyring) else inherit.identities,
    )
    identities.found(keyring)
    return Served(
        router=router,
        names=ModelNames(router, settings.aliases, created=int(time())),
        identities=keyring,
        settings=settings,
        beside=(keyring,),
    )


def settings_of(router: Router, folder: Path | None = None) -> Settings:
    """The section `server` of the router's configuration, which lies in that folder."""
    said = router.serving
    return Settings(
        keys=said.keys,
        keys_grace=said.keys_grace,
        approvals=said.approvals,
        aliases=dict(said.aliases),
        largest_body=said.largest_body,
        grace=said.grace,
        metrics=said.metrics,
        folder=folder,
    )


def _folder(config: "str | os.PathLike[str] | Mapping[str, Any] | None") -> Path | None:
    """Where the configuration lies, which is where its relative paths begin."""
    if config is None:
        config = os.environ.get("INTERLOCK_CONFIG")
    return Path(config).parent if isinstance(config, str | os.PathLike) else None


class _Awaited:
    """Identities that are there once they have been read; nothing is asked of them before."""

    def __init__(self) -> None:
        self._there: Identities | None = None
        # Asked several times for every request, and so the identities' own once they are there.
        self.by_id: Callable[[str], Principal | None] = _unread

    def found(self, identities: Identities) -> None:
        self._there, self.by_id = identities, identities.by_id

    @property
    def required(self) -> bool:
        return True if self._there is None else self._there.required

    def principal(self, secret: str | None) -> Principal | None:
        return _unread(secret) if self._there is None else self._there.principal(secret)


def _unread(_: str | None) -> Principal | None:
    raise StoreError("keys have not been read yet")
