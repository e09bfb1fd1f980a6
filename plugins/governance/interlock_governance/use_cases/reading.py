"""Use cases out of files."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from interlock.errors import RequestError
from interlock_governance.use_cases.decoding import decoded
from interlock_governance.use_cases.inventory import Complaint, Inventory, SourceFile
from interlock_governance.use_cases.rows import RowReader
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
    inventories = [read_bytes(_content(Path(each)), Path(each).name, columns=columns) for each in files]
    return Inventory(
        use_cases=tuple(each for found in inventories for each in found.use_cases),
        complaints=tuple(each for found in inventories for each in found.complaints),
        files=tuple(each for found in inventories for each in found.files),
    )


def read_bytes(
    data: bytes,
    file: str,
    *,
    columns: Mapping[str, str] | None = None,
) -> Inventory:
    """As `read_use_cases`, of what a file named `file` holds. Raises RequestError."""
    text, done = decoded(data)
    whole = [Complaint(file=file, row=None, column="", value="", done=f"{each}.") for each in done]
    if is_yaml(text):
        found, complaints = read_yaml(text, file)
        form = FORM
    else:
        reader = RowReader(table_of(text, file), file, columns or {})
        found, complaints, form = reader.read(), reader.complaints, reader.form
    return Inventory(
        use_cases=tuple(found),
        complaints=(*whole, *complaints),
        files=(SourceFile(name=file, form=form, rows=len(found)),),
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise RequestError(f"is larger than {_LARGEST // 1024 // 1024} MB.", key=str(path))
        return path.read_bytes()
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
