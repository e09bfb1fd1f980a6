"""The option `--report`, and what it writes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import note
from interlock.errors import RequestError
from interlock_governance.commands.watching import at_work

if TYPE_CHECKING:
    from datetime import datetime

    from interlock_reports import Report

ReportFile = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write a report as .html or .md, to be read by people."),
]
_ENDINGS: Final = (".html", ".md")


def check_report(file: Path | None) -> None:
    """Raises RequestError before any work is done for a file that could not be written."""
    if file is not None and file.suffix.lower() not in _ENDINGS:
        raise RequestError(f"ends in none of {' and '.join(_ENDINGS)}.", key=f"--report {file}")


def save_report(file: Path | None, make: "Callable[[datetime], Report]") -> None:
    """`make` is given the time. Nothing where no file was asked for. Raises ReportUnwritable."""
    if file is None:
        return
    from datetime import UTC, datetime

    from interlock_reports import write_report

    with at_work("Writing"):
        write_report(make(datetime.now(UTC)), file)
    note(f"The report is in {file}.")
