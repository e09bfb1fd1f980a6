"""Files of rows, as JSON lines or CSV: each row with the words that say where it stands."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock.types.files import read_regular

_LARGEST: Final = 512 * 1024**2
_COLUMNS: Final = {".csv": ",", ".tsv": "\t"}
_ENDINGS: Final = (".jsonl", ".ndjson", *_COLUMNS)

Row = tuple[str, Mapping[str, Any]]


def read_rows(path: Path, needed: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a `.jsonl` or `.csv` (or `.ndjson`, `.tsv`), with `.gz` after it or not, at most 512 MB.

    Values of CSV are text. `needed` are columns that a CSV must have.

    Raises:
        RequestError: the file cannot be read, or a line is no row; it names the line.
    """
    ending = (path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix).lower()
    if ending not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}.", key=str(path))
    text = text_of(path)
    return _table(text, _COLUMNS[ending], path, needed) if ending in _COLUMNS else _lines(text, path)


def text_of(path: Path) -> str:
    """A file's text, unpacked if it ends in `.gz`. Raises RequestError for one that cannot be read."""
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


def _table(text: str, delimiter: str, path: Path, needed: Sequence[str]) -> Iterator[Row]:
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in lines.fieldnames or ()]
        for missing in needed:
            if missing not in names:
                raise RequestError(
                    f"has no column {missing!r}; it has {', '.join(names) or 'none'}.", key=str(path)
                )
        lines.fieldnames = names
        for row in lines:
            yield f"{path} line {lines.line_num}", row
    except csv.Error as error:
        raise RequestError(f"is no CSV: {error}.", key=f"{path} line {lines.line_num}") from None


def _lines(text: str, path: Path) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path} line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise RequestError("is no JSON.", key=place) from None
        if not isinstance(row, dict):
            raise RequestError("is no JSON object.", key=place)
        yield place, row
