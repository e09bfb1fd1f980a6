"""Where a verb finds the store and the log."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from interlock.commands import session
from interlock_agents.store import Store

if TYPE_CHECKING:
    from interlock.protocols import DurableLog
    from interlock_agents.approvals import Notifier

T = TypeVar("T")
NOTIFY = "INTERLOCK_AGENTS_NOTIFY"

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="INTERLOCK_AGENTS_STORE",
        help="Where agents are kept: sqlite:///FILE, from the configuration's folder, or postgresql://…",
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Who answers, by the token in INTERLOCK_APPROVER_TOKEN; else the user of this machine.",
    ),
]


def folder_of(context: typer.Context) -> Path:
    """Where a relative path begins: beside the configuration, else here."""
    config = session(context).config
    return Path(config).absolute().parent if config is not None else Path.cwd()


def with_store(context: typer.Context, url: str, work: Callable[[Store], Awaitable[T]]) -> T:
    """What comes of the work, once the store is closed.

    Raises:
        StoreError: the store cannot be used.
    """
    store = Store.open(url, folder_of(context))

    async def through() -> T:
        try:
            return await work(store)
        finally:
            await store.aclose()

    return asyncio.run(through())


def notifiers_for(context: typer.Context, urls: Sequence[str] | None) -> "tuple[Notifier, ...]":
    """Those that a verb was told of, else those of INTERLOCK_AGENTS_NOTIFY, else a line on standard error.

    Raises:
        RequestError: nothing that is installed can use one of them.
    """
    from interlock_agents.approvals import notifiers_of

    named = urls or os.environ.get(NOTIFY, "").split() or ["stderr:"]
    return notifiers_of(named, folder_of(context))


@contextmanager
def log_of(context: typer.Context) -> "Iterator[DurableLog | None]":
    """The configuration's log, until the block ends; None where it names none.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    router = session(context).router()
    try:
        yield router.log
    finally:
        router.close_sync()
