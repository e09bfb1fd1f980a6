"""Regions as jurisdictions: what lies in what, and what a residency allows.

A region is one place or a set of them, written with `+` in between: `ch+eu` is processed in either. What must
hold of a region must hold of every member. `local` is in process and satisfies every residency that can be
met at all; beside another place it adds nothing. `global` and an empty region are anywhere and satisfy none,
and so is every set with one of them.
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
BESIDE = "+"
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
    """The jurisdiction code that a region lies in: `eu-central-1` is `de`, and `Germany + uk` is `de+uk`.
    Raises UnknownRegionError.

    `local` and `global` are themselves, and an empty region is `global`. A provider whose region names mean
    other places than Amazon's (Alibaba's eu-west-1 is London) must be named.
    """
    return BESIDE.join(sorted(members(region, provider)))


@lru_cache(maxsize=1024)
def members(region: str, provider: str = "") -> frozenset[str]:
    """The codes of all places that a region is made of; never empty. Raises UnknownRegionError."""
    if BESIDE not in region:
        return frozenset({_one(region, provider)})
    names = region.split(BESIDE)
    if not all(name.strip() for name in names):
        raise UnknownRegionError(f"{region.strip()!r} lacks a place beside its {BESIDE}.")
    found = {_one(name, provider) for name in names}
    if GLOBAL in found:
        return frozenset({GLOBAL})
    return frozenset(found - {LOCAL} or {LOCAL})


def _one(region: str, provider: str) -> str:
    name = _spelled(region)
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


def _spelled(region: str) -> str:
    return "-".join(region.strip().lower().replace("_", "-").split())


@lru_cache(maxsize=1024)
def normalise(region: str, provider: str = "") -> str:
    """A region as it is written, lower case; of several places their codes, sorted. Raises UnknownRegionError
    when it has no place.
    """
    place = place_of(region, provider)
    return place if BESIDE in region else _spelled(region) or GLOBAL


def is_cloud_region(region: str) -> bool:
    """Whether this is a region of a cloud (`eu-central-1`), and not a jurisdiction (`eu`, `germany`)."""
    return region.strip().lower().replace("_", "-") in _CLOUD_REGIONS


@lru_cache(maxsize=1024)
def jurisdictions_of(region: str, provider: str = "") -> frozenset[str]:
    """Every jurisdiction that the whole of a region lies in: `eu-central-1` is in de, eu and eea, and `de+fr`
    in eu and eea.

    Empty for `global` and for what is not known: neither can be shown to lie anywhere. Empty, too, for places
    that have no area in common.
    """
    try:
        places = members(region, provider)
    except UnknownRegionError:
        return _ANYWHERE
    return frozenset.intersection(*map(_around, places))


@lru_cache(maxsize=1024)
def satisfies(region: str, allowed: frozenset[str], provider: str = "") -> bool:
    """Whether what is processed in `region` stays inside `allowed`, each of its places inside one of them; no
    `allowed` means anywhere.
    """
    if not allowed:
        return True
    if NOWHERE in allowed:
        return False
    try:
        places = members(region, provider)
    except UnknownRegionError:
        return False
    inside = codes(allowed)
    return all(place == LOCAL or not _around(place).isdisjoint(inside) for place in places)


def lies_in(region: str, other: str, provider: str = "") -> bool:
    """Whether every place of a region lies in some place of the other; anything lies in `global`."""
    try:
        around = members(other, provider)
    except UnknownRegionError:
        return False
    return GLOBAL in around or satisfies(region, around, provider)


@lru_cache(maxsize=1024)
def touching(region: str, provider: str = "") -> frozenset[str] | None:
    """Every jurisdiction that some part of a region may lie in, those inside its areas too: `eu` touches eea,
    eu and each member. None where that is any; nothing for `local`.
    """
    try:
        places = members(region, provider)
    except UnknownRegionError:
        return None
    if GLOBAL in places:
        return None
    inner = {place for place, around in _WITHIN.items() if not around.isdisjoint(places)}
    return frozenset(inner.union(*map(_around, places)) - {LOCAL})


def _around(place: str) -> frozenset[str]:
    """The areas that a code lies in, itself among them."""
    return _ANYWHERE if place == GLOBAL else _WITHIN.get(place, frozenset({place}))


@lru_cache(maxsize=1024)
def is_inside(allowed: frozenset[str], area: str) -> bool:
    """Whether every allowed jurisdiction lies inside `area`; False when anything is allowed."""
    return bool(allowed) and all(area in jurisdictions_of(place) for place in allowed)


@lru_cache(maxsize=1024)
def residency(names: frozenset[str], key: str = "constraints.residency") -> frozenset[str]:
    """Jurisdictions as codes (`germany` becomes `de`). Raises RequestError for one that cannot be meant."""
    codes = set()
    for name in _parted(names):
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
def codes(names: frozenset[str]) -> frozenset[str]:
    """The codes of places; names without one are left out."""
    places = set()
    for name in _parted(names):
        try:
            places.add(place_of(name))
        except UnknownRegionError:
            continue
    return frozenset(places)


def _parted(names: frozenset[str]) -> list[str]:
    """`eu+ch` allows what eu and ch allow."""
    return [part for name in names for part in name.split(BESIDE)]
