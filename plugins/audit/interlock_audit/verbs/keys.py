"""`interlock audit keys`: which key signs, what verifies, and how another takes its place."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.commands import note, write_json
from interlock_audit.verbs.checkpoint import signing_log, sworn
from interlock_audit.verbs.init import written_key
from interlock_audit.verbs.place import (
    KeysOption,
    SealingOption,
    UrlOption,
    named_log,
    public_keys,
    with_sealing_key,
)

if TYPE_CHECKING:
    from interlock_audit import AuditLog


def keys(
    context: typer.Context,
    *,
    key: KeysOption = None,
    sealing_key: SealingOption = None,
    url: UrlOption = None,
    new: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Make another key there, and have the present one sign that it follows."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the public keys that checkpoints are verified with, in PEM, and their ids, and that of the key
    that seals; or change the key that signs.
    """
    if new is not None:
        _change(context, new)
        return
    log = named_log(context, url)
    with_sealing_key(log, sealing_key)
    found = public_keys(log, key)
    seals = None if log.sealer is None else log.sealer.key.id
    if as_json:
        write_json({"signing": [{"id": each.id, "pem": each.pem} for each in found], "sealing": seals})
        return
    for each in found:
        print(each.pem, end="")
        note(f"Its id is {each.id}.")
    if not found:
        note("No key is configured, so that no checkpoint is made. `interlock audit init` makes a key.")
    if seals is not None:
        note(f"What is personal is sealed by the key {seals}.")
    else:
        note("No sealing key is configured: what is personal is not kept. `interlock audit init` makes one.")


def _change(context: typer.Context, new: Path) -> None:
    log = signing_log(context)
    made = written_key(new, option="--new")
    asyncio.run(_told(log, made.public.id))
    note(f"The present key has signed that {made.public.id} follows it. Next, in interlock.yaml:")
    print(f"key: file:{new}\nearlier: [the present key's .pub file]")


async def _told(log: "AuditLog", follows: str) -> None:
    try:
        await sworn(log, "audit.key_changed", **{"from": log.key and log.key.public.id, "to": follows})
    finally:
        await log.aclose()
