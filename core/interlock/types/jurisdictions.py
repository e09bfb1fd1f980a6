"""Regions as jurisdictions: what lies in what, and what a residency allows.

`local` is in process and satisfies every residency that can be met at all. `global` and an empty region are
anywhere, and satisfy none.
"""

from functools import lru_cache

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock.types.places import (
    ALIBABA,
    AMAZON,
    AREAS,
    GOOGLE,
    MEANT_OTHERWISE,
    MICROSOFT,
    NAMES,
)

LOCAL = "local"
GLOBAL = "global"
# What is left of two residencies that have nothing in common. No region lies there, `local` included.
NOWHERE = "nowhere"

_ANYWHERE: frozenset[str] = frozenset()


def _within() -> dict[str, frozenset[str]]:
    """Each place -> itself and every area around it."""
    parents: dict[str, set[str]] = {code: set() for code in (*NAMES, *AREAS)}
    for area, members in AREAS.items():
        for member in members.split():
            parents[member].add(area)

    def around(place: str) -> set[str]:
        return {place}.union(*(around(parent) for parent in parents[place]))

    return {place: frozenset(around(place)) for place in parents}


_WITHIN = _within()
_CLOUD_REGIONS = {
    region: code
    for table in (ALIBABA, MICROSOFT, GOOGLE, AMAZON)
    for code, regions in table.items()
    for region in regions.split()
}
_KNOWN = _CLOUD_REGIONS | {name: code for code, aliases in NAMES.items() for name in (code, *aliases.split())}


class UnknownRegionError(ValueError):
    """A region or jurisdiction that has no place; `suggestion` is the nearest known one."""

    def __init__(self, message: str, *, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


@lru_cache(maxsize=1024)
def place_of(region: str, provider: str = "") -> str:
    """The jurisdiction code that a region lies in: `eu-central-1` is `de`. Raises UnknownRegionError.

    `local` and `global` are themselves, and an empty region is `global`. A provider whose region names mean
    other places than Amazon's (Alibaba's eu-west-1 is London) must be named.
    """
    name = "-".join(region.strip().lower().replace("_", "-").split())
    if name in ("", GLOBAL):
        return GLOBAL
    if name == LOCAL:
        return LOCAL
    place = MEANT_OTHERWISE.get(provider, {}).get(name) or _KNOWN.get(name)
    if place is None:
        place = _CLOUD_REGIONS.get(name.replace("-", ""))  # "West Europe", as Microsoft's portal writes it
    if place is None:
        if name == "europe":
            raise UnknownRegionError(
                "europe is no jurisdiction; write eu, eea, or the country (uk and ch lie outside both)."
            )
        meant = nearest(name, (*_KNOWN, LOCAL, GLOBAL))
        way = "" if meant else "; there are eu, countries such as us, and cloud regions such as eu-central-1"
        raise UnknownRegionError(
            f"{region.strip()!r} is no known jurisdiction or cloud region{way}.", suggestion=meant
        )
    return place


def normalise(region: str, provider: str = "") -> str:
    """A region as it is written, lower case; raises UnknownRegionError when it has no place."""
    place_of(region, provider)
    return "-".join(region.strip().lower().replace("_", "-").split()) or GLOBAL


def is_cloud_region(region: str) -> bool:
    """Whether this is a region of a cloud (`eu-central-1`), and not a jurisdiction (`eu`, `germany`)."""
    return region.strip().lower().replace("_", "-") in _CLOUD_REGIONS


@lru_cache(maxsize=1024)
def jurisdictions_of(region: str, provider: str = "") -> frozenset[str]:
    """Every jurisdiction that a region lies in: `eu-central-1` is in de, eu and eea.

    Empty for `global` and for what is not known: neither can be shown to lie anywhere.
    """
    try:
        place = place_of(region, provider)
    except UnknownRegionError:
        return _ANYWHERE
    if place == GLOBAL:
        return _ANYWHERE
    return _WITHIN.get(place, frozenset({place}))


@lru_cache(maxsize=1024)
def satisfies(region: str, allowed: frozenset[str], provider: str = "") -> bool:
    """Whether what is processed in `region` stays inside one of `allowed`; no `allowed` means anywhere."""
    if not allowed:
        return True
    if NOWHERE in allowed:
        return False
    within = jurisdictions_of(region, provider)
    return LOCAL in within or not within.isdisjoint(_places(allowed))


@lru_cache(maxsize=1024)
def is_inside(allowed: frozenset[str], area: str) -> bool:
    """Whether every allowed jurisdiction lies inside `area`; False when anything is allowed."""
    return bool(allowed) and all(area in jurisdictions_of(place) for place in allowed)


@lru_cache(maxsize=1024)
def residency(names: frozenset[str], key: str = "constraints.residency") -> frozenset[str]:
    """Jurisdictions as codes (`germany` becomes `de`). Raises RequestError for one that cannot be meant."""
    codes = set()
    for name in names:
        if name == NOWHERE:
            return frozenset({NOWHERE})
        try:
            place = place_of(name)
        except UnknownRegionError as unknown:
            raise RequestError(str(unknown), key=key, suggestion=unknown.suggestion) from None
        if place == GLOBAL:
            raise RequestError(
                "global is no jurisdiction; leave the residency out to allow anywhere.", key=key
            )
        if name in _CLOUD_REGIONS:
            # Taking the country for the region would allow more than was asked for.
            raise RequestError(
                f"{name} is a cloud region; a residency is a jurisdiction.", key=key, suggestion=place
            )
        codes.add(place)
    return frozenset(codes)


def shared(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The places that lie inside both; NOWHERE when there are none."""
    if not one or not other:
        return one or other
    inner = {place for place in one if place == LOCAL or not _WITHIN.get(place, _ANYWHERE).isdisjoint(other)}
    inner |= {place for place in other if place == LOCAL or not _WITHIN.get(place, _ANYWHERE).isdisjoint(one)}
    return frozenset(inner or {NOWHERE})


@lru_cache(maxsize=1024)
def _places(allowed: frozenset[str]) -> frozenset[str]:
    """Codes of what is allowed; names without a place allow nothing."""
    places = set()
    for name in allowed:
        try:
            places.add(place_of(name))
        except UnknownRegionError:
            continue
    return frozenset(places)
