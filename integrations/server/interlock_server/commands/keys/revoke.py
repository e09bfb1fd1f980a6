"""`interlock keys revoke`: a key that is void from now on."""

import os
from typing import Annotated

import typer

from interlock.commands import FAILED, complain, note, write_json
from interlock_server.commands.keys.place import StoreOption, place_of


def revoke(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="The key's id.")],
    *,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a key void. Servers know it within a second, and calls that go on try nobody more.

    A file loses the key's lines; a database keeps it as revoked. Exit code 1: there is no such key.
    """
    from interlock_server.keys.editing import remove_entry
    from interlock_server.keys.written import VARIABLE, keys_of

    place = place_of(context, store)
    file = place.file
    gone = remove_entry(file, id_) if file is not None else place.ask(lambda opened: opened.revoke(id_))
    if as_json:
        write_json({"id": id_, "revoked": gone})
    elif gone:
        note(f"{id_} is void.")
    if not gone:
        here = any(key.principal.id == id_ for key in keys_of(os.environ.get(VARIABLE, "")))
        hint = f" It is in {VARIABLE}, from which it has to be taken out." if here else ""
        complain(f"There is no valid key {id_}.{hint}")
        raise typer.Exit(FAILED)
