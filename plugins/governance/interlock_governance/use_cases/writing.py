"""Use cases as files that `read_use_cases` reads back."""

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from interlock.errors import RequestError
from interlock_governance.use_cases.use_case import FIELDS, UseCase

COLUMNS: Final = (*FIELDS, "words", "extra", "source_file", "source_row")
"""Those of a table of use cases, in their order."""
_WIDTH: Final = 110


def write_use_cases(use_cases: Iterable[UseCase], file: str | os.PathLike[str]) -> None:
    """Write them as YAML or as CSV, as the name of the file ends, and replace what is there.

    What nobody knows stands there empty, to be filled in.

    Raises:
        RequestError: the name ends otherwise, or nothing can be written there.
    """
    path = Path(file)
    ending = path.suffix.lower()
    if ending not in _WRITE:
        raise RequestError("ends in none of .yaml, .yml and .csv.", key=str(path))
    text = _WRITE[ending](use_cases)
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise RequestError(f"cannot be written: {error.strerror or error}.", key=str(path)) from None


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # whichever is there
    """Writes nothing for None, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's signature
        return True


_Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))


def as_yaml(use_cases: Iterable[UseCase]) -> str:
    """A list of mappings, with every field."""
    data = [
        {key: value for key, value in each.plain().items() if key in FIELDS or value} for each in use_cases
    ]
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def as_csv(use_cases: Iterable[UseCase]) -> str:
    """A table with a column for each field. Lists are parted by semicolons, `none` being the empty one."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in use_cases:
        source = each.source
        writer.writerow(
            [
                *(_cell(getattr(each, name)) for name in FIELDS),
                json.dumps(dict(each.words), ensure_ascii=False) if each.words else "",
                json.dumps(dict(each.extra), ensure_ascii=False) if each.extra else "",
                *(("", "") if source is None else (source.file, source.row)),
            ]
        )
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, tuple):
        return str(value)
    if not value:
        return "none"
    plain = all(";" not in each and "\n" not in each and not each.startswith("[") for each in value)
    return "; ".join(value) if plain else json.dumps(list(value), ensure_ascii=False)


_WRITE: Final = {".yaml": as_yaml, ".yml": as_yaml, ".csv": as_csv}
