"""What several verbs are asked for: files, what their columns are, which of the use cases count."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import typer

from interlock.commands import note
from interlock.errors import RequestError
from interlock_governance.commands.watching import at_work
from interlock_governance.use_cases import Complaint, Inventory, read_use_cases
from interlock_governance.use_cases.findings import where

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE…", help="YAML or CSV: your own, or a published inventory as it is."),
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="What a column of the files is. May be repeated."),
]
Conditions = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="FIELD=VALUE",
        help="Only use cases of which this holds; `unknown` is what nobody knows. May be repeated.",
    ),
]
_SHOWN: Final = 5


def inventory_of(
    files: Sequence[str], columns: Sequence[str] | None, conditions: Sequence[str] | None
) -> Inventory:
    """Read, and reduced to what was asked for. Raises RequestError."""
    with at_work("Reading"):
        found = read_use_cases(*files, columns=_mapped(columns or ()))
    if not conditions:
        return found
    return Inventory(
        use_cases=where(found.use_cases, conditions), complaints=found.complaints, files=found.files
    )


def _mapped(columns: Sequence[str]) -> Mapping[str, str]:
    mapped = {}
    for each in columns:
        column, equals, field = each.rpartition("=")
        if not (equals and column.strip() and field.strip()):
            raise RequestError(f"expected column=field, not {each!r}.", key="--map")
        mapped[column.strip()] = field.strip()
    return mapped


def tell_complaints(complaints: Sequence[Complaint]) -> None:
    """The first of them beside the output, and how many there are."""
    for each in complaints[:_SHOWN]:
        note(str(each))
    if len(complaints) > _SHOWN:
        note(f"{len(complaints) - _SHOWN:,} more such rows; --json has them all.")


def complaint_data(complaint: Complaint) -> dict[str, object]:
    return {
        "file": complaint.file,
        "row": complaint.row,
        "column": complaint.column,
        "value": complaint.value,
        "done": complaint.done,
    }
