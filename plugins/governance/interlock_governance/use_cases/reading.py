"""Use cases out of files."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from interlock.errors import RequestError
from interlock_governance.use_cases.decoding import decoded, no_text
from interlock_governance.use_cases.inventory import Complaint, Inventory, SourceFile
from interlock_governance.use_cases.rows import RowReader, no_column
from interlock_governance.use_cases.tables import table_of
from interlock_governance.use_cases.yaml_files import FORM, is_yaml, read_yaml

_LARGEST: Final = 256 * 1024 * 1024


def read_use_cases(
    *files: str | os.PathLike[str],
    columns: Mapping[str, str] | None = None,
) -> Inventory:
    """The use cases of some files, one after another, with what could not be read of them.

    What a file is follows from what stands in it: a list of mappings in YAML, or a table in one of the forms
    that are known. `columns` says what columns of the tables are: name -> field.

    Raises:
        RequestError: a file cannot be read, or `columns` names what there is not; an UnknownForm for a file
            of which nobody knows what its columns mean.
    """
    wanted = dict(columns or {})
    read = [_read(_content(Path(each)), Path(each).name, wanted) for each in files]
    _check_mapped(wanted, read)
    found = [inventory for inventory, _, _ in read]
    return Inventory(
        use_cases=tuple(each for one in found for each in one.use_cases),
        complaints=tuple(each for one in found for each in one.complaints),
        files=tuple(each for one in found for each in one.files),
    )


def read_bytes(data: bytes, file: str, *, columns: Mapping[str, str] | None = None) -> Inventory:
    """As `read_use_cases`, of what a file named `file` holds. Raises RequestError."""
    wanted = dict(columns or {})
    read = _read(data, file, wanted)
    _check_mapped(wanted, [read])
    return read[0]


_Read = tuple[Inventory, frozenset[str], tuple[str, ...]]
"""What was read, which of the wanted columns were not there, and which columns were."""


def _read(data: bytes, file: str, columns: Mapping[str, str]) -> _Read:
    if what := no_text(data):
        raise RequestError(f"is {what}.", key=file)
    text, done = decoded(data)
    whole = [Complaint(file=file, row=None, column="", value="", done=f"{each}.") for each in done]
    headers: tuple[str, ...] = ()
    absent = frozenset(columns)
    if is_yaml(text):
        found, complaints = read_yaml(text, file)
        form = FORM
    else:
        table = table_of(text, file)
        reader = RowReader(table, file, columns)
        found, complaints, form = reader.read(), reader.complaints, reader.form
        headers, absent = table.headers, reader.absent
    inventory = Inventory(
        use_cases=tuple(found),
        complaints=(*whole, *complaints),
        files=(SourceFile(name=file, form=form, rows=len(found)),),
    )
    return inventory, absent, headers


def _check_mapped(columns: Mapping[str, str], read: Sequence[_Read]) -> None:
    """Raises RequestError for a column that none of the files has."""
    for name in columns:
        if all(name in absent for _, absent, _ in read):
            headers = dict.fromkeys(header for _, _, headers in read for header in headers)
            raise no_column(name, list(headers), "--map")


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise RequestError(f"is larger than {_LARGEST // 1024 // 1024} MB.", key=str(path))
        return path.read_bytes()
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
