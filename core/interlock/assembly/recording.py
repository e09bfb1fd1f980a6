"""From the configuration's `records` and `log` to a store and a log, and to what writes there."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from interlock.assembly.offers import Offers
from interlock.assembly.schemes import kind_at, tried
from interlock.config import Config
from interlock.config.options import BrokenSchema, read_options
from interlock.config.recording import LogConfig, PlaceConfig
from interlock.engine.bridge import Bridge
from interlock.engine.log_writer import LogWriter
from interlock.engine.record_writer import RecordWriter, RequiredRecords
from interlock.logs import redact
from interlock.protocols import DurableLog, LogKind, RecordStore
from interlock.records.personal import PersonalParts
from interlock.records.recent import RecentRecords
from interlock.types.logs import LOGS, LogCall
from interlock.types.stores import STORES, StoreCall

_DAY = 86_400.0


class Keeping(NamedTuple):
    """What writes records beyond the process, what calls wait for of it, and the last ones in memory."""

    writer: RecordWriter | None
    required: RequiredRecords | None
    recent: RecentRecords


def keeping(config: Config, offers: Offers, bridge: Bridge) -> Keeping:
    """What keeps the records of calls, beyond the process if the configuration says where."""
    opening, told = store_opener(config, offers), config.records
    if opening is None or told is None:
        return Keeping(None, None, RecentRecords())
    seconds = None if told.days is None else told.days * _DAY
    writer = RecordWriter(opening, bridge, keep=told.keep, seconds=seconds)
    if told.mode == "required":
        return Keeping(writer, RequiredRecords(writer, told.timeout), RecentRecords())
    return Keeping(writer, None, RecentRecords(onward=writer.put))


def log_writer(
    config: Config,
    offers: Offers,
    bridge: Bridge,
    *,
    environ: Mapping[str, str] | None = None,
    opened: Callable[[], Mapping[str, Any]] | None = None,
) -> LogWriter | None:
    """What writes the log, if the configuration says where. `opened` gives the facts that come first."""
    opening = log_opener(config, offers, environ)
    return None if opening is None else LogWriter(opening, bridge, opened=opened)


def store_opener(config: Config, offers: Offers) -> Callable[[], RecordStore] | None:
    """Opens the configured store, each time anew; None when no place is configured.

    Raises:
        ConfigError: no installed plugin knows the scheme, or its plugin cannot use the URL. Neither shows it.
    """
    if (place := config.records) is None:
        return None
    kind = kind_at(
        config,
        "records.url",
        place.scheme,
        "keeps records in",
        why=offers.quarrel("store_schemes", place.scheme),
        kinds=offers.store_schemes,
        shipped=STORES,
    )
    call = StoreCall(url=url_of(place), folder=config.folder or Path())
    return tried(config, "records.url", partial(kind.open, call))


def log_opener(
    config: Config, offers: Offers, environ: Mapping[str, str] | None = None
) -> Callable[[], DurableLog] | None:
    """Opens the configured log, in the same way.

    Raises:
        ConfigError: besides, an option that the plugin's schema refuses.
    """
    if (place := config.log) is None:
        return None
    kind = kind_at(
        config,
        "log.url",
        place.scheme,
        "keeps a log in",
        why=offers.quarrel("log_schemes", place.scheme),
        kinds=offers.log_schemes,
        shipped=LOGS,
    )
    _check_sealed(config, place, kind)
    options = _options(config, place, kind, environ)
    call = LogCall(
        url=url_of(place),
        folder=config.folder or Path(),
        options=options,
        personal=bool(place.subject or place.personal),
    )
    return tried(config, "log.url", partial(kind.open, call), options=("log", "options"))


def told_of_persons(config: Config, offers: Offers) -> PersonalParts:
    """What the configured log is told of persons."""
    if (place := config.log) is None:
        return PersonalParts()
    return PersonalParts(
        subject=place.subject,
        parts=frozenset(place.personal),
        approvers=_seals(offers.log_schemes.get(place.scheme)),
    )


def _seals(kind: LogKind | None) -> bool:
    return getattr(kind, "seals", False) is True


def _check_sealed(config: Config, place: LogConfig, kind: LogKind) -> None:
    """Raises ConfigError where a log would be told what it cannot keep."""
    for key in ("subject", "personal"):
        if getattr(place, key) and not _seals(kind):
            what = (
                f"a log in {place.scheme} cannot seal what tells who somebody is, and would keep none of it"
            )
            raise config.error(["log", key], f"{what}; leave it out, or choose a log that seals.")


def _options(config: Config, place: LogConfig, kind: LogKind, environ: Mapping[str, str] | None) -> Any:
    """What is written for the log, as its kind's own schema has it; None where it has none."""
    schema, path = getattr(kind, "options", None), ["log", "options"]
    if schema is None:
        if place.options:
            raise config.error(path, f"a log in {place.scheme} takes no options of its own.")
        return None
    try:
        return read_options(
            schema,
            dict(place.options),
            path=path,
            error=config.error,
            folder=config.folder,
            environ=environ,
        )
    except BrokenSchema as fault:
        what = redact(f"a log in {place.scheme} cannot take its options: {fault}").rstrip(".")
        raise config.error(path, f"{what}.") from None


def url_of(place: PlaceConfig) -> str:
    """The place's URL, its scheme in lower case."""
    return f"{place.scheme}://{place.url.reveal().partition('://')[2]}"
