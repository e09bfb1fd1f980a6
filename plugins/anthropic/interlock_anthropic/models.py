"""What a generation of Claude takes, read from the model's name.

The API is one, but what it accepts depends on the model; the rules are the vendor's own
(platform.claude.com/docs: thinking, effort, structured outputs, migration guides).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from interlock.types import traits as said
from interlock.types.models import Deployment
from interlock.types.models import traits_of as configured
from interlock.types.remembered import Remembered

_FAMILY_FIRST = re.compile(r"claude-([a-z]+)-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?")
_NUMBER_FIRST = re.compile(r"claude-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?(?:-([a-z]+))?")
_PREVIEW = re.compile(r"claude-mythos-preview")

Thinking = Literal["none", "budget", "either", "adaptive"]
Sampling = Literal["all", "one", "none"]
_ALL_EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is particular to a generation; the defaults are for a model whose name says nothing.

    Attributes:
        thinking: by a budget of tokens, by the model's own measure, by either, or not at all.
        always_thinks: thinking cannot be switched off.
        efforts: the levels of `output_config.effort`; none when the model has no such thing.
        sampling: whether temperature, top_p and top_k are taken, or one of the first two, or none.
        native_output: whether a schema may bind the answer, and `strict` a tool's arguments.
        forces_tools: whether `tool_choice` may force a call.
        binds: thoughts are bound to all that stood before them: system, tools and messages.
        checks: whether it refuses a thought when that has changed, and takes what to do then.
    """

    thinking: Thinking = "adaptive"
    always_thinks: bool = False
    efforts: tuple[str, ...] = _ALL_EFFORTS
    sampling: Sampling = "all"
    native_output: bool = True
    forces_tools: bool = True
    binds: bool = False
    checks: bool = False

    def effort(self, level: str) -> str | None:
        """The model's own nearest level; what is no level of ours is passed on."""
        if not self.efforts:
            return None
        level = {"minimal": "low"}.get(level, level)
        if level in ("xhigh", "max") and level not in self.efforts:
            return "max" if "max" in self.efforts else self.efforts[-1]
        return level


def _traits_at(deployment: Deployment) -> Traits:
    known = _traits(deployment.name, deployment.card.id)
    given = configured(deployment)
    return known if given == said.UNKNOWN else _over(known, given)


def _over(known: Traits, given: said.Traits) -> Traits:
    """What is told of single settings is left to `settings_for`."""
    changed: dict[str, Any] = {}
    if given.reasons == "never":
        changed.update(thinking="none", always_thinks=False, efforts=())
    elif given.reasons is not None:
        changed["always_thinks"] = given.reasons == "always"
        if known.thinking == "none":
            changed["thinking"] = "adaptive"
    if given.efforts is not None and given.reasons != "never":
        changed["efforts"] = tuple(level for level in _ALL_EFFORTS if level in given.efforts)
    if given.refuses is not None:
        changed["sampling"] = "all"
        changed["forces_tools"] = known.forces_tools and "forced_tools" not in given.refuses
    if given.output is not None:
        changed["native_output"] = given.output == "json_schema"
    return replace(known, **changed)


traits_of = Remembered(_traits_at)
"""From the vendor's name for the model, or else from the card's id; what is configured goes over them."""


@lru_cache(maxsize=256)
def _traits(*names: str) -> Traits:
    for name in names:
        known = _version(name.lower())
        if known is not None:
            return _of(*known)
    return Traits()


def _version(name: str) -> tuple[str, tuple[int, int]] | None:
    if _PREVIEW.search(name):
        return "mythos", (4, 7)
    found = _FAMILY_FIRST.search(name)
    if found:
        return found[1], (int(found[2]), int(found[3] or 0))
    found = _NUMBER_FIRST.search(name)
    return (found[3] or "", (int(found[1]), int(found[2] or 0))) if found else None


def _of(family: str, version: tuple[int, int]) -> Traits:
    since: Callable[[int, int], bool] = lambda major, minor: version >= (major, minor)  # noqa: E731 - reads as a table
    after_five = version > (5, 0)
    return Traits(
        thinking="adaptive"
        if since(4, 7)
        else "either"
        if since(4, 6)
        else "budget"
        if since(3, 7)
        else "none",
        always_thinks=after_five or family in ("fable", "mythos"),
        efforts=_efforts(family, version),
        sampling="none" if since(4, 7) else "one" if since(4, 1) else "all",
        native_output=since(4, 5),
        forces_tools=not after_five,
        binds=after_five,
        checks=after_five and (family, version) != ("mythos", (5, 1)),
    )


def _efforts(family: str, version: tuple[int, int]) -> tuple[str, ...]:
    if version >= (4, 7):
        return _ALL_EFFORTS
    if version >= (4, 6):
        return ("low", "medium", "high", "max")
    return ("low", "medium", "high") if version == (4, 5) and family == "opus" else ()
