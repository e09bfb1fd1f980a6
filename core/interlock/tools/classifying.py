"""What a tool does to the world: what it declares, under what the user says of it."""

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from interlock.types.tool_policies import ToolPolicy, ToolRule
from interlock.types.tools import EFFECTS, Repeat, ToolEffect

if TYPE_CHECKING:
    from interlock.protocols import Tool

_NOTHING = ToolRule(tools="*")
_UNKNOWN = Repeat("none")


class Classified(NamedTuple):
    """What holds for a tool. `settles_within` is in seconds, as of `Tool`."""

    effect: ToolEffect
    repeat: Repeat
    settles_within: float


def classified(tool: "Tool", policy: ToolPolicy, *, connector: str = "") -> Classified:
    """By the first rule that fits; what the rule leaves unsaid, as the tool declares it.

    What nobody has declared is taken for the worst: irreversible, and not to be repeated. What a rule says
    only reads may be repeated, unless the rule says otherwise. To look whether a run has happened takes a
    tool that can, so without `find` the way `read` is `none`.
    """
    from interlock.protocols import FindingTool  # noqa: PLC0415 - the face needs no protocol

    rule = next((rule for rule in policy.rules if rule.fits(connector, tool.spec.name)), _NOTHING)
    effect: object = rule.effect or getattr(tool, "effect", None)
    repeat: object = rule.repeat or getattr(tool, "repeat", None)
    if rule.effect == "read" and rule.repeat is None:
        repeat = Repeat("natural")  # what changes nothing may be done again
    if not isinstance(repeat, Repeat) or (repeat.way == "read" and not isinstance(tool, FindingTool)):
        repeat = _UNKNOWN
    seconds = _seconds(rule.settles_within, getattr(tool, "settles_within", None))
    if seconds is None and repeat.way == "read":
        repeat = _UNKNOWN  # absence that never counts is as good as no way to look
    strongest = effect if effect in EFFECTS else "irreversible"
    return Classified(strongest, repeat, seconds or 0.0)


def _seconds(*said: object) -> float | None:
    """The first that somebody said."""
    seconds = next((each for each in said if each is not None), None)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    return float(seconds) if isfinite(seconds) and seconds >= 0 else None
