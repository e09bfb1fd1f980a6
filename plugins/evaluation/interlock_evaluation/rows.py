"""Files of rows, as JSON lines, JSON or CSV: each row with the words that say where it stands."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock.types.files import read_regular

_LARGEST: Final = 512 * 1024**2
_LONGEST: Final = 2**31 - 1  # characters of a cell
_TABLES: Final = (".csv", ".tsv")
_ENDINGS: Final = (".jsonl", ".ndjson", ".json", *_TABLES)

Row = tuple[str, Mapping[str, Any]]
Cells = tuple[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV: the names of its columns, and the cells below them, of which a row may have too few."""

    names: Sequence[str]
    rows: Sequence[Cells]


def read_rows(path: Path, *, within: str = "") -> Iterator[Row]:
    """The rows of a file that `read_file` reads; the values of a CSV's are text."""
    found = read_file(path, within=within)
    if not isinstance(found, Table):
        yield from found
        return
    for place, cells in found.rows:
        yield place, dict(zip(found.names, cells, strict=False))


def read_file(path: Path, *, within: str = "") -> Table | Iterator[Row]:
    """A `.jsonl`, `.json` or `.csv` (or `.ndjson`, `.tsv`), with `.gz` or not, up to 512 MB.

    Between a CSV's values stand commas, tabs or semicolons, whichever its first line has most of. The list of
    a `.json` may stand in an object, as its key `within`.

    Raises:
        RequestError: the file cannot be read, or a line is no row; it names the line. What is no CSV raises
            at once, other lines when they are come to.
    """
    ending = (path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix).lower()
    if ending not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}.", key=str(path))
    text = _text_of(path)
    if ending in _TABLES:
        return _table(text, path)
    return _array(text, path, within) if ending == ".json" else _lines(text, path)


def _text_of(path: Path) -> str:
    try:
        data = read_regular(path, _LARGEST + 1)
        if path.suffix.lower() == ".gz":
            with gzip.open(io.BytesIO(data)) as file:
                data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise RequestError(f"is larger than {_LARGEST // 1024**2} MB.", key=str(path))
        return data.decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RequestError("is no whole gzip file.", key=str(path)) from None
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
    except UnicodeDecodeError:
        raise RequestError("is no UTF-8; save it as such.", key=str(path)) from None


def _table(text: str, path: Path) -> Table:
    """Whole documents may stand in a cell, and the limit of a cell is the whole process's."""
    usual = csv.field_size_limit(_LONGEST)
    try:
        return _cells(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), path)
    finally:
        csv.field_size_limit(usual)


def _cells(lines: Any, path: Path) -> Table:
    rows: list[Cells] = []
    try:
        names = [name.strip() for name in next(lines, [])]
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{path} line {lines.line_num}"
            if len(cells) > len(names):
                raise RequestError(f"has {len(cells)} values below {len(names)} names.", key=place)
            rows.append((place, cells))
    except csv.Error as error:
        raise RequestError(f"is no CSV: {error}.", key=f"{path} line {lines.line_num}") from None
    if len(set(names)) < len(names):
        twin = next(name for name in names if names.count(name) > 1)
        raise RequestError(f"has two columns {twin!r}.", key=str(path))
    return Table(names=names, rows=rows)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",\t;", key=first.count)


def _lines(text: str, path: Path) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path} line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise RequestError("is no JSON.", key=place) from None
        yield place, _object(row, place)


def _array(text: str, path: Path, within: str) -> Iterator[Row]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise RequestError(
            "is no JSON; a file with an object in each line ends in .jsonl.", key=str(path)
        ) from None
    if within and isinstance(rows, dict):
        rows = rows.get(within)
    if not isinstance(rows, list):
        raise RequestError("is no JSON list of objects.", key=str(path))
    for number, row in enumerate(rows, 1):
        yield f"{path} row {number}", _object(row, f"{path} row {number}")


def _object(row: object, place: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise RequestError("is no JSON object.", key=place)
    return row
