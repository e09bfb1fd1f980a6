"""Lists, page after page, up to where enough has been read."""

import re
from typing import Any

from interlock import ToolOutcome
from interlock.protocols import ToolAccess
from interlock_tools.answers import Answer, text_of
from interlock_tools.calls import Call
from interlock_tools.operations import Operation
from interlock_tools.paging import Pages
from interlock_tools.replies import unreadable
from interlock_tools.service import Service

_INSIDE = "behind:"
_PLACE = re.compile(r"behind:(\d{1,6}):(.*)", re.DOTALL)


async def listed(
    service: Service, access: ToolAccess, operation: Operation, call: Call, position: str | None
) -> ToolOutcome:
    """Items of a list, from the beginning or from a position on. Where a later page fails, those before it
    are told, and how to go on.
    """
    pages, answer = operation.pages, operation.answer
    if pages is None or not isinstance(answer, Answer):
        raise TypeError(f"{operation.name} has no pages")
    kept = _Kept(pages)
    position, passed = _place(position)
    seen = {position}
    for _ in range(pages.most):
        asked = call if position is None else pages.way.at(call, position)
        reply = await service.send(access, asked)
        told = await service.told(reply)
        failed = service.outcome(reply, told, operation.meanings)
        items = None if failed else answer.of(told)
        if failed or not isinstance(items, list):
            return kept.outcome(position) if kept.items else failed or unreadable(operation)
        took = kept.add(items[passed:])
        if passed + took < len(items):
            return kept.outcome(_within(position, passed + took))
        passed = 0
        position = pages.way.after(asked, reply, told)
        if position is None or kept.full:
            break
        if position in seen:
            return kept.outcome(None, cut=True)  # a service that goes round in circles has no way to the rest
        seen.add(position)
    # A service's own position may look like one of ours.
    return kept.outcome(_within(position, 0) if position and _PLACE.fullmatch(position) else position)


def _within(position: str | None, items: int) -> str:
    """The position behind so many items of the page at `position`."""
    return f"{_INSIDE}{items}:{position or ''}"


def _place(position: str | None) -> tuple[str | None, int]:
    """The page of a position, and how many items of it are passed over."""
    found = _PLACE.fullmatch(position or "")
    return (position, 0) if found is None else (found[2] or None, int(found[1]))


class _Kept:
    """What has been read, and whether it is enough."""

    def __init__(self, pages: Pages) -> None:
        self.items: list[Any] = []
        self._pages = pages
        self._size = 0

    def add(self, items: list[Any]) -> int:
        """How many of them are kept: at least one of the first page."""
        for count, item in enumerate(items):
            size = len(text_of(item))
            if self.items and self._size + size > self._pages.characters:
                return count
            self._size += size
            self.items.append(item)
        return len(items)

    @property
    def full(self) -> bool:
        return len(self.items) >= self._pages.items or self._size >= self._pages.characters

    def outcome(self, position: str | None, *, cut: bool = False) -> ToolOutcome:
        return ToolOutcome(
            outcome="done",
            content=text_of(self.items),
            truncated=position is not None or cut,
            more=None if position is None else f"{self._pages.argument}={position}",
        )
