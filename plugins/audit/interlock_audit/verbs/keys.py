"""`interlock audit keys`: which key signs, and what verifies."""

from typing import Annotated

import typer

from interlock.commands import note, write_json
from interlock_audit.verbs.place import KeysOption, UrlOption, named_log, public_keys


def keys(
    context: typer.Context,
    *,
    key: KeysOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the public key that checkpoints are verified with, in PEM, and its id."""
    found = public_keys(named_log(context, url), key)
    if as_json:
        write_json([{"id": each.id, "pem": each.pem} for each in found])
        return
    for each in found:
        print(each.pem, end="")
        note(f"Its id is {each.id}.")
    if not found:
        note("No key is configured, so that no checkpoint is made. `interlock audit init` makes a key.")
