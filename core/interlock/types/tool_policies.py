"""What users say of tools, whatever the tools say of themselves."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import isfinite
from typing import Literal, get_args

from interlock.errors import RequestError
from interlock.types.canonical import digest_of
from interlock.types.tools import EFFECTS, Repeat, ToolEffect

RequiresGrant = Literal["write", "destructive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRule:
    """What holds for the tools that `tools` names; what it leaves unsaid stays as the tool declares it.

    Attributes:
        tools: a tool's name, or a pattern with `*`, `?` and `[…]`. With a slash it is a connector's id and a
            tool's name, `github/delete_*`; without one, it means tools of any connector.
        settles_within: seconds after which a run that was sent has happened or never will.

    Raises:
        RequestError: no tool is named, there is no such effect, or `settles_within` is below 0 or endless.
    """

    tools: str
    effect: ToolEffect | None = None
    repeat: Repeat | None = None
    settles_within: float | None = None

    def __post_init__(self) -> None:
        if not self.tools:
            raise RequestError("expected a tool's name or a pattern", key="tools")
        if self.effect is not None and self.effect not in EFFECTS:
            raise RequestError(f"{self.effect!r} is none of {', '.join(EFFECTS)}", key="effect")
        seconds = self.settles_within
        if seconds is not None and not (isfinite(seconds) and seconds >= 0):
            raise RequestError(f"expected seconds, not {seconds}", key="settles_within")

    def fits(self, connector: str, tool: str) -> bool:
        """Whether the rule is about this tool of this connector."""
        return fnmatchcase(f"{connector}/{tool}" if "/" in self.tools else tool, self.tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPolicy:
    """What the user says of every tool.

    Attributes:
        rules: the first that fits a tool decides.
        requires_grant: the weakest effect that needs a grant. What is destructive or irreversible always
            does, and what only reads never.

    Raises:
        RequestError: `requires_grant` is no effect that may be so.
    """

    rules: tuple[ToolRule, ...] = ()
    requires_grant: RequiresGrant = "destructive"

    def __post_init__(self) -> None:
        if self.requires_grant not in (words := get_args(RequiresGrant)):
            raise RequestError(
                f"{self.requires_grant!r} is none of {', '.join(words)}; what is stronger always needs one",
                key="requires_grant",
            )

    def requires(self, effect: ToolEffect) -> bool:
        """Whether a run with that effect needs a grant."""
        return effect != "read" and EFFECTS.index(effect) >= EFFECTS.index(self.requires_grant)

    @property
    def version(self) -> str:
        """Changes with whatever the policy says."""
        rules = [
            {
                "tools": rule.tools,
                "effect": rule.effect,
                "repeat": None if rule.repeat is None else [rule.repeat.way, rule.repeat.retention],
                "settles_within": rule.settles_within,
            }
            for rule in self.rules
        ]
        return digest_of("policy", {"rules": rules, "requires_grant": self.requires_grant})[:16]
