"""`interlock agent approver`: who may answer beside the users of this machine."""

from typing import Annotated

import typer

from interlock.commands import FAILED, complain, note, tables, write_json
from interlock.errors import RequestError
from interlock_agents.commands.place import StoreOption, with_store
from interlock_agents.store import DEFAULT, Store


def approver(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The person; left out, all are listed.")
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Make this person's token void.")] = False,
    store: StoreOption = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a token with which a person answers, in the page or with `approve --as`.

    It is printed once, and kept as a digest. Made again, the one from before is void. Whoever may write the
    store may do this: it is for those who run the agents.
    """
    from interlock_agents.approvals.approvers import Approvers

    async def names(opened: Store) -> list[str]:
        return await Approvers(store=opened).names()

    async def removed(opened: Store) -> bool:
        return await Approvers(store=opened).remove(name or "")

    async def added(opened: Store) -> str:
        return await Approvers(store=opened).add(name or "")

    if name is None:
        if remove:
            raise RequestError("name the person.", key="NAME")
        everybody = with_store(context, store, names)
        if as_json:
            write_json({"approvers": everybody})
        elif everybody:
            tables((["approver"], [[each] for each in everybody]))
        else:
            note("Nobody has a token.")
    elif remove:
        found = with_store(context, store, removed)
        if as_json:
            write_json({"removed": found})
        if not found:
            complain(f"{name} has no token.")
            raise typer.Exit(FAILED)
    else:
        token = with_store(context, store, added)
        if as_json:
            write_json({"approver": name, "token": token})
        else:
            note(f"The token of {name}, which is not shown again:")
            print(token)
