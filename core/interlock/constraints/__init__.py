"""Hard rules. What breaks one is excluded, with a sentence that says why; nothing is ever relaxed."""

from interlock.constraints.jurisdictions import (
    UnknownRegionError,
    is_cloud_region,
    is_inside,
    jurisdictions_of,
    normalise,
    residency,
    satisfies,
    tighten,
)
from interlock.constraints.rules import BUILTIN, needs

__all__ = [
    "BUILTIN",
    "UnknownRegionError",
    "is_cloud_region",
    "is_inside",
    "jurisdictions_of",
    "needs",
    "normalise",
    "residency",
    "satisfies",
    "tighten",
]
