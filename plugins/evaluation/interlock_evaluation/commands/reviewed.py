"""`interlock eval review status`, `results` and `export`: what was said in reviews so far."""

import asyncio
import csv
import io
import json
from dataclasses import asdict
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.commands import note, tables, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.run import open_store
from interlock_evaluation.commands.words import between, share

if TYPE_CHECKING:
    from interlock_evaluation.reviews.figures import ReviewFigures
    from interlock_evaluation.reviews.review import Judged, Vote
    from interlock_evaluation.statistics import Interval

_ENDINGS: Final = (".csv", ".jsonl", ".json")
_PAGES: Final = (".html", ".md")
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")

NameArgument = Annotated[
    str, typer.Argument(metavar="REVIEW", help="A review's name: its run's, if it has none of its own.")
]


def status(
    context: typer.Context,
    review: Annotated[str | None, typer.Argument(metavar="REVIEW", help="Without it, all.")] = None,
    *,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which reviews there are, and how far each reviewer is."""
    found = asyncio.run(_judged(context, store, review))
    if as_json:
        write_json(
            [
                {"review": asdict(each.review), "reviewers": [asdict(one) for one in each.reviewers]}
                for each in found
            ]
        )
        return
    if not found:
        note("No review was opened yet.")
        return
    rows = [
        (
            each.review.id,
            "open" if each.review.closed is None else "closed",
            one.name,
            f"{one.done:,} of {one.total:,}",
            {"new": "waits for its link to be used", "used": "at work", "void": "taken back"}[one.link],
            "-" if one.last is None else datetime.fromtimestamp(one.last, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
        for each in found
        for one in each.reviewers
    ]
    tables((("Review", "State", "Reviewer", "Pairs", "Link", "Last"), rows))


def results(
    context: typer.Context,
    review: NameArgument,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="An .html or .md for people.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which answers were preferred, how far reviewers agree, and what may have led them astray."""
    from interlock_evaluation.reviews.figures import review_figures
    from interlock_evaluation.reviews.report import review_report
    from interlock_reports import write_report

    if output is not None and output.suffix.lower() not in _PAGES:
        raise RequestError(f"ends in none of {', '.join(_PAGES)}: {output.name!r}.", key="--output")
    (found,) = asyncio.run(_judged(context, store, review))
    figures = review_figures(found)
    if output is not None:
        write_report(review_report(figures, found.review), output)
        note(f"The report is in {output}.")
        if not as_json:
            return
    if as_json:
        write_json(asdict(figures))
        return
    if not figures.votes:
        note("Nobody has said anything yet.")
        return
    _show(figures, found)


def export(
    context: typer.Context,
    review: NameArgument,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="A .csv, .jsonl or .json; without it, CSV is printed."
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write every vote, with the models that stood left and right, and its comment."""
    from interlock.types.files import write_whole

    ending = ".csv" if output is None else output.suffix.lower()
    if ending not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}: {output.name!r}.", key="--output")  # type: ignore[union-attr]  # an ending is a file's
    (found,) = asyncio.run(_judged(context, store, review))
    rows = [_row(found, each) for each in found.votes]
    if ending == ".json":
        text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    elif ending == ".jsonl":
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        text = _table(rows)
    if output is None:
        typer.echo(text, nl=False)
        return
    write_whole(output, text.encode("utf-8", "replace"))
    note(f"Wrote {len(rows):,} votes to {output}.")


async def _judged(context: typer.Context, store: str | None, review: str | None) -> "list[Judged]":
    from interlock_evaluation.reviews.kept import ReviewStore

    opened = open_store(context, store)
    try:
        kept = ReviewStore(opened)
        names = [each.id for each in await kept.reviews()] if review is None else [review]
        return [await kept.judged(name) for name in names]
    finally:
        await opened.aclose()


def _show(figures: "ReviewFigures", found: "Judged") -> None:
    pairs = [
        (
            f"{each.first} | {each.second}",
            f"{each.prompts:,}",
            f"{each.votes:,}",
            *(between(of) for of in (each.first_preferred, each.second_preferred, each.both, each.neither)),
            f"{each.claimed} is preferred" if each.claimed else "cannot tell",
        )
        for each in figures.pairs
    ]
    ranked = [
        (
            each.model,
            _signed(each.strength),
            share(each.wins),
            f"{each.judged:,}",
            between(figures.neither[each.model]),
        )
        for each in figures.ranking
    ]
    people = [
        (
            each.name,
            f"{each.votes:,}",
            between(each.left),
            f"prefers the {each.leaning} side" if each.leaning else "cannot tell",
            f"{each.twice:,}",
            between(each.same) if each.twice else "-",
            f"{each.comments:,}",
        )
        for each in figures.reviewers
    ]
    tables(
        (("Pair", "Prompts", "Votes", "First", "Second", "Both", "Neither", ""), pairs),
        (("Model", "Strength", "Won", "Compared", "Neither acceptable"), ranked),
        (("Reviewer", "Votes", "Left preferred", "Side", "Twice", "Alike", "Comments"), people),
    )
    agreed = figures.agreement
    if agreed.items:
        note(
            f"How far reviewers agree beyond chance: alpha {_plain(agreed.alpha)}. They said the same "
            f"{between(agreed.raw)} of the time, on {agreed.items:,} pairs that several have judged."
        )
    else:
        note("Nobody can say whether reviewers agree: no pair was judged by two of them.")
    if figures.twice:
        note(f"Pairs that were shown both ways round were judged alike {between(figures.same)} of the time.")
    if figures.changed:
        note(f"{figures.changed:,} votes do not count: the run has other answers by now.")
    if found.review.closed is None:
        note(f"The review is open. `interlock eval review close {found.review.id}` writes experts' marks.")


def _signed(found: "Interval") -> str:
    if not isfinite(found.value):
        return "unknown"
    if not (isfinite(found.low) and isfinite(found.high)):
        return f"{found.value:+.2f}"
    return f"{found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"


def _plain(found: "Interval") -> str:
    if not isfinite(found.value):
        return "unknown"
    if not (isfinite(found.low) and isfinite(found.high)):
        return f"{found.value:.2f}"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _row(judged: "Judged", vote: "Vote") -> dict[str, Any]:
    item = vote.item
    return {
        "review": judged.review.id,
        "run": judged.review.run,
        "prompt": item.prompt,
        "task": judged.tasks.get(item.prompt, ""),
        "reviewer": item.reviewer,
        "number": item.number + 1,
        "left": item.left.model,
        "right": item.right.model,
        "choice": vote.choice,
        "preferred": vote.preferred,
        "again": item.again,
        "comment": vote.comment,
        "at": datetime.fromtimestamp(vote.at, UTC).isoformat(timespec="seconds"),
    }


def _table(rows: list[dict[str, Any]]) -> str:
    columns = (
        *("review", "run", "prompt", "task", "reviewer", "number", "left", "right", "choice", "preferred"),
        *("again", "comment", "at"),
    )
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, columns, lineterminator="\n")
    table.writeheader()
    for row in rows:
        # What a table's program would take for a formula is a text.
        table.writerow(
            {
                name: f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
                for name, value in row.items()
            }
        )
    return written.getvalue()
