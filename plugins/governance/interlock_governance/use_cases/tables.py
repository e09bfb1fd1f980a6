"""Text as a header and rows, whatever separates them."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interlock.errors import RequestError

_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Attributes:
    headers: one for each column, each once; a repeated one has its number behind it, an empty one its place.
    rows: number, as a spreadsheet counts, and cells; rows without any words are left out.
    """

    headers: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]


def table_of(text: str, file: str) -> Table:
    """Raises RequestError for a file in which there are no rows, or whose quotes do not end."""
    rows = _rows(text, _separator(text), file)
    try:
        head = next(rows)[1]
    except StopIteration:
        raise RequestError("is empty: there is no header, and no row.", key=file) from None
    return Table(headers=_headers(head), rows=list(rows))


def _rows(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RequestError(
                f"cannot be read as a table at row {number}: {error}. Does a quote begin there and not end?",
                key=file,
            ) from None
        if any(cell.strip() for cell in row):
            yield number, row


def _separator(text: str) -> str:
    """Whichever the first line with words has most of, outside of quotes."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def _headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Each once, so that no column hides another."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    names = []
    for at, cell in enumerate(cells, 1):
        plain = " ".join(cell.split()) or f"column {at}"
        seen[plain] += 1
        name = plain if seen[plain] == 1 else f"{plain} ({seen[plain]})"
        while name in taken:
            name = f"{name} (column {at})"
        taken.add(name)
        names.append(name)
    return tuple(names)
