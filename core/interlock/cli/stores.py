"""Whether what lies beside the deployments can be reached: records, the log, the ledger, what is shared."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from interlock.errors import StoreError
from interlock.protocols import DurableLog, ReadableLog, RecordStore, SharedLedger, SharedLimits
from interlock.types.ledgers import LedgerCall
from interlock.types.limits import LimitsCall
from interlock.types.logs import LogQuery
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.engine.sharing import Sharing

_LONGEST: Final = 10.0
_SILENT: Final = f"no answer within {_LONGEST:g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What is known of one store. `address` holds no password; `problem` is empty when all is well.

    `needed` says that no call goes on without it.
    """

    name: str
    address: str
    problem: str
    step: str
    needed: bool = False

    @property
    def ready(self) -> bool:
        return not self.problem

    @property
    def next_step(self) -> str:
        return "" if self.ready else self.step


async def examine_stores(wiring: "Wiring") -> list[Store]:
    """The stores that the configuration names, each used as a call would use it."""
    from interlock.assembly.budgets import ledger_opener
    from interlock.assembly.limits import limits_opener
    from interlock.assembly.recording import log_opener, store_opener

    config = wiring.config
    checks = []
    opener = store_opener(config, wiring.offers)
    if opener is not None and config.records is not None:
        checks.append(_records(opener, config.records.url.reveal()))
    log = log_opener(config, wiring.offers)
    if log is not None and config.log is not None:
        checks.append(_log(log, config.log.url.reveal(), required=config.log.mode == "required"))
    if wiring.sharing is not None and config.health.shared is not None:
        checks.append(_sharing(wiring.sharing, config.health.shared.reveal()))
    ledger = ledger_opener(config, wiring.offers)
    if ledger is not None and config.ledger is not None:
        url, needed = config.ledger.url.reveal(), wiring.budgets is not None
        checks.append(_ledger(ledger, url, needed=needed))
    limits = limits_opener(config, wiring.offers)
    if limits is not None:
        needed = wiring.limiting is not None
        checks.append(_limits(limits, config.limits.url, needed=needed))
    return await asyncio.gather(*checks)


async def _records(opener: Callable[[], RecordStore], url: str) -> Store:
    store = opener()
    problem = await _tried(store, lambda: store.find(RecordQuery(limit=1)))
    step = "Check `records` in the configuration. Until then calls go on, and are not kept."
    return Store(name="records", address=_shown(url), problem=problem, step=step)


async def _log(opener: Callable[[], DurableLog], url: str, *, required: bool) -> Store:
    """Read where it can be read; else it is told nothing, which shows less."""
    log = opener()
    asked = log.read(LogQuery(limit=1)) if isinstance(log, ReadableLog) else log.append([])
    problem = await _tried(log, lambda: asked)
    what = "every call ends in LogUnavailable" if required else "calls go on, and what they do is not logged"
    step = f"Check `log` in the configuration. Until then {what}."
    return Store(name="log", address=_shown(url), problem=problem, step=step, needed=required)


async def _ledger(opener: Callable[[], SharedLedger], url: str, *, needed: bool) -> Store:
    ledger = opener()
    problem = await _tried(ledger, lambda: ledger.exchange(LedgerCall(steps=())))
    step = "Check `ledger` in the configuration. Until then nothing is sent that a budget concerns."
    return Store(name="ledger", address=_shown(url), problem=problem, step=step, needed=needed)


async def _limits(opener: Callable[[], SharedLimits], url: str, *, needed: bool) -> Store:
    limits = opener()
    problem = await _tried(limits, lambda: limits.exchange(LimitsCall(process="doctor", number=1, lines=())))
    step = "Check `limits.shared` in the configuration. Until then nothing is sent that a limit concerns."
    return Store(name="limits", address=_shown(url), problem=problem, step=step, needed=needed)


async def _tried(
    place: RecordStore | DurableLog | SharedLedger | SharedLimits, ask: Callable[[], Awaitable[object]]
) -> str:
    """What is wrong with it; it is closed then."""
    problem = ""
    try:
        async with asyncio.timeout(_LONGEST):
            await ask()
    except StoreError as error:
        problem = error.message or type(error).__name__
    except TimeoutError:
        problem = _SILENT
    with suppress(StoreError, TimeoutError):
        async with asyncio.timeout(_LONGEST):
            await place.aclose()
    return problem


async def _sharing(sharing: "Sharing", url: str) -> Store:
    """Over the connection that the router has opened itself."""
    heard = await asyncio.to_thread(sharing.wait, _LONGEST)
    problem = sharing.problem if heard else _SILENT
    step = (
        "Check `health.shared` in the configuration. Until then every process knows only what it sees itself."
    )
    return Store(name="shared health", address=_shown(url), problem=problem, step=step)


def _shown(url: str) -> str:
    """An address without what may be secret in it: user, password and options."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"
