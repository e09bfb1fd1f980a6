"""Where a verb finds keys."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from interlock import ConfigError
from interlock.commands import session
from interlock_server.keys.checking import check_names
from interlock_server.keys.places import is_url, path_of
from interlock_server.principals import Principal

if TYPE_CHECKING:
    from interlock_server.keys.stored.store import KeyStore

T = TypeVar("T")

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="WHERE",
        help="Where keys are: a YAML file, or a database's URL; else the configuration's server.keys.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where keys are; `folder` is where a relative path begins."""

    where: str
    folder: Path | None = None

    @property
    def file(self) -> Path | None:
        """The file; None for a database."""
        return None if is_url(self.where) else path_of(self.where, self.folder)

    def ask(self, question: "Callable[[KeyStore], Awaitable[T]]") -> T:
        """What a database answers, which is closed again.

        Raises:
            StoreError: it cannot be used.
        """
        from interlock_server.keys.stored.store import KeyStore

        store = KeyStore.open(self.where, self.folder)

        async def through() -> T:
            try:
                return await question(store)
            finally:
                await store.aclose()

        return asyncio.run(through())


def place_of(context: typer.Context, store: str | None, made: Principal | None = None) -> Place:
    """The place that was named, or the configuration's, beside which its relative paths begin. Then what a
    key that is to be `made` names is held against the configuration, too.

    Raises:
        ConfigError: neither names one; or the key names what is not there.
    """
    if store is not None:
        return Place(where=store)
    with session(context).router() as router:
        where = router.serving.keys
        if made is not None and where is not None:
            check_names([made], router, strict=True)
    if where is None:
        what = (
            "nothing says where keys are. Write `server: {keys: keys.yaml}` into the configuration, or give"
        )
        raise ConfigError(f"{what} --store keys.yaml.", key="server.keys")
    return Place(where=where, folder=_folder(context))


def _folder(context: typer.Context) -> Path | None:
    import os

    config = session(context).config or os.environ.get("INTERLOCK_CONFIG")
    return Path(config).absolute().parent if config else None
