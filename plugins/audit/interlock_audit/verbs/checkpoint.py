"""`interlock audit checkpoint`: how far all chains have come, signed, now."""

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from interlock.commands import note
from interlock.errors import ConfigError, StoreError
from interlock_audit.verbs.place import named_log

if TYPE_CHECKING:
    from interlock_audit import AuditLog


def checkpoint(context: typer.Context) -> None:
    """Sign how far all chains have come, print it, and bring it to the configured files and webhooks.

    The line that is printed is a checkpoint as the files have it: it can be kept wherever you like.
    """
    log = signing_log(context)
    print(asyncio.run(_made(log)))
    note(
        "Covered: what is there now. `interlock audit verify --checkpoints FILE` takes a file of such lines."
    )


def signing_log(context: typer.Context) -> "AuditLog":
    """The configured log, where it has a key.

    Raises:
        ConfigError: it has none.
    """
    log = named_log(context, None)
    if log.key is None:
        raise ConfigError("checkpoints need a key: `interlock audit init` makes one.", key="log.options.key")
    return log


async def _made(log: "AuditLog") -> str:
    try:
        return await sworn(log, "audit.checkpoint_asked")
    finally:
        await log.aclose()


async def sworn(log: "AuditLog", kind: str, **facts: Any) -> str:
    """Append an entry of the log's own, and have a checkpoint cover it and all chains, which is returned.

    Raises:
        StoreError: it may not be there.
    """
    await log.note(kind, **facts)
    made = await asyncio.to_thread(log.checkpoint, everything=True)
    if made is None:
        raise StoreError("no checkpoint could be made that covers the log; ask again")
    return made.line
