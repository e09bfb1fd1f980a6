"""Lists, page after page, up to where enough has been read."""

from typing import Any

from interlock import ToolOutcome
from interlock.protocols import ToolAccess
from interlock_tools.answers import Answer, text_of
from interlock_tools.calls import Call
from interlock_tools.operations import Operation
from interlock_tools.paging import Pages
from interlock_tools.replies import unreadable
from interlock_tools.service import Service


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
    seen = {position}
    for _ in range(pages.most):
        asked = call if position is None else pages.way.at(call, position)
        reply = await service.send(access, asked)
        told = await service.told(reply)
        failed = service.outcome(reply, told, operation.meanings)
        items = None if failed else answer.of(told)
        if failed or not isinstance(items, list):
            return kept.outcome(position) if kept.items else failed or unreadable(operation)
        kept.add(items)
        position = pages.way.after(asked, reply, told)
        if position is None or kept.full:
            break
        if position in seen:
            return kept.outcome(None, cut=True)  # a service that goes round in circles has no way to the rest
        seen.add(position)
    return kept.outcome(position)


class _Kept:
    """What has been read, and whether it is enough."""

    def __init__(self, pages: Pages) -> None:
        self.items: list[Any] = []
        self._pages = pages
        self._size = 0
        self._cut = False

    def add(self, items: list[Any]) -> None:
        for item in items:
            size = len(text_of(item))
            if self.items and self._size + size > self._pages.characters:
                self._cut = True
                return
            self._size += size
            self.items.append(item)

    @property
    def full(self) -> bool:
        return self._cut or len(self.items) >= self._pages.items or self._size >= self._pages.characters

    def outcome(self, position: str | None, *, cut: bool = False) -> ToolOutcome:
        # What was cut out of a page stands before the next one: to go on there would pass it over.
        more = None if position is None or self._cut else f"{self._pages.argument}={position}"
        return ToolOutcome(
            outcome="done",
            content=text_of(self.items),
            truncated=position is not None or self._cut or cut,
            more=more,
        )
