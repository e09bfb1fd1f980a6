"""`interlock drill`: every fault against the user's own configuration, before a vendor has it."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.commands import FAILED, NOWHERE, note, session, tables, write_json
from interlock.errors import RequestError

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock_drill.faults import Fault, Form, Result


def drill(
    context: typer.Context,
    *,
    only: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="Play this fault alone. May be repeated."),
    ] = None,
    scale: Annotated[
        float,
        typer.Option(
            min=0.05, max=1.0, metavar="FACTOR", help="Shorten every time, your time limits included."
        ),
    ] = 1.0,
    sync: Annotated[bool, typer.Option("--sync", help="Play the synchronous verbs as well.")] = False,
    task: Annotated[
        str, typer.Option(metavar="TASK", help="The task whose route is tried.")
    ] = "conversational",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Try the configuration on an upstream that misbehaves.

    Every deployment is replaced by one on this machine, the first of the task's route has the fault, and
    nothing leaves. Routes, constraints, time limits, retries and rescue are your own. It takes some two
    minutes, and longer where a call's total limit is longer. The exit code is 1 when a fault is failed.
    """
    from interlock_drill.faults import FAULTS, FORMS

    known = {fault.number: fault for fault in FAULTS}
    for number in only or ():
        if number not in known:
            raise RequestError(f"there is no fault {number}; there are 1 to {max(known)}.", key="--only")
    faults = [known[number] for number in sorted(set(only))] if only else list(FAULTS)
    forms = FORMS if sync else FORMS[:2]
    wiring = session(context).router().wiring
    results = asyncio.run(_play(wiring, faults, forms, scale=scale, task=task))
    if as_json:
        write_json([_data(result) for result in results])
    else:
        tables(_table(results))
    failed = sum(result.outcome == "failed" for result in results)
    passed = sum(result.outcome == "passed" for result in results)
    if not as_json:
        note(f"Passed: {passed} of {len(results)}.")
    if failed or not passed:
        raise typer.Exit(FAILED if failed else NOWHERE)


async def _play(
    wiring: "Wiring", faults: "Sequence[Fault]", forms: "Iterable[Form]", *, scale: float, task: str
) -> "list[Result]":
    from interlock_drill.faults import Drill

    results = []
    async for result in Drill(wiring, scale=scale, task=task).run(faults, forms):
        results.append(result)
        note(f"{result.fault.number} {result.form}: {result.outcome}")
    order = {form: at for at, form in enumerate(forms)}
    return sorted(results, key=lambda result: (result.fault.number, order[result.form]))


_CONDUCT = "Right conduct"
_COLUMNS = ("No.", "The upstream …", _CONDUCT, "Verb", "Result", "Seconds", "Calls")


def _table(results: "Sequence[Result]") -> tuple[Sequence[str], list[Sequence[str]]]:
    """Without what is the same in every run where rows are lines, for other programs to read."""
    rows = [_row(result) for result in results]
    if sys.stdout.isatty():
        return _COLUMNS, [*rows]
    left = _COLUMNS.index(_CONDUCT)
    columns, *kept = (row[:left] + row[left + 1 :] for row in (_COLUMNS, *rows))
    return columns, [*kept]


def _row(result: "Result") -> tuple[str, ...]:
    told = result.outcome if result.outcome == "passed" else f"{result.outcome}: {result.reason}"
    return (
        str(result.fault.number),
        result.fault.name,
        result.fault.conduct,
        result.form,
        told,
        f"{result.seconds:.1f}",
        str(result.calls),
    )


def _data(result: "Result") -> dict[str, Any]:
    return {
        "number": result.fault.number,
        "fault": result.fault.name,
        "conduct": result.fault.conduct,
        "verb": result.form,
        "result": result.outcome,
        "reason": result.reason,
        "seconds": round(result.seconds, 2),
        "calls": result.calls,
    }
