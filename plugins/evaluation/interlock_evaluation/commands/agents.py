"""`interlock eval agents`: models attempt the tasks of a suite, each in a world of its own."""

import asyncio
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from typer.core import TyperGroup

from interlock.commands import note, session, tables, write_json
from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_evaluation.commands.asked import JsonOption, ModelsOption, StoreOption, models_of
from interlock_evaluation.commands.attempts import progress, show_attempts, whole
from interlock_evaluation.commands.run import open_store
from interlock_evaluation.commands.words import known

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.agents import Suite
    from interlock_evaluation.agents.attempt import AgentRun, KeptAttempts
    from interlock_evaluation.agents.running import AgentsEnded
    from interlock_evaluation.store import Store

_LEFT: Final = 4  # exit code: the money was over before the attempts were
_UNMEASURED: Final = 3
_MOST_UNMEASURED: Final = 0.05
_ENDINGS: Final = (".html", ".md", ".json")
_LONGEST: Final = 128
_WIDTH: Final = 80
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

SuiteArgument = Annotated[
    str, typer.Argument(metavar="SUITE", help="A suite's name, as `list` has them, or a folder of yours.")
]


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
    name: Annotated[
        str | None,
        typer.Option("--run", metavar="NAME", help="What the run is called; the same goes on with it."),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Attempt again what has measured nothing.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have models attempt a suite's tasks, look at what they made of its world, and keep it.

    What was attempted is not attempted again: the same command goes on where it was broken off.
    """
    from interlock_evaluation.agents import read_suite
    from interlock_evaluation.agents.attempt import AgentRun

    if find_spec("interlock_agents") is None:
        what = "it needs interlock-agents: `pip install 'interlock-evaluation[agents]'`."
        raise RequestError(what, key="eval agents")
    read = _chosen(read_suite(suite), task)
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
            started=time(),
        )
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


@agents.command("list")
def suites(context: typer.Context, *, as_json: JsonOption = False) -> None:  # noqa: ARG001 - as every verb
    """List the suites that come with Interlock."""
    from interlock_evaluation.agents import read_suite, shipped_suites

    found = [read_suite(name) for name in shipped_suites()]
    if as_json:
        write_json(
            [{"name": each.name, "about": each.about, "tasks": [task.id for task in each]} for each in found]
        )
        return
    tables((("Suite", "Tasks", "About"), [(each.name, f"{len(each)}", each.about) for each in found]))


@agents.command()
def show(
    context: typer.Context,  # noqa: ARG001 - as every verb
    suite: SuiteArgument,
    *,
    task: Annotated[str | None, typer.Option(metavar="ID", help="Show this task whole.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the tasks of a suite, or one of them."""
    from interlock_evaluation.agents import read_suite

    read = read_suite(suite)
    if task is not None:
        (found,) = _chosen(read, [task])
        write_json(asdict(found))
        return
    if as_json:
        write_json([asdict(each) for each in read])
        return
    rows = [(each.id, f"{each.least_calls or '-'}", f"{len(each.checks)}", _line(each.goal)) for each in read]
    tables((("Task", "Least calls", "Checks", "Goal"), rows))


@agents.command()
def runs(context: typer.Context, *, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the runs, newest first."""
    found = asyncio.run(_listed(open_store(context, store)))
    if as_json:
        write_json([asdict(each) for each in found])
        return
    if not found:
        note("No agent was evaluated yet.")
        return
    rows = [
        (
            each.id,
            each.suite,
            f"{len(each.tasks)}",
            ", ".join(each.models),
            f"{each.repeats}",
            datetime.fromtimestamp(each.started, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "whole" if each.ended is not None else "something is left",
        )
        for each in found
    ]
    tables((("Run", "Suite", "Tasks", "Models", "Repeats", "Begun", "State"), rows))


@agents.command()
def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `runs` lists them.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="An .html or .md for people, or .json."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which model completes its tasks, how reliably, and at what cost, with intervals."""
    from interlock.types.files import write_whole
    from interlock_evaluation.agents.figures import figures_of
    from interlock_evaluation.agents.report import report_of
    from interlock_reports import write_report

    if output is not None and output.suffix.lower() not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}: {output.name!r}.", key="--output")
    kept = asyncio.run(_kept(open_store(context, store), run))
    if output is not None:
        figures = figures_of(kept)
        if output.suffix.lower() == ".json":
            write_whole(output, (json.dumps(known(whole(kept)), indent=1) + "\n").encode())
        else:
            write_report(report_of(figures, kept.run), output)
        note(f"The report is in {output}.")
    if as_json or output is None:
        show_attempts(kept, as_json=as_json)


def _name(given: str | None, suite: str) -> str:
    if given is None:
        return f"{Path(suite).resolve().name}-{datetime.now(UTC).astimezone().date().isoformat()}"
    if not (given.isprintable() and 0 < len(given) <= _LONGEST):
        raise RequestError(f"expected up to {_LONGEST} printable characters.", key="--run")
    return given


def _chosen(suite: "Suite", tasks: list[str] | None) -> "Suite":
    """The suite with these tasks alone."""
    ids = [each.id for each in suite]
    for task in tasks or ():
        if task not in ids:
            what = f"there is no such task; there are {', '.join(ids)}."
            raise RequestError(what, key=f"--task {task}", suggestion=nearest(task, ids))
    return replace(suite, tasks=tuple(each for each in suite if each.id in tasks)) if tasks else suite


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


async def _kept(store: "Store", run: str) -> "KeptAttempts":
    from interlock_evaluation.agents.kept import AttemptStore

    try:
        return await AttemptStore(store).kept(run)
    finally:
        await store.aclose()


async def _listed(store: "Store") -> "list[AgentRun]":
    from interlock_evaluation.agents.kept import AttemptStore

    try:
        return await AttemptStore(store).runs()
    finally:
        await store.aclose()


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
