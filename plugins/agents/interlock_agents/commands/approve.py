"""`interlock agent approve`: what waits for a person's consent, and the answer to it."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.commands import FAILED, complain, note, printable, tables, write_json
from interlock.errors import RequestError
from interlock_agents.commands.answering import approver_named
from interlock_agents.commands.place import AsOption, StoreOption, log_of, with_store
from interlock_agents.store import DEFAULT, Store

if TYPE_CHECKING:
    from interlock_agents.approvals import Approval, Requests

_LIST = 1_000


def approve(
    context: typer.Context,
    id_: Annotated[
        str | None, typer.Argument(metavar="ID", help="The request; left out, all that wait are listed.")
    ] = None,
    *,
    deny: Annotated[bool, typer.Option("--deny", help="Refuse it.")] = False,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why it is refused; the agent is told.")] = "",
    lasts: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="How long the grant may be used; 900 by default.")
    ] = None,
    run: Annotated[str | None, typer.Option(metavar="RUN", help="List what waits of this run alone.")] = None,
    all_of: Annotated[
        str | None, typer.Option("--all-of", metavar="RUN", help="Answer everything that waits of this run.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Put a request that was denied before people once more.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    as_: AsOption = None,
    store: StoreOption = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what waits for a person's consent, or answer it.

    On a terminal a request is shown and asked about before it is approved; elsewhere its id says that it was
    read. The grant is for that run of that tool with those arguments, once. The exit code is 0 when it was
    answered so, 1 when it was not, and 2 when there is no such request.
    """
    if id_ is not None and all_of is not None:
        raise RequestError("name one request, or --all-of a run.", key="ID")
    if why and not deny:
        raise RequestError("goes with --deny.", key="--why")
    listing = id_ is None and all_of is None
    if deny and listing:
        raise RequestError("name the request that is denied.", key="ID")
    if again and (listing or deny or all_of):
        raise RequestError("goes with the id of a request that was denied.", key="--again")
    answer = _Answer(deny=deny, why=why, lasts=lasts, asks=sys.stdin.isatty() and not yes, as_json=as_json)

    async def work(opened: Store) -> bool:
        from interlock_agents.approvals import Requests

        if listing:
            await _list(Requests(store=opened), run, as_json=as_json)
            return True
        by = await approver_named(opened, as_)
        with log_of(context) as log:
            requests = Requests(store=opened, log=log)
            if again:
                await _again(requests, str(id_), as_json=as_json)
                return True
            wanted = await _wanted(requests, id_, all_of, unread=not (yes or deny or sys.stdin.isatty()))
            done = [await _answered(requests, each, by, answer) for each in wanted]
        if as_json:
            write_json({"answered": [each for each in done if each is not None]})
        return None not in done

    if not with_store(context, store, work):
        raise typer.Exit(FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    deny: bool
    why: str
    lasts: float | None
    asks: bool
    as_json: bool


async def _again(requests: "Requests", id_: str, *, as_json: bool) -> None:
    """Put it before people once more, as another request."""
    from interlock_agents.commands.telling import plain

    before = await requests.get(id_)
    if not before.denied:
        raise RequestError(f"{id_} was not denied: it is {before.state}.", key="--again")
    new = await requests.put(before.request, effect=before.effect, again=True)
    if as_json:
        write_json({"waiting": [plain(new)]})
    else:
        note(f"It waits again, as {new.id}; `interlock agent approve {new.id}` approves it.")


async def _wanted(
    requests: "Requests", id_: str | None, run: str | None, *, unread: bool
) -> "list[Approval]":
    if id_ is not None:
        return [await requests.get(id_)]
    wanted = await requests.pending(run, limit=_LIST)
    if wanted and unread:
        raise RequestError(
            f"{len(wanted)} of {run} wait; --yes approves them without having been shown.", key="--all-of"
        )
    if not wanted:
        note(f"Nothing of {run} waits.")
    return wanted


async def _list(requests: "Requests", run: str | None, *, as_json: bool) -> None:
    from interlock_agents.commands.telling import plain, row

    waiting = await requests.pending(run, limit=_LIST)
    if as_json:
        write_json({"waiting": [plain(each) for each in waiting]})
    elif waiting:
        columns = ["request", "tool", "effect", "arguments", "run", "step", "denied at"]
        tables((columns, [row(each) for each in waiting]))
        note("`interlock agent approve REQUEST` shows one and approves it; with --deny it is refused.")
    else:
        note("Nothing waits.")


async def _answered(
    requests: "Requests", approval: "Approval", by: str, answer: _Answer
) -> dict[str, Any] | None:
    """What became of it, as JSON; None where it was not answered so."""
    from interlock_agents.approvals import NotApprovable
    from interlock_agents.commands.telling import outcome, plain, whole

    if not answer.as_json:
        print(printable(whole(approval)))
    asks = answer.asks and not answer.deny and approval.open
    if asks and not typer.confirm(f"Approve as {by}?", default=False, err=True):
        note("Not approved: it goes on waiting. --deny refuses it.")
        return None
    try:
        if answer.deny:
            await requests.deny(approval.id, by=by, why=answer.why)
        else:
            await requests.approve(approval.id, by=by, lasts=answer.lasts)
    except NotApprovable as error:
        complain(f"Error: {error.message}.")
        return None
    settled = await requests.get(approval.id)
    if not answer.as_json:
        note(outcome(settled, by))
    return plain(settled)
