"""`interlock agent show` and `list`: runs as they stand, without working on them."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from interlock.commands import note, printable, tables, write_json
from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_agents.approvals.seeing import cut, moment, seen
from interlock_agents.budgets.spent import words
from interlock_agents.commands.place import StoreOption
from interlock_agents.commands.working import JsonOption, RunArgument, with_agent
from interlock_agents.store import DEFAULT

if TYPE_CHECKING:
    from interlock_agents.ledger import Effect, EffectEvent
    from interlock_agents.running.agent import Agent
    from interlock_agents.running.state import Run

    Known = list[tuple[Effect, tuple[EffectEvent, ...]]]

_GOAL = 60
States = Literal["running", "done", "needs_person", "failed", "over_budget", "cancelled"]


def show(
    context: typer.Context,
    run: RunArgument,
    *,
    node: Annotated[
        str | None, typer.Option(metavar="NODE", help="Print the value of one node, and nothing else.")
    ] = None,
    effects: Annotated[
        bool, typer.Option("--effects", help="List its effects, and what has happened to each.")
    ] = False,
    store: StoreOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Show a run: its nodes, what it has spent, what it waits for and how to answer.

    Of a run of another framework, whose tools are accounted for, there are no nodes.
    """
    from interlock_agents.commands.elsewhere import ElsewhereRun, elsewhere, show_elsewhere, to_plain
    from interlock_agents.commands.plainly import effect_to_plain, run_to_plain, value_to_plain
    from interlock_agents.commands.shown import show_run, text_of

    async def work(agent: "Agent") -> "tuple[Run | ElsewhereRun, Known]":
        found: Run | ElsewhereRun
        try:
            found = await agent.show(run)
        except RequestError:
            other = await elsewhere(agent.ledger, run)
            if other is None or node is not None:
                raise
            found = other
        known = await agent.ledger.effects(run) if effects or as_json else ()
        return found, [(each, await agent.ledger.events(each.id)) for each in known]

    found, known = with_agent(context, store, work)
    if isinstance(found, ElsewhereRun):
        if as_json:
            write_json({**to_plain(found), "effects": [effect_to_plain(*each) for each in known]})
            return
        show_elsewhere(found)
        if effects:
            _effects(known)
        return
    if node is not None:
        if node not in found.values:
            near = nearest(node, list(found.values))
            there = "" if near else f"; there are {', '.join(found.values) or 'none'}"
            raise RequestError(f"no node {node!r} has given a value{there}.", key="--node", suggestion=near)
        value = found.values[node]
        if as_json:
            write_json(value_to_plain(value))
        else:
            print(printable(text_of(value)))
        return
    if as_json:
        write_json({**run_to_plain(found), "effects": [effect_to_plain(*each) for each in known]})
        return
    show_run(found)
    if effects:
        _effects(known)


def list_runs(
    context: typer.Context,
    *,
    state: Annotated[States | None, typer.Option(help="Only those that stand so.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="COUNT", help="How many, at the most.")] = 50,
    store: StoreOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List runs, the one that changed last first."""
    from interlock_agents.commands.plainly import summary_to_plain

    async def work(agent: "Agent") -> "list[Run]":
        return list(await agent.list(limit=limit, state=state))

    found = with_agent(context, store, work)
    if as_json:
        write_json({"runs": [summary_to_plain(each) for each in found]})
    elif found:
        columns = ["run", "state", "calls", "cost", "changed", "goal"]
        tables((columns, [_row(each) for each in found]))
    else:
        note("There are no runs." if state is None else f"No run is {state}.")


def _row(run: "Run") -> list[str]:
    goal, more = cut(seen(" ".join(run.goal.split())), _GOAL)
    return [
        *(run.id, run.state, f"{run.calls} of {run.limit}", words("usd", run.spent.usd)),
        *(moment(run.updated), f"{goal}…" if more else goal),
    ]


def _effects(known: "list[tuple[Effect, Any]]") -> None:
    if not known:
        note("It has had no effects.")
        return
    print()
    columns = ["effect", "tool", "does", "state", "sent", "what happened"]
    rows = [
        [
            *(seen(each.place.step), seen(each.tool), each.effect, each.state, str(each.tries)),
            "; ".join(map(_happened, events)),
        ]
        for each, events in known
    ]
    tables((columns, rows))


def _happened(event: "EffectEvent") -> str:
    by = f" ({event.by})" if event.by else ""
    return f"{event.now}: {seen(event.why)}{by}"
