"""`interlock audit verify`: what is wrong with a log, what is proved, and what nobody can tell."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, printable, write_json
from interlock_audit.verbs.place import KeysOption, UrlOption, named_log, public_keys

if TYPE_CHECKING:
    from interlock_audit.verifying import Report

UNANCHORED: Final = 3
_MOST: Final = 50  # findings that are printed


def verify(
    context: typer.Context,
    *,
    url: UrlOption = None,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Checkpoints from outside, in place of the configured files. May be repeated.",
        ),
    ] = None,
    key: KeysOption = None,
    require_checkpoints: Annotated[
        bool,
        typer.Option(
            "--require-checkpoints",
            help="End with 3 where no checkpoint from outside covers every chain.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say whether the log is whole, as far as that can be known.

    Every entry is held against the one before it, and against the checkpoints. Nothing is written. The exit
    code is 0 when nothing is wrong, 1 when something is, and 3 when --require-checkpoints asks for more than
    there is.
    """
    from interlock_audit.verifying.findings import shown
    from interlock_audit.verifying.reading import checkpoints_in, verify_database
    from interlock_audit.verifying.words import told

    log = named_log(context, url)
    keys = public_keys(log, key)
    named = log.options.checkpoints if url is None else ()
    files = checkpoints or [path for path in named if path.exists()]
    sources = [checkpoints_in(path) for path in files]
    with _progress() as progress:
        report = verify_database(log.address, sources=sources, keys=keys, progress=progress)
    lost = [] if checkpoints else [path for path in named if not path.exists()]
    notes = [
        f"{shown(str(path))}, which the configuration names for checkpoints, is not there." for path in lost
    ]
    report = replace(report, notes=[*report.notes, *notes])
    if as_json:
        write_json(told(report))
    else:
        _show(report)
    if not report.whole:
        raise typer.Exit(FAILED)
    if require_checkpoints and not report.vouched:
        raise typer.Exit(UNANCHORED)


def _show(report: "Report") -> None:
    from interlock_audit.verifying.words import proved, seen, unknown, verdict

    parts = [[verdict(report)], list(seen(report))]
    if report.findings:
        found = [f"- {finding.what}" for finding in report.findings[:_MOST]]
        if len(report.findings) > _MOST:
            found.append(f"- and {len(report.findings) - _MOST:,} more, which --json lists.")
        parts.append(["What is wrong:", *found])
    if known := list(proved(report)):
        parts.append(["What this proves:", *(f"- {line}" for line in known)])
    parts.append(["What it does not prove:", *unknown(report)])
    print(printable("\n\n".join("\n".join(_folded(part)) for part in parts)))


def _folded(lines: list[str]) -> Iterator[str]:
    """As wide as a terminal; unbroken where the output goes elsewhere."""
    if not sys.stdout.isatty():
        yield from lines
        return
    import shutil
    import textwrap

    width = shutil.get_terminal_size().columns
    for line in lines:
        indent = "  " if line.startswith("- ") else ""
        yield textwrap.fill(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, which is gone when it is full."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
