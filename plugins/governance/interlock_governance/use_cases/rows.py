"""Use cases out of the rows of a table."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.use_cases.forms import FORMS, OWN, Column, folded, form_of, own_column
from interlock_governance.use_cases.inventory import Complaint, UnknownForm, shortened
from interlock_governance.use_cases.tables import Table
from interlock_governance.use_cases.use_case import FIELDS, SourceRow, UseCase
from interlock_governance.use_cases.values import Unreadable

_JOINED: Final = " / "
_NAMING: Final = re.compile(r"name|title|use case", re.IGNORECASE)
_LONGEST_HEADER: Final = 40
_LONGEST_NUMBER: Final = 16  # digits
# What this package writes beside the fields.
_ABOUT: Final = ("words", "extra", "source_file", "source_row")


@dataclass(slots=True)
class _Draft:
    """A use case of which the cells are being read."""

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    source_file: str | None = None
    source_row: int | None = None


class RowReader:
    """Reads the rows of one table.

    Raises:
        UnknownForm: nobody knows what its columns mean.
        RequestError: `mapped` names a field that there is not.

    Attributes:
        absent: those of `mapped` that are no column of this table.
    """

    def __init__(self, table: Table, file: str, mapped: Mapping[str, str]) -> None:
        self.file = file
        self.complaints: list[Complaint] = []
        self._table = table
        found = {name: _header(table.headers, name) for name in mapped}
        self.absent = frozenset(name for name, header in found.items() if header is None)
        chosen = {header: _field(name, mapped[name]) for name, header in found.items() if header is not None}
        form = form_of(table.headers)
        if form is None and not chosen:
            wrong = next(iter(mapped), None)
            raise _unknown(table.headers, file) if wrong is None else no_column(wrong, table.headers, file)
        self.form = form.name if form else "mapped"
        base = form or OWN
        taken = set(chosen.values())
        self._columns: list[Column | None] = []
        for header in table.headers:
            column = own_column(chosen[header]) if header in chosen else base.column(header)
            if column is not None and header not in chosen and column.field in taken:
                column = None  # the user's own word goes before the form's
            self._columns.append(column)
        self._about = (
            {at: folded(name) for at, name in enumerate(table.headers) if folded(name) in _FOLDED}
            if base is OWN
            else {}
        )
        if base is OWN:
            self._misspelt()

    def read(self) -> list[UseCase]:
        return [self._row(number, cells) for number, cells in self._table.rows]

    def _row(self, number: int, cells: Sequence[str]) -> UseCase:
        draft = _Draft(row=number)
        headers = self._table.headers
        for at, text in enumerate(cells):
            if not text.strip():
                continue
            if at >= len(headers):
                draft.extra[f"column {at + 1}"] = text
            elif at in self._about:
                self._take_about(draft, self._about[at], text)
            elif (column := self._columns[at]) is None:
                draft.extra[headers[at]] = text
            else:
                self._take(draft, column, headers[at], text)
        if len(cells) != len(headers):
            self._ragged(number, len(cells))
        source = SourceRow(
            file=self.file if draft.source_file is None else draft.source_file,
            row=number if draft.source_row is None else draft.source_row,
        )
        return UseCase(**draft.values, words=draft.words, extra=draft.extra, source=source)

    def _take(self, draft: "_Draft", column: Column, header: str, text: str) -> None:
        name = column.field
        try:
            value = column.read(text)
        except Unreadable as error:
            value = None
            done = f"{error}; {name} stays unknown, and the words are kept."
            self._complain(draft.row, header, text, done)
        before = draft.values.get(name)
        if value is not None:
            draft.values[name] = value if before is None else _both(before, value)
        if not column.verbatim or value is None or before is not None:
            said = f"{header}: {text.strip()}"
            draft.words[name] = f"{draft.words[name]}; {said}" if name in draft.words else said

    def _take_about(self, draft: "_Draft", name: str, text: str) -> None:
        """What this package wrote about where the values came from."""
        if name == "source file":
            draft.source_file = text.strip()
        elif name == "source row":
            if text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) < _LONGEST_NUMBER:
                draft.source_row = int(text)
            else:
                self._complain(draft.row, name, text, "is no number of a row; this file's own was taken.")
        elif (found := _texts(text)) is not None:
            (draft.words if name == "words" else draft.extra).update(found)
        else:
            self._complain(draft.row, name, text, "is no JSON object of texts; it is kept among `extra`.")
            draft.extra[name] = text

    def _ragged(self, number: int, length: int) -> None:
        wanted = len(self._table.headers)
        if length > wanted:
            done = f"has {length} cells, but the header has {wanted}; the rest is kept among `extra`."
        else:
            done = f"has {length} cells, but the header has {wanted}; the rest is unknown."
        self._complain(number, "", "", done)

    def _misspelt(self) -> None:
        for header, column in zip(self._table.headers, self._columns, strict=True):
            if column is None and folded(header) not in _FOLDED:
                meant = nearest(folded(header).replace(" ", "_"), FIELDS)
                if meant and meant not in map(folded, self._table.headers):
                    done = f"is no field and is kept among `extra`; did you mean {meant!r}?"
                    self.complaints.append(
                        Complaint(file=self.file, row=1, column=header, value="", done=done)
                    )

    def _complain(self, row: int, column: str, value: str, done: str) -> None:
        self.complaints.append(
            Complaint(file=self.file, row=row, column=column, value=shortened(value), done=done)
        )


_FOLDED: Final = frozenset(map(folded, _ABOUT))


def _both(before: Any, value: Any) -> Any:
    """Two columns of one field: lists are added up, texts stand beside one another, else the first counts."""
    if isinstance(before, tuple) and isinstance(value, tuple):
        return tuple(dict.fromkeys((*before, *value)))
    return f"{before}{_JOINED}{value}" if isinstance(before, str) and isinstance(value, str) else before


def _texts(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        return None
    return found


def _header(headers: Sequence[str], name: str) -> str | None:
    """The column that is meant, whatever its case and its spaces."""
    if name in headers:
        return name
    return next((each for each in headers if folded(each) == folded(name)), None)


def no_column(name: str, headers: Sequence[str], key: str) -> RequestError:
    """The complaint of a column that is not there."""
    there = f"there are {_names(headers)}" if headers else "there is none"
    return RequestError(f"there is no column {name!r}; {there}.", key=key, suggestion=nearest(name, headers))


def _field(column: str, name: str) -> str:
    if name not in FIELDS:
        raise RequestError(
            f"{name!r} is no field; there are {', '.join(FIELDS)}.",
            key=f"--map: {column}",
            suggestion=nearest(name, FIELDS),
        )
    return name


def _unknown(headers: Sequence[str], file: str) -> UnknownForm:
    likely = [each for each in headers if _NAMING.search(each) and len(each) <= _LONGEST_HEADER]
    column = likely[0] if likely else "COLUMN"
    return UnknownForm(
        f"its columns are of no known form. It has: {_names(headers)}. The forms that are known are "
        f"{', '.join(FORMS)}. Say what a column is with --map, such as "
        f"--map {shlex.quote(column + '=name')}.",
        key=file,
        headers=headers,
        forms=FORMS,
    )


def _names(headers: Sequence[str], most: int = 40) -> str:
    shown = ", ".join(shortened(each, 60) for each in headers[:most])
    return shown if len(headers) <= most else f"{shown} and {len(headers) - most} more"
