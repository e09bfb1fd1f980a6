"""Telling all notifiers the same, none of which keeps anybody from the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from interlock import InterlockError
from interlock.logs import redacting_logger
from interlock_agents.approvals.notifying.protocol import Notice, Notifier

_LONGEST = 15.0  # seconds for one of them
_log = redacting_logger("interlock.agents")


async def tell(notifiers: Sequence[Notifier], notice: Notice) -> bool:
    """Tell each of them, at the same time; whether all were told. Arguments are for those that want them."""
    return all(await asyncio.gather(*(_told(notifier, notice) for notifier in notifiers)))


async def _told(notifier: Notifier, notice: Notice) -> bool:
    given = notice if notifier.arguments else replace(notice, shown=None)
    try:
        async with asyncio.timeout(_LONGEST):
            await notifier.notify(given)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and nobody waits for it
        why = error.message if isinstance(error, InterlockError) else type(error).__name__
        _log.warning("nobody was told of %s by %s: %s", notice.id, notifier.name, why)
        return False
    return True
