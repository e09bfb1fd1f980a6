"""Inventory: the use cases of some files, and what could not be read of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.errors import RequestError
from interlock_governance.use_cases.use_case import UseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something in a file that is not as it should be; the rest was read all the same.

    Attributes:
        row: as a spreadsheet counts, the header being 1; a YAML file's line; None where it is about the file
            as a whole.
        column: as the file has it; empty where the whole row is meant.
        value: what stands there, shortened.
        done: what is wrong, and what was done about it.
    """

    file: str
    row: int | None
    column: str
    value: str
    done: str

    def __str__(self) -> str:
        where = self.file if self.row is None else f"{self.file}, row {self.row}"
        column = f", {self.column}" if self.column else ""
        value = f" {self.value!r}:" if self.value else ""
        return f"{where}{column}:{value} {self.done}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """`form` is the one that its header has, `rows` how many use cases it holds."""

    name: str
    form: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What was read, and of which files."""

    use_cases: tuple[UseCase, ...]
    complaints: tuple[Complaint, ...] = ()
    files: tuple[SourceFile, ...] = ()


class UnknownForm(RequestError):
    """A file of which nobody knows what its columns mean.

    Attributes:
        headers: those that it has, in their order.
        forms: the names of the forms that are known.
    """

    def __init__(
        self, message: str, *, key: str, headers: Sequence[str] = (), forms: Sequence[str] = ()
    ) -> None:
        super().__init__(message, key=key)
        self.headers = tuple(headers)
        self.forms = tuple(forms)


def shortened(text: str, most: int = 80) -> str:
    """On one line, and no longer than `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
