"""From the configuration's `records` to a store, and to what writes there."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from interlock.assembly.offers import Offers
from interlock.config import Config
from interlock.engine.bridge import Bridge
from interlock.engine.writer import RecordWriter
from interlock.errors import StoreError
from interlock.protocols import RecordStore
from interlock.types.names import nearest
from interlock.types.stores import STORES, StoreCall

_DAY = 86_400.0


def record_writer(config: Config, offers: Offers, bridge: Bridge) -> RecordWriter | None:
    """What keeps the records of calls beyond the process, if the configuration says where."""
    opening = store_opener(config, offers)
    if opening is None or config.records is None:
        return None
    days = config.records.days
    return RecordWriter(
        opening, bridge, keep=config.records.keep, seconds=None if days is None else days * _DAY
    )


def store_opener(config: Config, offers: Offers) -> Callable[[], RecordStore] | None:
    """Opens the configured store, each time anew; None when no place is configured.

    Raises:
        ConfigError: no installed plugin knows the scheme, or its plugin cannot use the URL. Neither shows it.
    """
    if config.records is None:
        return None
    scheme = config.records.scheme
    kinds = offers.store_schemes
    if why := offers.quarrel("store_schemes", scheme):
        raise config.error("records.url", f"{why}.")
    if scheme not in kinds:
        if scheme in STORES:
            what = f"no installed plugin keeps records in {scheme}; install {STORES[scheme]}."
            raise config.error("records.url", what)
        known = sorted({*kinds, *STORES})
        what = f"no plugin keeps records in {scheme!r}; there are {', '.join(known)}."
        raise config.error("records.url", what, nearest(scheme, known))
    rest = config.records.url.reveal().partition("://")[2]
    call = StoreCall(url=f"{scheme}://{rest}", folder=config.folder or Path())
    opening = partial(kinds[scheme].open, call)
    try:
        opening()
    except StoreError as error:
        raise config.error("records.url", error.message) from None
    return opening
