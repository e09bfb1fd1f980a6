"""Something asynchronous that a rule plays, with an end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from interlock.testing.rules import fail

T = TypeVar("T")


def finished(make: Callable[[], Awaitable[T]], *, within: float, whose: str) -> T:
    """What comes of it, on a loop of its own. No end within so many seconds is a finding, and so is any error
    that leaves whatever is tested, which `whose` names.
    """

    async def main() -> T:
        return await asyncio.wait_for(make(), within)

    try:
        return asyncio.run(main())
    except AssertionError:
        raise
    except TimeoutError as error:
        fail(f"no end within {within:g} s", error)
    except Exception as error:  # noqa: BLE001 - whatever is tested raises is the finding
        fail(f"{type(error).__name__} left {whose}: {error}", error)
