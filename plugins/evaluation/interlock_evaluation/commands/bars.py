"""Bars on a terminal, beside the output, that say how far something is and how long the rest takes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Tell: TypeAlias = Callable[[int, int, str], None]
"""Told how many are done, of how many, and what else is to be said."""


@contextmanager
def bar(what: str) -> Iterator[Tell | None]:
    """None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, said="")
        yield lambda done, total, said: shown.update(task, completed=done, total=total, said=said)


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that is told how many are done."""
    with bar(what) as tell:

        def told(done: int) -> None:
            if tell is not None:
                tell(done, total, "")

        yield told
