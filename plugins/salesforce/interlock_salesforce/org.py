"""One org, as it is spoken to."""

import csv
import io
from typing import Any

from interlock import ProtocolError
from interlock.http import HttpReply, aside
from interlock.protocols import Access
from interlock_tools import Call, Service

_LARGE = 64 * 1024  # bytes that take milliseconds to read
_MANY = 300


class Org(Service):
    """A service that answers in CSV, too: a list of rows by the names of their columns."""

    async def send(self, access: Access, call: Call) -> HttpReply:
        """As any service's. A 300 leads nowhere: it says that several records have an external id."""
        try:
            return await super().send(access, call)
        except ProtocolError as error:
            if error.status != _MANY:
                raise
            return HttpReply(status=_MANY, headers={}, body=b"")

    async def told(self, reply: HttpReply) -> Any:
        """The JSON of a reply's body, or its rows; None where it is neither."""
        if not reply.headers.get("content-type", "").startswith("text/csv"):
            return await super().told(reply)
        return rows_in(reply.body) if len(reply.body) <= _LARGE else await aside(rows_in, reply.body)


def rows_in(body: bytes) -> list[dict[str, str]] | None:
    """The rows of a table whose first line has the columns; None for what is no table."""
    try:
        lines = list(csv.reader(io.StringIO(body.decode()), strict=True))
    except (csv.Error, UnicodeDecodeError):
        return None
    columns, *rest = lines or [[]]
    rows = [row for row in rest if row]
    if any(len(row) != len(columns) for row in rows):
        return None
    return [dict(zip(columns, row, strict=True)) for row in rows]
