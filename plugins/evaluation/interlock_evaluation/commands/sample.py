"""`interlock eval sample`: a suite drawn by lot from recorded calls."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, moment, note, session, tables, write_json
from interlock.errors import ConfigError, RequestError
from interlock.types.stores import RecordQuery
from interlock_evaluation.commands.asked import JsonOption

if TYPE_CHECKING:
    from interlock import Router
    from interlock.types.records import Record
    from interlock_evaluation.suites import Drawn

_PAGE: Final = 500
_PRIVATE: Final = 0o600


def sample(
    context: typer.Context,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The suite that is written, a .jsonl.")
    ],
    texts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The words of calls: an opened audit export, or rows of your own."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, metavar="COUNT", help="How many prompts.")] = 300,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Another one draws others.")] = 0,
    by_task: Annotated[
        bool, typer.Option("--by-task", help="As many of each task, as far as there are so many.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Not before this date or time, or so long ago: 2h, 7d.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Before this date or time, or so long ago.")
    ] = None,
    task: Annotated[str | None, typer.Option(metavar="TASK", help="Of this task alone.")] = None,
    deployment: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where this deployment answered or was tried.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a suite by lot from recorded calls, each prompt under what its call was bound to.

    Records hold no prompt: --texts brings the words. The file is as confidential as they are. The exit code
    is 1 where nothing could be drawn.
    """
    from interlock_evaluation.suites import draw, read_words, to_row

    if output.suffix.lower() not in (".jsonl", ".ndjson"):
        raise RequestError(f"does not end in .jsonl: {output.name!r}.", key="--output")
    wanted = RecordQuery(
        since=None if since is None else moment(since),
        until=None if until is None else moment(until, "--until"),
        task=task,
        deployment=deployment,
        limit=_PAGE,
    )
    words = {} if texts is None else read_words(texts)
    with session(context).router() as router:
        records = asyncio.run(_all(router, wanted))
    drawn = draw(records, words, count=count, seed=seed, by_task=by_task)
    if drawn.samples:
        lines = (json.dumps(to_row(each), ensure_ascii=False) for each in drawn.samples)
        _write(output, "".join(f"{line}\n" for line in lines))
    _show(drawn, output, seed, as_json=as_json, worded=texts is not None)
    if not drawn.samples:
        raise typer.Exit(FAILED)


async def _all(router: "Router", wanted: RecordQuery) -> "list[Record]":
    store = router.open_store()
    if store is None:
        raise ConfigError(
            "nothing says where calls are kept. Write `records: sqlite:///interlock.db` into the "
            "configuration; they are kept from then on.",
            key="records",
        )

    async def pages(wanted: RecordQuery) -> "AsyncIterator[Record]":
        while page := await store.find(wanted):
            for each in page:
                yield each
            wanted = replace(wanted, after=(page[-1].started, page[-1].id))

    try:
        return [each async for each in pages(wanted)]
    finally:
        await store.aclose()


def _write(output: Path, text: str) -> None:
    from interlock.types.files import write_whole

    try:
        write_whole(output, text.encode(), mode=_PRIVATE)
    except OSError as error:
        raise RequestError(f"cannot be written: {error.strerror or error}.", key=str(output)) from None


def _show(drawn: "Drawn", output: Path, seed: int, *, as_json: bool, worded: bool) -> None:
    got = {task: sum(each.task == task for each in drawn.samples) for task in drawn.tasks}
    if as_json:
        write_json(
            {
                "calls": drawn.calls,
                "drawn": len(drawn.samples),
                "seed": seed,
                "tasks": [
                    {"task": task, "calls": calls, "drawn": got[task]} for task, calls in drawn.tasks.items()
                ],
                "without": dict(drawn.without),
                "file": str(output) if drawn.samples else None,
            }
        )
    elif drawn.tasks:
        rows = [(task, f"{calls:,}", f"{got[task]:,}") for task, calls in drawn.tasks.items()]
        tables((("Task", "Calls", "Drawn"), rows))
    if not drawn.calls:
        note("No such call is recorded.")
        return
    for why, calls in drawn.without.items() if worded else ():
        note(f"{calls:,} calls were left out: {why}.")
    if drawn.samples:
        note(
            f"Wrote {len(drawn.samples):,} prompts of {drawn.calls:,} calls to {output}, drawn with seed "
            f"{seed}. It is as confidential as they are; give each a reference or a rubric."
        )
    elif not worded:
        note(
            "Records hold no words of prompts. Give --texts FILE: rows of your own with each `call`'s id and "
            "its `prompt`, or what `interlock audit export --open -o opened.json` writes of a log that is "
            "told `personal: [request]`."
        )
