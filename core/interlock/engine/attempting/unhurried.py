"""Work on an answer that may take longer than the loop may stand still."""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from interlock.http.aside import aside
from interlock.types.uncollected import uncollected

P = ParamSpec("P")
T = TypeVar("T")

_SMALL = 64 * 1024


async def unhurried(size: int, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What `work` returns or raises; done in a thread when it is about more than a few `size` characters."""
    if size <= _SMALL:
        return work(*arguments, **named)
    return await aside(uncollected, partial(work, *arguments, **named))
