"""The line in a text by which what a run has written is found again, where no field is meant for that."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from interlock import RequestError
from interlock_salesforce.names import characters
from interlock_salesforce.paging import NextRecords
from interlock_salesforce.soql import select
from interlock_tools import Arguments, Call, Find, reference

_MARK = re.compile(r"\[interlock:([a-z2-7]{26})\]")


def signed(text: str, run: str, *, longest: int, key: str) -> str:
    """The text with the run's line at its end. A mark of another run's within it becomes words.

    Raises:
        RequestError: with the line it is longer than its field, in bytes; it is never cut.
    """
    said = _MARK.sub(r"(interlock:\1)", characters(text, key=key)).rstrip()
    whole = f"{said}\n\n{mark(run)}" if run else said
    if (size := len(whole.encode())) > longest:
        raise RequestError(
            f"has {size:,} bytes with the mark of its run; Salesforce takes {longest:,}", key=key
        )
    return whole


def mark(run: str) -> str:
    """What names a run, on a line of its own."""
    return f"[interlock:{reference(run)}]"


def marked(root: str, source: str, field: str, where: Callable[[Arguments], Sequence[str]]) -> Find:
    """The record of a run among those that SOQL shows, which is no index and shows writes at once."""

    def request(asked: Arguments) -> Call:
        query = select(("Id", field), source, where(asked), order="CreatedDate DESC")
        return Call(path=f"{root}/query", query={"q": query})

    def made(records: Sequence[Mapping[str, Any]], asked: Arguments) -> Sequence[Mapping[str, Any]]:
        line = mark(asked.key)
        return [as_made(each) for each in records if line in str(each.get(field)).splitlines()[-1:]]

    return Find(request=request, items="records", among=made, pages=NextRecords(root=root))


def as_made(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record in the words of the answer to its creation."""
    return {"id": record.get("Id"), "success": True}
