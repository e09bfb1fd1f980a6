"""`interlock replay`: recorded decisions made again by another configuration. Nobody is called."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import kept, show
from interlock.cli.replayed import dollars, hidden, signed, task_data, task_rows
from interlock.cli.session import Session, session
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.engine.deciding.replaying import Replay, Tally
    from interlock.router import Router

_WORDS: Final = {
    "same": "the same decision",
    "behind": "the same deployment first, another order or reason behind it",
    "moved": "another deployment first",
    "excluded": "nothing may serve it any more",
    "allowed": "may be served, and might not before",
    "unknown": "cannot be replayed",
}


def replay(
    context: typer.Context,
    *,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The configuration to try; without it, the one in use."),
    ] = None,
    routes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Learned routes to try in place of that configuration's."),
    ] = None,
    since: kept.SinceOption = None,
    task: kept.TaskOption = None,
    deployment: kept.DeploymentOption = None,
    errors: kept.ErrorsOption = False,
    run: kept.RunOption = None,
    metadata: kept.MetadataOption = None,
    limit: Annotated[
        int | None, typer.Option("-n", "--limit", metavar="COUNT", min=1, help="The newest so many.")
    ] = None,
    evaluations: Annotated[
        bool, typer.Option("--evaluations", help="Calls that evaluations have made, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Say what another configuration would have done, at what cost.

    Recorded calls are decided again; nobody is called and nothing is classified again, because prompts are
    not kept. Health, and whether a key was at hand, are as they were then. The exit code is 0 whatever
    would change.
    """
    wanted = kept.query(
        since=since, task=task, deployment=deployment, errors=errors, run=run, metadata=metadata
    )
    ours = session(context).router()
    other = ours
    if config is not None or routes is not None:
        other = (session(context) if config is None else Session(config=config)).router(routes=routes)
    holder = other if ours.wiring.config.records is None else ours
    with kept.progress("Replaying") as tell:
        tally = asyncio.run(replayed(holder, other, wanted, limit, tell, evaluations=evaluations))
    if as_json:
        show.write_json(tally_data(tally, other.wiring))
    else:
        show_tally(tally, other.wiring)


async def replayed(
    holder: "Router",
    other: "Router",
    wanted: RecordQuery,
    limit: int | None,
    tell: Callable[[int], None],
    *,
    evaluations: bool = False,
) -> "Tally":
    """What `other` decides about the calls that `holder` keeps, as a rule without those that evaluations have
    made: they are not what routes are for. Raises StoreError.
    """
    from interlock.engine.deciding.replaying import Tally
    from interlock.engine.deciding.replaying import replay as again

    tally = Tally()
    decider, deployments = other.wiring.engine.decider, other.deployments
    async with kept.opened(holder.wiring) as store:
        async for record in kept.found(store, wanted):
            if not (record.is_traffic or evaluations):
                tally.left_out += 1
                continue
            tally.add(again(record, decider, deployments))
            tell(tally.total)
            if tally.total == limit:
                break
    return tally


def show_tally(tally: "Tally", wiring: "Wiring") -> None:
    if not tally.total:
        show.note(f"No such call is recorded.{_left_out(tally)}")
        return
    _show(tally, wiring)
    for remark in _remarks(tally, wiring):
        show.note(remark)


def _show(tally: "Tally", wiring: "Wiring") -> None:
    counts = [
        (words, f"{tally.changes[change]:,}") for change, words in _WORDS.items() if change in tally.changes
    ]
    parts: list[tuple[Sequence[str], Sequence[Sequence[str]]]] = [(("Decisions", f"{tally.total:,}"), counts)]
    if tally.examples:
        rows = [
            (
                each.first_then or "nobody",
                each.first_now or "nobody",
                f"{tally.moves[_move(each)]:,}",
                each.why,
                each.record.id,
            )
            for each in _by_count(tally)
        ]
        parts.append((("From", "To", "Calls", "Why, in the newest of them", "ID"), rows))
    if tally.examples or wiring.learned:
        parts.append(task_rows(tally, wiring))
    if tally.costs.calls:
        then, now = tally.costs.then, tally.costs.now
        cost = (dollars(then), dollars(now), signed(now - then), f"{tally.costs.calls:,}")
        parts.append((("Cost then", "Cost now", "Difference", "Calls with known prices"), [cost]))
    show.tables(*parts)


def _remarks(tally: "Tally", wiring: "Wiring") -> list[str]:
    remarks = ["Tasks are as they were recorded: prompts are not kept, so nothing is classified again."]
    if tally.left_out:
        remarks.append(_left_out(tally).strip())
    if tally.unchecked:
        rules = ", ".join(sorted(tally.unchecked))
        remarks.append(f"These rules need more than a record keeps, and allowed what is new: {rules}.")
    if wiring.learned and wiring.learned.refined:
        remarks.append(
            "These routes are refined by prompts' words, which are not kept: calls that other words or none "
            "decided go by the table alone."
        )
    if names := hidden(wiring):
        remarks.append(f"The configuration's own `routes` go before what was learned of: {', '.join(names)}.")
    remarks += [f"Cannot be replayed: {count:,}; {why}" for why, count in tally.unknown.items()]
    return remarks


def tally_data(tally: "Tally", wiring: "Wiring") -> dict[str, Any]:
    return {
        "decisions": tally.total,
        **{change: tally.changes.get(change, 0) for change in _WORDS},  # type: ignore[call-overload]  # as above
        "moves": [
            {
                "from": each.first_then,
                "to": each.first_now,
                "calls": tally.moves[_move(each)],
                "why": each.why,
                "example": each.record.id,
            }
            for each in _by_count(tally)
        ],
        "tasks": task_data(tally, wiring),
        "cost": {"then": tally.costs.then, "now": tally.costs.now, "calls": tally.costs.calls},
        "unchecked": sorted(tally.unchecked),
        "not_replayed": tally.unknown,
        "evaluations_left_out": tally.left_out,
    }


def _left_out(tally: "Tally") -> str:
    many = tally.left_out
    if not many:
        return ""
    return f" Left out: {many:,} call{'' if many == 1 else 's'} of evaluations; --evaluations counts them in."


def _by_count(tally: "Tally") -> "list[Replay]":
    return sorted(tally.examples, key=lambda each: -tally.moves[_move(each)])


def _move(each: "Replay") -> tuple[str | None, str | None]:
    return each.first_then, each.first_now
