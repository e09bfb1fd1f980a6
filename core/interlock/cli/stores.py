"""Whether what lies beside the deployments can be reached: the store of records, and shared health."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from interlock.errors import StoreError
from interlock.protocols import RecordStore
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.engine.sharing import Sharing

_LONGEST: Final = 10.0
_SILENT: Final = f"no answer within {_LONGEST:g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What is known of one store. `address` holds no password; `problem` is empty when all is well."""

    name: str
    address: str
    problem: str
    step: str

    @property
    def ready(self) -> bool:
        return not self.problem

    @property
    def next_step(self) -> str:
        return "" if self.ready else self.step


async def examine_stores(wiring: "Wiring") -> list[Store]:
    """The stores that the configuration names, each used as a call would use it."""
    from interlock.assembly.recording import store_opener

    config = wiring.config
    checks = []
    opener = store_opener(config, wiring.offers)
    if opener is not None and config.records is not None:
        checks.append(_records(opener, config.records.url.reveal()))
    if wiring.sharing is not None and config.health.shared is not None:
        checks.append(_sharing(wiring.sharing, config.health.shared.reveal()))
    return await asyncio.gather(*checks)


async def _records(opener: Callable[[], RecordStore], url: str) -> Store:
    problem = ""
    store = opener()
    try:
        async with asyncio.timeout(_LONGEST):
            await store.find(RecordQuery(limit=1))
    except StoreError as error:
        problem = error.message or type(error).__name__
    except TimeoutError:
        problem = _SILENT
    with suppress(StoreError, TimeoutError):
        async with asyncio.timeout(_LONGEST):
            await store.aclose()
    step = "Check `records` in the configuration. Until then calls go on, and are not kept."
    return Store(name="records", address=_shown(url), problem=problem, step=step)


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
