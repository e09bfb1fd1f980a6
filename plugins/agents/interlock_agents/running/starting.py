"""What a run begins with: its plan, held against what there is."""

from collections.abc import Mapping
from typing import Any

from interlock import RequestError, Router
from interlock.toolbox import Toolbox
from interlock_agents.plans import Node, Plan, PlanSource
from interlock_agents.plans.plan import EVERY
from interlock_agents.plans.reading import unchecked
from interlock_agents.plans.validating import check
from interlock_agents.running.options import RunOptions
from interlock_agents.running.planning import known_of

MAIN = "main"
"""The one node of a run that has a goal and no plan."""


async def plan_of(
    goal: str, plan: PlanSource | None, options: RunOptions, *, router: Router, toolbox: Toolbox
) -> Plan:
    """The plan, checked; without one, a model is given the goal and every tool.

    Raises:
        PlanError: it cannot be used.
        RequestError: there is neither a goal nor a plan.
    """
    if plan is None and not goal.strip():
        raise RequestError("there is neither a goal nor a plan", key="goal")
    if plan is None:
        # A program says what it likes; a model that is told no form says it in words.
        out: Mapping[str, Any] | None = {} if options.drive == "policy" else None
        node = Node(id=MAIN, do="model", prompt="${inputs.goal}", tools=(EVERY,), out=out)
        plan = Plan(nodes=(node,), goal=goal, inputs={"goal": {"type": "string"}})
    found = unchecked(plan)
    known = await known_of(router, toolbox, options.budget, plan=found.plan)
    check(found.plan, known, source=found.source, complaints=found.complaints, unread=found.unread)
    return found.plan
