"""`interlock eval agents`: models attempt the tasks of a suite, each in a world of its own."""

import asyncio
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from typer.core import TyperGroup

from interlock.commands import FAILED, note, session
from interlock.errors import RequestError
from interlock_evaluation.agents.attempt import MAX_TOKENS
from interlock_evaluation.commands.agents_shown import (
    SuiteArgument,
    attempts,
    chosen,
    report,
    runs,
    show,
    suites,
)
from interlock_evaluation.commands.asked import JsonOption, ModelsOption, StoreOption, models_of
from interlock_evaluation.commands.attempts import progress, show_attempts
from interlock_evaluation.commands.run import open_store

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.agents import Suite
    from interlock_evaluation.agents.attempt import AgentRun, KeptAttempts
    from interlock_evaluation.agents.running import AgentsEnded
    from interlock_evaluation.store import Store

_ASKED_ABOVE: Final = 1.0  # dollars
_LEFT: Final = 4  # exit code: the money was over before the attempts were
_UNMEASURED: Final = 3
_MOST_UNMEASURED: Final = 0.05
_LONGEST: Final = 128
_EPILOG: Final = """\b
Exit codes:
  0    every attempt was made, and all but 5 % of them say something
  2    wrong usage, configuration or suite
  3    more than 5 % say nothing: a key, a quota or the world failed
  4    the budget was over first
  130  interrupted: the same command goes on
"""


class _Attempting(TyperGroup):
    """What is no verb is a suite that is to be attempted."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            args = ["run", *args]
        return super().resolve_command(ctx, args)


agents = typer.Typer(
    cls=_Attempting,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Have models attempt the tasks of a suite, each in a world of its own: `eval agents SUITE`.",
)


@agents.command(epilog=_EPILOG)
def run(
    context: typer.Context,
    suite: SuiteArgument,
    *,
    task: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Attempt this task; again for more. Without it, all."),
    ] = None,
    model: ModelsOption = None,
    repeats: Annotated[
        int, typer.Option(min=1, max=100, metavar="COUNT", help="How often each attempts each task.")
    ] = 1,
    faults: Annotated[
        float,
        typer.Option(
            min=0, max=1, metavar="SHARE", help="Have the world lose the answers of such a share of writes."
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Which of them.")] = 0,
    budget: Annotated[
        float | None, typer.Option(min=0, metavar="DOLLARS", help="Spend no more than this on the run.")
    ] = None,
    at_once: Annotated[
        int, typer.Option(min=1, max=64, metavar="COUNT", help="Attempts that are under way at a time.")
    ] = 2,
    consent: Annotated[
        Literal["grant", "deny"], typer.Option(help="What is said where a tool needs a person's consent.")
    ] = "grant",
    max_tokens: Annotated[
        int, typer.Option(min=1, metavar="COUNT", help="Tokens that a model may answer a turn with.")
    ] = MAX_TOKENS,
    name: Annotated[
        str | None,
        typer.Option("--run", metavar="NAME", help="What the run is called; the same goes on with it."),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Attempt again what has measured nothing.")
    ] = False,
    store: StoreOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask about the cost.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Have models attempt a suite's tasks, look at what they made of its world, and keep it.

    What was attempted is not attempted again: the same command goes on where it was broken off. Without a
    budget, it asks before it begins what may cost more than a dollar.
    """
    from interlock_evaluation.agents import read_suite
    from interlock_evaluation.agents.attempt import AgentRun

    if find_spec("interlock_agents") is None:
        what = "it needs interlock-agents: `pip install 'interlock-evaluation[agents]'`."
        raise RequestError(what, key="eval agents")
    read = chosen(read_suite(suite), task)
    with session(context).router() as router:
        wanted = AgentRun(
            id=_name(name, suite),
            suite=read.name,
            digest=read.digest,
            tasks=tuple(each.id for each in read),
            configuration=router.digest,
            models=models_of(router, model),
            repeats=repeats,
            faults=faults,
            seed=seed,
            consent=consent,
            max_tokens=max_tokens,
            started=time(),
        )
        if not yes and budget is None:
            _agree(router, read, wanted)
        opened = open_store(context, store)
        try:
            ended, kept = asyncio.run(
                _attempted(router, read, wanted, opened, budget=budget, at_once=at_once, errors=errors)
            )
        except KeyboardInterrupt:
            note(f"What has come is kept as {wanted.id}; the same command goes on.")
            raise
    show_attempts(kept, as_json=as_json, left=ended.left)
    if ended.left:
        raise typer.Exit(_LEFT)
    unmeasured = sum(not each.measured for each in kept.attempts.values())
    if unmeasured > _MOST_UNMEASURED * len(kept.attempts):
        raise typer.Exit(_UNMEASURED)


def _name(given: str | None, suite: str) -> str:
    if given is None:
        return f"{Path(suite).resolve().name}-{datetime.now(UTC).astimezone().date().isoformat()}"
    if not (given.isprintable() and 0 < len(given) <= _LONGEST):
        raise RequestError(f"expected up to {_LONGEST} printable characters.", key="--run")
    return given


def _agree(router: "Router", suite: "Suite", run: "AgentRun") -> None:
    """Ask about the most that it may cost. Raises Exit where nobody agrees."""
    from interlock_evaluation.agents.running import attempts as planned
    from interlock_evaluation.agents.running import is_priced

    every = planned(suite, run)
    most = sum(task.dollars for key, task in every if is_priced(router, key.model))
    if most <= _ASKED_ABOVE:
        return
    note(f"{len(every):,} attempts, which may cost ${most:,.2f} in all: each ends at its task's budget.")
    if not typer.confirm("Make them?", err=True):
        note("Nothing was attempted.")
        raise typer.Exit(FAILED)


async def _attempted(
    router: "Router",
    suite: "Suite",
    run: "AgentRun",
    store: "Store",
    *,
    budget: float | None,
    at_once: int,
    errors: bool,
) -> "tuple[AgentsEnded, KeptAttempts]":
    from interlock_evaluation.agents.kept import AttemptStore
    from interlock_evaluation.agents.running import AgentRunner
    from interlock_evaluation.runs import Purse

    kept = AttemptStore(store)
    try:
        with progress(run.id) as tell:
            runner = AgentRunner(
                router,
                kept,
                purse=Purse(most=budget),
                at_once=at_once,
                constraints=router.wiring.config.constraints.constraints(),
                tell=tell,
            )
            ended = await runner.attempt(run, suite, errors=errors)
        return ended, await kept.kept(run.id)
    finally:
        await store.aclose()


agents.command("list")(suites)
agents.command()(show)
agents.command()(runs)
agents.command()(attempts)
agents.command()(report)
