"""Plans as data: nodes with typed references between them, held against what there is before they start."""

from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.inputs import bound
from interlock_agents.plans.outcomes import Done, Failed, Open, Outcome
from interlock_agents.plans.plain import plan_to_plain
from interlock_agents.plans.plan import Node, NodeBudget, Plan
from interlock_agents.plans.reading import PlanSource, read_plan
from interlock_agents.plans.references import BadReference, Reference, ReferenceFailed, filled, references
from interlock_agents.plans.scheduling import Due, Schedule, schedule
from interlock_agents.plans.schemas import misfits
from interlock_agents.plans.validating import Known, PlanTool, validate
from interlock_agents.plans.values import INLINE, ValueTooLarge, copied, decoded, encoded

__all__ = [
    "INLINE",
    "BadReference",
    "Complaint",
    "Done",
    "Due",
    "Failed",
    "Known",
    "Node",
    "NodeBudget",
    "Open",
    "Outcome",
    "Plan",
    "PlanError",
    "PlanSource",
    "PlanTool",
    "Reference",
    "ReferenceFailed",
    "Schedule",
    "ValueTooLarge",
    "bound",
    "copied",
    "decoded",
    "encoded",
    "filled",
    "misfits",
    "plan_to_plain",
    "read_plan",
    "references",
    "schedule",
    "validate",
]
