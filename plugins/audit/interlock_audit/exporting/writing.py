"""An export as JSON and as CSV, entry by entry, so that any number of them fits in little memory."""

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

from interlock.errors import RequestError
from interlock_audit.exporting.entries import Exported
from interlock_audit.exporting.mapping import FRAMEWORKS, mapping

COLUMNS = tuple(each.name for each in fields(Exported))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """A file that its owner alone may read, and that is there once it is whole.

    Raises:
        RequestError: it cannot be written.
    """
    try:
        number, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            yield file
        Path(part).replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(FileNotFoundError):
            Path(part).unlink()


def write_json(file: IO[str], head: dict[str, Any], entries: Iterable[Exported]) -> None:
    """One object: what `head` has, `evidence`, and last `entries`, each on a line of its own."""
    table = mapping()
    evidence = {
        "sources": {
            name: asdict(each) | {"as_of": each.as_of.isoformat()} for name, each in table.sources.items()
        },
        "fields": table.fields,
        "kinds": table.kinds,
    }
    file.write("{\n")
    for name, value in (head | {"evidence": evidence}).items():
        file.write(f"{json.dumps(name)}: {json.dumps(value, indent=1)},\n")
    file.write('"entries": [')
    before = "\n"
    for entry in entries:
        said = {name: value for name, value in asdict(entry).items() if value not in (None, "")}
        file.write(before + json.dumps(said))
        before = ",\n"
    file.write("\n]\n}\n")


def write_csv(file: IO[str], entries: Iterable[Exported]) -> None:
    """A line for each entry; facts and what was opened are JSON, and the last columns say what it is evidence
    for.
    """
    table, writer = mapping(), csv.writer(file)
    writer.writerow([*COLUMNS, *FRAMEWORKS])
    for entry in entries:
        points = table.of(entry.kind)
        row = [getattr(entry, name) for name in COLUMNS]
        writer.writerow([*map(_cell, row), *(" ".join(points.get(name, ())) for name in FRAMEWORKS)])


def _cell(value: Any) -> str | int:
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    if value is None or isinstance(value, int):
        return "" if value is None else value
    # What a table's program would take for a formula is a text.
    return f"'{value}" if str(value).startswith(_FORMULA) else str(value)


def _unwritable(path: Path, error: OSError) -> RequestError:
    return RequestError(f"{path} cannot be written: {error.strerror or error}.", key="--output")
