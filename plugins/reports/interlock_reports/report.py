"""A report, and the file that it is written to."""

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from interlock.errors import InterlockError, RequestError
from interlock_reports.document import Document
from interlock_reports.markdown import markdown
from interlock_reports.page import page

__all__ = ["Report", "ReportUnwritable", "write_report"]


class ReportUnwritable(InterlockError):
    """A file that a report cannot be written to; what was there before is there still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Document):
    """A document that is the same each time it is written.

    Raises:
        RequestError: a time without a zone, a language that is none, or an id that two sections have.

    Attributes:
        title: what it is, in a few words.
        summary: what a reader should know who reads nothing else.
        facts: names with what they are, shown at the top: a period, a configuration's digest.
        made_at: when what it says was so, with a time zone.
        made_by: who or what made it, such as a command.
        language: that of the texts, such as `en` or `de-CH`. A page's own words are German or English.
    """

    def markdown(self) -> str:
        """CommonMark with the tables of GitHub's dialect, without HTML."""
        return markdown(self)

    def html(self) -> str:
        """A whole page, which asks for nothing and runs nothing but its own script, for sorting tables."""
        return page(self)


def write_report(report: Report, path: str | os.PathLike[str]) -> Path:
    """Writes it as what the suffix says, .html or .md, whole or not at all; returns where.

    Raises:
        RequestError: another suffix.
        ReportUnwritable: the folder is not there, or may not be written to.
    """
    file = Path(path)
    match file.suffix.lower():
        case ".html":
            text = report.html()
        case ".md":
            text = report.markdown()
        case other:
            told = (
                f"a report ends in .html or .md, not in {other!r}"
                if other
                else "a report ends in .html or .md"
            )
            raise RequestError(f"{told}: {file}", key="path")
    try:
        _replace(file, text.encode())
    except OSError as error:
        raise ReportUnwritable(f"{file} cannot be written: {error.strerror or error}.") from error
    return file


def _replace(file: Path, data: bytes) -> None:
    number, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with mode 0600
    try:
        with os.fdopen(number, "wb") as out:
            out.write(data)
        Path(part).replace(file)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(part).unlink()
        raise
