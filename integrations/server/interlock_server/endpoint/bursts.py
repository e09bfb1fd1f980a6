"""Steps that need not be waited for, taken one after another; and what is done before one that must be.

Upstream, several events come in one packet. Sent on one by one, each would cost the client's connection a
write of its own; sent together only when nothing more is there, none is later than it could be.
"""

import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


@types.coroutine
def taken(
    step: Coroutine[Any, Any, T], before_waiting: Callable[[], Coroutine[Any, Any, None]]
) -> Generator[Any, Any, T]:
    """What a step gives. Where it has to be waited for, `before_waiting` is done first; what that raises, and
    whoever cancels it, ends the step as well.
    """
    try:
        waits_for = step.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    rest: T
    try:
        yield from before_waiting().__await__()
        yield waits_for
    except BaseException as error:  # noqa: BLE001 - the step is told, and raises it
        rest = yield from _ended(step.__await__(), error)
    else:
        rest = yield from step
    return rest


@types.coroutine
def timely(step: Awaitable[T], within: Callable[[Awaitable[T]], Awaitable[T]]) -> Generator[Any, Any, T]:
    """What a step gives. Where it has to be waited for, it is waited for `within` something, such as a limit
    of time, which costs nothing where it has not.
    """
    begun = step.__await__()
    try:
        waits_for = next(begun)
    except StopIteration as done:
        value: T = done.value
        return value
    rest: T = yield from within(_rest(begun, waits_for)).__await__()
    return rest


@types.coroutine
def _rest(begun: Generator[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """A step that has begun, from what it waits for to its end."""
    rest: T
    try:
        yield waits_for
    except BaseException as error:  # noqa: BLE001 - the step is told, and raises it
        rest = yield from _ended(begun, error)
    else:
        rest = yield from begun
    return rest


@types.coroutine
def _ended(step: Generator[Any, Any, T], error: BaseException) -> Generator[Any, Any, T]:
    """What a step that has begun makes of an error."""
    while True:
        try:
            waits_for = step.throw(error)
        except StopIteration as done:
            value: T = done.value
            return value
        try:
            yield waits_for
        except BaseException as another:  # noqa: BLE001 - the step is told of that as well
            error = another
        else:
            break
    rest: T = yield from step
    return rest
