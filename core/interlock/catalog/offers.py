"""Where vendors process what they are sent, and how they handle it: rows that are facts, with who says so.

A provider's plugin brings a file of them. The first row that matches a deployment is believed.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from interlock.catalog.reading import Reader
from interlock.errors import ConfigError
from interlock.types.handling import Handling
from interlock.types.jurisdictions import BESIDE, GLOBAL, UnknownRegionError, place_of

DECLARED = "{region}"
"""Among places: the region that the deployment itself names."""
CONFIDENCE = ("published", "inferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One row.

    Attributes:
        hosts: host names, or `*.suffix`; empty for the provider's usual address.
        names: patterns of what the provider calls models, in lower case; empty for any.
        regions: cloud regions, one of which the deployment must name; empty for any.
        deployment_type: what the deployment must say of itself; empty for any.
        processed, stored: places; DECLARED stands for the deployment's own.
        pins: place -> fields of a request's body that keep processing there.
        confidence: whether somebody published it, or it was inferred from what somebody did.

    The others are as `Handling` has them.
    """

    id: str
    provider: str
    processed: tuple[str, ...]
    source: str
    as_of: str
    confidence: str
    hosts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    deployment_type: str = ""
    stored: tuple[str, ...] = (GLOBAL,)
    operator: str = ""
    parent: str = ""
    retention_days: int | None = None
    training: bool | None = None
    agreements: frozenset[str] = frozenset()
    evidence: str = ""
    note: str = ""
    pins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def is_of(self, host: str) -> bool:
        """Whether the row names the host, which is in lower case."""
        return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in self.hosts)

    def region(self, declared: str, provider: str) -> str:
        """Where a deployment that names this region is processed. DECLARED alone is as it is written."""
        if self.processed == (DECLARED,):
            return declared or GLOBAL
        return _set(self.processed, declared, provider)

    def handling(self, declared: str, provider: str) -> Handling:
        return Handling(
            stored=_set(self.stored, declared, provider),
            operator=self.operator,
            parent=self.parent,
            agreements=self.agreements,
            retention_days=self.retention_days,
            training=self.training,
            evidence=self.evidence,
            note=self.note,
            source=self.source,
            as_of=self.as_of,
            offer=self.id,
        )

    @property
    def asks_for_a_region(self) -> bool:
        """Whether what it says hangs on the region that a deployment names."""
        return bool(self.regions) or DECLARED in self.processed


def _set(places: Iterable[str], declared: str, provider: str) -> str:
    return place_of(
        BESIDE.join((declared or GLOBAL) if each == DECLARED else each for each in places), provider
    )


def matching(
    offers: Iterable[Offer], *, host: str, usual: bool, name: str, region: str, deployment_type: str
) -> Offer | None:
    """The first row that says something of a deployment.

    `usual`: the host is the provider's usual one. `region` is the one that the deployment names.
    """
    name, spelled = name.strip().lower(), region.lower().replace(" ", "").replace("_", "-")
    plain = spelled.replace("-", "")
    for offer in offers:
        if (
            (offer.is_of(host) if offer.hosts else usual)
            and (not offer.names or any(fnmatchcase(name, each) for each in offer.names))
            and (not offer.regions or spelled in offer.regions or plain in offer.regions)
            and (not offer.deployment_type or offer.deployment_type == deployment_type)
        ):
            return offer
    return None


@cache
def load_offers(resource: str) -> tuple[Offer, ...]:
    """The rows of `package:file`, read once in a process.

    Raises:
        ConfigError: there is no such file, or it cannot be used; it names the row and the key.
    """
    package, _, name = resource.partition(":")
    try:
        text = files(package).joinpath(*name.split("/")).read_text("utf-8")
    except (ImportError, OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {type(error).__name__}.", source=resource) from None
    return read_offers(text, resource)


def read_offers(text: str, source: str) -> tuple[Offer, ...]:
    """The rows of a file. Raises ConfigError that names the source, the row and the key."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is no TOML: {error}", source=source) from None
    table = Reader(data, source)
    rows = tuple(_offer(row) for row in table.tables("offers"))
    table.finish()
    seen: set[str] = set()
    for at, row in enumerate(rows):
        if row.id in seen:
            raise table.error(f"offers.{at}.id", f"{row.id!r} is the id of another row too.")
        seen.add(row.id)
    return rows


def _offer(row: Reader) -> Offer:
    days = row.number("retention_days")
    offer = Offer(
        id=row.text("id", None),
        provider=row.text("provider", None),
        hosts=_lower(row, "hosts"),
        names=_lower(row, "names"),
        regions=_lower(row, "regions"),
        deployment_type=row.text("deployment_type"),
        processed=_places(row, "processed"),
        stored=_places(row, "stored") or (GLOBAL,),
        operator=_home(row, "operator"),
        parent=_home(row, "parent"),
        retention_days=None if days is None else int(days),
        training=row.flag("training") if "training" in row.data else None,
        agreements=frozenset(_lower(row, "agreements")),
        evidence=row.text("evidence"),
        source=row.text("source", None),
        as_of=row.text("as_of", None),
        confidence=row.one_of("confidence", CONFIDENCE, "published"),
        note=row.text("note"),
        pins=_pins(row),
    )
    row.take("training")
    row.finish()
    if not offer.processed:
        raise row.error("processed", "is required: the places in which it processes, or global.")
    try:
        date.fromisoformat(offer.as_of)
    except ValueError:
        raise row.error("as_of", "expected a date such as 2026-11-29.") from None
    return offer


def _lower(row: Reader, name: str) -> tuple[str, ...]:
    return tuple(each.strip().lower() for each in row.texts(name))


def _places(row: Reader, name: str) -> tuple[str, ...]:
    places = row.texts(name)
    for at, each in enumerate(places):
        try:
            if each != DECLARED:
                place_of(each)
        except UnknownRegionError as unknown:
            raise row.error(f"{name}.{at}", str(unknown), unknown.suggestion) from None
    return places


def _home(row: Reader, name: str) -> str:
    written = row.region(name, "")
    return place_of(written) if written else ""


def _pins(row: Reader) -> dict[str, dict[str, Any]]:
    table = row.table("pins")
    pins: dict[str, dict[str, Any]] = {}
    for place in table.data if table else ():
        fields = table.table(place) if table else None
        if fields is None or not fields.data:
            raise row.error(f"pins.{place}", "expected the fields that keep processing there.")
        try:
            pins[place_of(place)] = dict(fields.data)
        except UnknownRegionError as unknown:
            raise row.error(f"pins.{place}", str(unknown), unknown.suggestion) from None
    return pins
