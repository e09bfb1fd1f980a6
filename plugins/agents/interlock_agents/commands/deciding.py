"""`interlock agent answer`, `decide`, `cancel`, `reconcile`: what people say, and looking after effects."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from interlock.commands import FAILED, complain, note, tables, write_json
from interlock_agents.approvals.seeing import seen
from interlock_agents.commands.answering import approver_named
from interlock_agents.commands.place import AsOption, StoreOption, log_of, with_store
from interlock_agents.commands.working import PERSON, JsonOption, RunArgument, with_agent
from interlock_agents.store import DEFAULT, Store

if TYPE_CHECKING:
    from interlock_agents.ledger import Effect
    from interlock_agents.ledger.reconciling import Reconciled
    from interlock_agents.running.agent import Agent
    from interlock_agents.running.state import Run

Decisions = Literal["confirmed", "failed", "retry", "abandon"]


def answer(
    context: typer.Context,
    run: RunArgument,
    node: Annotated[str, typer.Argument(metavar="NODE", help="Who asks, or has failed.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The answer: JSON, or text.")],
    *,
    text: Annotated[bool, typer.Option("--text", help="It is text, even if it looks like JSON.")] = False,
    as_: AsOption = None,
    store: StoreOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Answer a node's question, or give a node that has failed its value; `resume` goes on with it."""
    from interlock_agents.commands.plainly import run_to_plain
    from interlock_agents.commands.run import typed
    from interlock_agents.commands.shown import resuming

    given = value if text else typed(value)

    async def who(opened: Store) -> str:
        return await approver_named(opened, as_)

    by = with_store(context, store, who)

    async def work(agent: "Agent") -> "Run":
        return await agent.answer(run, node, given, by=by)

    found = with_agent(context, store, work)
    if as_json:
        write_json(run_to_plain(found))
    else:
        note(f"Answered by {by}. `{resuming(found)}` goes on.")


def decide(
    context: typer.Context,
    effect: Annotated[str, typer.Argument(metavar="EFFECT", help="The id of the effect.")],
    decision: Annotated[Decisions, typer.Argument(metavar="confirmed|failed|retry|abandon")],
    *,
    evidence: Annotated[str, typer.Option(metavar="TEXT", help="What you looked at; it is kept.")],
    receipt: Annotated[
        str | None, typer.Option(metavar="JSON", help="An object that names what was done.")
    ] = None,
    as_: AsOption = None,
    store: StoreOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Say what has become of an effect of which nobody knows whether it has happened.

    confirmed: it has. failed: it has not, and will not. retry: send it again when its run goes on. abandon:
    nobody will ever know. While it may still happen, only confirmed and abandon are taken.
    """
    from interlock_agents.commands.plainly import effect_to_plain
    from interlock_agents.commands.run import typed
    from interlock_agents.ledger.ledger import Ledger
    from interlock_agents.running import rows

    found: Any = None if receipt is None else typed(receipt)

    async def work(opened: Store) -> "tuple[Effect, bool]":
        by = await approver_named(opened, as_)
        with log_of(context) as log:
            ledger = Ledger(opened, owner=by, log=log)
            known = await ledger.decide(effect, decision, by=by, evidence=evidence, receipt=found)
        run = known.place.run
        return known, await opened.read(lambda connection: rows.read(connection, run)) is not None

    known, here = with_store(context, store, work)
    if as_json:
        write_json(effect_to_plain(known))
    else:
        goes_on = (
            f"`interlock agent resume {known.place.run}` goes on" if here else "Its program goes on with it"
        )
        note(f"{known.id} is {known.state}. {goes_on}.")


def cancel(
    context: typer.Context, run: RunArgument, *, store: StoreOption = DEFAULT, as_json: JsonOption = False
) -> None:
    """End a run for good. What was sent may still happen: `show --effects` lists it."""
    from interlock_agents.commands.plainly import run_to_plain

    async def work(agent: "Agent") -> "Run":
        return await agent.cancel(run)

    found = with_agent(context, store, work)
    if as_json:
        write_json(run_to_plain(found))
        return
    note(f"{run} is cancelled.")
    if found.effects:
        note("Nobody knows yet whether these have happened:")
        for each in found.effects:
            note(f"  {seen(each.id)}  {seen(each.tool)}  {each.state}")


def reconcile(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="One run; all of them without it.")] = None,
    *,
    store: StoreOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Find out what has come of effects that were sent and that nobody works on any more.

    It does what their runs would do if they went on: a tool that takes a key is called again with the same
    one, one that can be asked is asked. The exit code is 0 when nothing is open any more, 3 when a person has
    to look, and 1 when something could not be looked after.
    """
    from interlock_agents.commands.plainly import effect_to_plain

    async def work(agent: "Agent") -> "tuple[Reconciled, tuple[Effect, ...]]":
        return await agent.reconcile(run), await agent.ledger.open(run)

    found, left = with_agent(context, store, work)
    if as_json:
        write_json(
            {
                "effects": [effect_to_plain(each) for each in found.effects],
                "busy": list(found.busy),
                "failed": {name: str(error) for name, error in found.failed.items()},
                "open": [each.id for each in left],
            }
        )
    else:
        _told(found)
    if found.failed:
        raise typer.Exit(FAILED)
    if left:
        raise typer.Exit(PERSON)


def _told(found: "Reconciled") -> None:
    if found.effects:
        tables((["effect", "tool", "state"], [[seen(e.id), seen(e.tool), e.state] for e in found.effects]))
    for name in found.busy:
        note(f"{seen(name)}: somebody works on it.")
    for name, error in found.failed.items():
        complain(f"{seen(name)}: {error}")
    if not (found.effects or found.busy or found.failed):
        note("Nothing was sent of which nobody knows what came of it.")
    for each in found.effects:
        if each.state == "unknown":
            note(f"Look whether {seen(each.id)} has happened, and say so:")
            note(f"  interlock agent decide {seen(each.id)} … --evidence …")
