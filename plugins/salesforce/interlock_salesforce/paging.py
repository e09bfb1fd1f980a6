"""How Salesforce's lists go on. A position is a locator, which leads nowhere but to more of a list."""

import re
from dataclasses import dataclass, replace
from typing import Any

from interlock.http import HttpReply
from interlock_tools import Call, Pages, Paging, value_at

_LOCATOR = re.compile(r"[A-Za-z0-9_-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRecords(Paging):
    """Of SOQL: the locator stands at the end of the answer's `nextRecordsUrl`, and in the next path.

    Attributes:
        root: the path below which the REST API is.
    """

    root: str

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        url = value_at(told, "nextRecordsUrl")
        locator = url.rpartition("/")[2] if isinstance(url, str) else ""
        return locator if _LOCATOR.fullmatch(locator) else None

    def at(self, call: Call, position: str) -> Call:
        return replace(call, path=f"{self.root}/query/{_locator(position)}", query={})


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRows(Paging):
    """Of a job's results: the locator stands in a header, which says `null` after the last."""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        locator = reply.headers.get("sforce-locator", "null")
        return locator if locator != "null" and _LOCATOR.fullmatch(locator) else None

    def at(self, call: Call, position: str) -> Call:
        return replace(call, query={**call.query, "locator": _locator(position)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce(Paging):
    """Of lists that come whole, and may be too long to be told so."""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        return None

    def at(self, call: Call, position: str) -> Call:  # noqa: ARG002 - likewise
        return call


def pages(way: Paging, **how: Any) -> Pages:
    """Of a list, up to where a model has read enough."""
    return Pages(way=way, **{"most": 5, "items": 1_000, "characters": 60_000, **how})


def _locator(position: str) -> str:
    # Salesforce refuses one that it has not given.
    return position if _LOCATOR.fullmatch(position) else "none"
