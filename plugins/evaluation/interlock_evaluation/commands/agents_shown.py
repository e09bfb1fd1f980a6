"""What can be seen of suites of agent tasks, and of runs that attempted them."""

import asyncio
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import finite, note, tables, write_json
from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.attempts import show_attempts, whole
from interlock_evaluation.commands.run import open_store

if TYPE_CHECKING:
    from interlock_evaluation.agents import Suite
    from interlock_evaluation.agents.attempt import AgentRun, Attempt, KeptAttempts
    from interlock_evaluation.store import Store

_ENDINGS: Final = (".html", ".md", ".json")
_WIDTH: Final = 80

SuiteArgument = Annotated[
    str, typer.Argument(metavar="SUITE", help="A suite's name, as `list` has them, or a folder of yours.")
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `runs` lists them.")]


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
        (found,) = chosen(read, [task])
        write_json(asdict(found))
        return
    if as_json:
        write_json([asdict(each) for each in read])
        return
    rows = [(each.id, f"{each.least_calls or '-'}", f"{len(each.checks)}", _line(each.goal)) for each in read]
    tables((("Task", "Least calls", "Checks", "Goal"), rows))


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


def report(
    context: typer.Context,
    run: RunArgument,
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
            write_whole(output, (json.dumps(finite(whole(kept)), indent=1) + "\n").encode())
        else:
            write_report(report_of(figures, kept.run), output)
        note(f"The report is in {output}.")
    if as_json or output is None:
        show_attempts(kept, as_json=as_json)


def attempts(
    context: typer.Context,
    run: RunArgument,
    *,
    task: Annotated[str | None, typer.Option(metavar="ID", help="Of this task alone.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Of this model alone.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show each attempt of a run: how it ended, and what was not as the task wants it."""
    kept = asyncio.run(_kept(open_store(context, store), run))
    of = [
        each
        for each in kept.attempts.values()
        if task in (None, each.key.task) and model in (None, each.key.model)
    ]
    if as_json:
        write_json([asdict(each) | {"key": each.key._asdict()} for each in of])
        return
    rows = [
        (
            each.key.task,
            each.key.model,
            f"{each.key.repeat + 1}",
            "not measured" if not each.measured else each.outcome,
            f"{sum(call.done for call in each.calls)} of {len(each.calls)}",
            _line(_why(each)),
        )
        for each in of
    ]
    tables((("Task", "Model", "Repeat", "Outcome", "Calls done", "Why"), rows))


def _why(attempt: "Attempt") -> str:
    """The first thing that was not as it should be."""
    if attempt.complete:
        return ""
    failed = next((each for each in attempt.checks if not each.passed), None)
    if not attempt.measured or attempt.state != "done" or failed is None:
        return attempt.why or attempt.error or attempt.state
    return f"{failed.name}: {failed.why}"


def chosen(suite: "Suite", tasks: list[str] | None) -> "Suite":
    """The suite with these tasks alone. Raises RequestError for one that it does not have."""
    ids = [each.id for each in suite]
    for task in tasks or ():
        if task not in ids:
            what = f"there is no such task; there are {', '.join(ids)}."
            raise RequestError(what, key=f"--task {task}", suggestion=nearest(task, ids))
    return replace(suite, tasks=tuple(each for each in suite if each.id in tasks)) if tasks else suite


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
