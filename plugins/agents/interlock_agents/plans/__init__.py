"""Plans as data: nodes with typed references between them, held against what there is before they start."""

from interlock_agents.plans.arguments import as_arguments
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.deciding import objections_of
from interlock_agents.plans.inputs import bound
from interlock_agents.plans.model_planner import ModelPlanner
from interlock_agents.plans.outcomes import Done, Failed, Open, Outcome
from interlock_agents.plans.plain import plan_to_plain
from interlock_agents.plans.plan import Node, NodeBudget, Plan
from interlock_agents.plans.planning import PlanCall, Planner, as_planner, finished
from interlock_agents.plans.reading import PlanSource, read_plan
from interlock_agents.plans.references import BadReference, Reference, ReferenceFailed, filled, references
from interlock_agents.plans.revising import Changes, Facts, changes, revised
from interlock_agents.plans.scheduling import Due, Schedule, schedule
from interlock_agents.plans.schemas import misfits
from interlock_agents.plans.validating import Known, PlanTool, validate
from interlock_agents.plans.values import INLINE, ValueTooLarge, alike, copied, decoded, encoded

__all__ = [
    "INLINE",
    "BadReference",
    "Changes",
    "Complaint",
    "Done",
    "Due",
    "Facts",
    "Failed",
    "Known",
    "ModelPlanner",
    "Node",
    "NodeBudget",
    "Open",
    "Outcome",
    "Plan",
    "PlanCall",
    "PlanError",
    "PlanSource",
    "PlanTool",
    "Planner",
    "Reference",
    "ReferenceFailed",
    "Schedule",
    "ValueTooLarge",
    "alike",
    "as_arguments",
    "as_planner",
    "bound",
    "changes",
    "copied",
    "decoded",
    "encoded",
    "filled",
    "finished",
    "misfits",
    "objections_of",
    "plan_to_plain",
    "read_plan",
    "references",
    "revised",
    "schedule",
    "validate",
]
