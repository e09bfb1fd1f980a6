"""What users say of tools whose framework has no words for it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from interlock import Repeat, RequestError, ToolOutcome
from interlock.types.tools import EFFECTS, ToolEffect
from interlock_agents.budgets import Amounts

Find = Callable[[Mapping[str, Any], str], Awaitable[ToolOutcome | None]]
"""Given the arguments and the key: what the run has come to, as `FindingTool.find` says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a tool does, as far as anybody knows. The user's policy goes before it.

    Attributes:
        effect: what a run does outside.
        repeat: what may follow a run of which nobody knows whether it has happened.
        settles_within: seconds after which a run that was sent has happened or never will.
        find: looks for a run; it goes with `Repeat("read")` and a key that is too old.
        hold: what a run may cost, which is held on the account of its run before.

    Raises:
        RequestError: there is no such effect.
    """

    effect: ToolEffect = "irreversible"
    repeat: Repeat = field(default_factory=lambda: Repeat("none"))
    settles_within: float | None = None
    find: Find | None = None
    hold: Amounts = field(default_factory=Amounts)

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise RequestError(f"{self.effect!r} is none of {', '.join(EFFECTS)}", key="effect")


def declarations(
    names: Iterable[str], given: Mapping[str, "Declared | Repeat"] | None
) -> dict[str, Declared]:
    """What is declared of each tool; a `Repeat` alone declares how it may be repeated.

    Raises:
        RequestError: a tool is declared that is not there, or what is declared is neither.
    """
    known = dict.fromkeys(names, Declared())
    for name, said in (given or {}).items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
            raise RequestError(f"there is no tool {name!r}; {hint}", key=f"declared.{name}")
        declared: object = Declared(repeat=said) if isinstance(said, Repeat) else said
        if not isinstance(declared, Declared):
            wrong = type(declared).__name__
            raise RequestError(f"expected Declared or Repeat, not {wrong}", key=f"declared.{name}")
        known[name] = declared
    return known
