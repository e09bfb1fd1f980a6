"""`interlock agent prune`: requests for consent that nobody needs any more."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from interlock.commands import note, write_json
from interlock_agents.commands.place import StoreOption, with_store
from interlock_agents.commands.working import JsonOption
from interlock_agents.store import DEFAULT, Store


def prune(
    context: typer.Context,
    *,
    before: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="What was answered before that day, in UTC."),
    ],
    store: StoreOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Delete answered requests for consent, arguments and previews included, of runs that are over.

    A run that may go on keeps its own: what was denied stays denied. The log keeps who answered.
    """

    async def work(opened: Store) -> int:
        from interlock_agents.running import rows

        at = before.replace(tzinfo=UTC).timestamp()
        return await opened.run(lambda connection: rows.prune_approvals(connection, at))

    gone = with_store(context, store, work)
    if as_json:
        write_json({"deleted": gone})
    else:
        note(f"{gone:,} {'request was' if gone == 1 else 'requests were'} deleted.")
