"""Question: what is asked of a use case, which answers there are, and what each leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Takes = Literal["", "places", "days", "names"]
"""What an answer holds beside itself: nothing, jurisdictions, a number of days, names."""
TAKES: Final = get_args(Takes)
VALUE: Final = "{value}"
"""In a rule: what the answer holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRule:
    """What is asked of a deployment, in the words of a policy's `permit` and `forbid`.

    `as_of` is the day on which the source was read, as 2026-11-29; empty where nobody says.
    """

    id: str
    source: str
    permit: Mapping[str, Any] = field(default_factory=dict)
    forbid: Mapping[str, Any] = field(default_factory=dict)
    as_of: str = ""

    @property
    def takes_value(self) -> bool:
        """Whether it needs what an answer holds."""
        return VALUE in (*self.permit.values(), *self.forbid.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What somebody has to do; `because` is the question and the answer that lead to it."""

    who: str
    what: str
    source: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An answer that may be given.

    Attributes:
        alone: whether it rules out every other.
        treat: kind of data, `*` being every other -> what the guardrail does with it before it leaves.
        refused: why the use case is not allowed with this answer; empty where it may be.
    """

    id: str
    text: str
    alone: bool = False
    takes: Takes = ""
    rules: tuple[DeploymentRule, ...] = ()
    measures: tuple[Measure, ...] = ()
    treat: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Attributes:
    counts: what counts, for whoever does not know.
    ask: who is likely to know.
    shared: whether its answer is usually the same for the whole organisation.
    until_known: ids of options whose rules are kept to as long as nobody knows the answer.
    """

    id: str
    title: str
    text: str
    options: tuple[Option, ...]
    counts: str = ""
    ask: str = "owner"
    shared: bool = False
    until_known: tuple[str, ...] = ()

    def option(self, name: str) -> Option | None:
        return next((each for each in self.options if each.id == name), None)
