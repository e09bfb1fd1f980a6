"""Whether a run has happened, as the service shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock import ProviderError, ToolOutcome
from interlock.protocols import FindCall
from interlock_tools.answers import Answer, text_of, value_at
from interlock_tools.calls import Arguments, Call
from interlock_tools.operations import Find, Operation
from interlock_tools.service import NotSent, Service


async def found(
    service: Service, access: FindCall, operation: Operation, arguments: Arguments
) -> ToolOutcome | None:
    """What the run has made; None when it is certain that nothing of it is there; `unknown` where that cannot
    be seen. Where a list breaks off behind what fits, that has been seen all the same, if so often.
    """
    find = operation.find
    if find is None or not arguments.key:
        return _unseen("nothing tells it from another one")
    seen: list[Mapping[str, Any]] = []
    unseen = await _unlisted(service, access, operation, find.request(arguments), seen)
    if find.among is None:
        matches: Sequence[Mapping[str, Any]] = [each for each in seen if find.fits(each, arguments)]
    else:  # which takes all of the list
        matches = () if unseen else find.among(seen, arguments)
    if matches:
        return _told(operation, matches)
    if unseen is None and find.unclear is not None and any(find.unclear(each, arguments) for each in seen):
        return _unseen("what is there may be the run's, or another's")
    return unseen


async def _unlisted(
    service: Service, access: FindCall, operation: Operation, call: Call, seen: list[Mapping[str, Any]]
) -> ToolOutcome | None:
    """Adds the list's items to `seen`. None when these are all of them, else why they are not."""
    find, asked = operation.find, call
    if find is None:
        return None
    for _ in range(find.most):
        try:
            reply = await service.send(access, asked)
        except NotSent as early:
            return ToolOutcome(outcome="unknown", content=early.error.message, error=early.error)
        except ProviderError as error:
            if not seen:
                raise
            return _unseen(error.message)
        if reply.status in find.absent:
            return None
        told = await service.told(reply)
        if (failed := service.outcome(reply, told, operation.meanings)) is not None:
            return ToolOutcome(outcome="unknown", content=failed.content, retry_after=failed.retry_after)
        items = _items(find, told)
        if items is None:
            return _unseen("the service sent something else than a list")
        seen += [each for each in items if isinstance(each, Mapping)]
        position = None if find.pages is None else find.pages.after(asked, reply, told)
        if position is None or find.pages is None:
            return None
        asked = find.pages.at(call, position)
    return _unseen(f"the list has more than {find.most} pages")


def _items(find: Find, told: Any) -> list[Any] | None:
    there = value_at(told, find.items)
    if isinstance(there, Mapping):
        return [there]
    return there if isinstance(there, list) else None


def _told(operation: Operation, matches: Sequence[Mapping[str, Any]]) -> ToolOutcome:
    first, answer = matches[0], operation.answer
    if not isinstance(answer, Answer):
        return ToolOutcome(outcome="done", content=text_of(first), seen=len(matches))
    receipt = {
        name: value
        for name, path in answer.receipt.items()
        if (value := value_at(first, path)) not in (None, "")
    }
    return ToolOutcome(
        outcome="done", content=text_of(answer.kept(first)), receipt=receipt or None, seen=len(matches)
    )


def _unseen(why: str) -> ToolOutcome:
    return ToolOutcome(outcome="unknown", content=f"it cannot be seen whether it has happened: {why}")
