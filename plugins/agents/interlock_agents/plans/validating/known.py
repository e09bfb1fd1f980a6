"""What a plan is held against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from interlock import ToolSpec
from interlock.types.tools import ToolEffect
from interlock_agents.plans.plan import Node, NodeBudget

__all__ = ["Known", "PlanTool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTool:
    """A tool that a plan may use, and what it does outside by the user's policy.

    Attributes:
        effect: as `Toolbox.effect_of` has it; what nobody has classified is taken for the worst.
    """

    spec: ToolSpec
    effect: ToolEffect = "irreversible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What there is.

    Attributes:
        tools: by the name that plans use; None where tools are not looked up.
        objection: of a node that asks a model, why nobody may be asked, in a sentence; None for a node that
            may be done. `objections_of` makes one of a router.
        budget: what the whole run may use; a node's own is not above it.
    """

    tools: Mapping[str, PlanTool] | None = None
    objection: Callable[[Node], str | None] | None = None
    budget: NodeBudget = field(default_factory=NodeBudget)
