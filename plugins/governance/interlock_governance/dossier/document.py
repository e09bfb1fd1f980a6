"""A dossier: what is configured and measured, by the points of Annex IV, and what people have to write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Origin = Literal["configured", "installed", "measured", "tested", "inventory", "vendor"]
"""Where a fact comes from: the configuration, what is installed, records, cases, an inventory, sheets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known, and where it comes from."""

    name: str
    value: str
    origin: Origin = "configured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of what is known; each row has as many cells as there are columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    origin: Origin = "configured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What people have to write or to find out; `prompt` says what. Nothing is filled in for them."""

    point: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A heading: of Annex IV by its `number`, such as `1(a)`, or of its own where that is empty."""

    number: str
    title: str
    facts: tuple[Fact, ...] = ()
    grids: tuple[Grid, ...] = ()
    gaps: tuple[Gap, ...] = ()
    points: tuple["Point", ...] = ()

    def walk(self) -> Iterator["Point"]:
        """Itself, and every point below it."""
        yield self
        for each in self.points:
            yield from each.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The whole. `about` is the use case or the deployments; `digest` that of the configuration."""

    about: str
    digest: str
    made_at: datetime
    points: tuple[Point, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap, in the order of the points."""
        return tuple(gap for point in self.points for each in point.walk() for gap in each.gaps)


def dossier_data(dossier: Dossier) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "about": dossier.about,
        "digest": dossier.digest,
        "made_at": dossier.made_at.isoformat(),
        "points": [_point_data(each) for each in dossier.points],
        "gaps": [{"point": each.point, "prompt": each.prompt} for each in dossier.gaps],
    }


def _point_data(point: Point) -> dict[str, Any]:
    return {
        "number": point.number,
        "title": point.title,
        "facts": [{"name": each.name, "value": each.value, "origin": each.origin} for each in point.facts],
        "tables": [
            {
                "caption": each.caption,
                "columns": list(each.columns),
                "rows": [list(row) for row in each.rows],
                "origin": each.origin,
            }
            for each in point.grids
        ],
        "gaps": [each.prompt for each in point.gaps],
        "points": [_point_data(each) for each in point.points],
    }
