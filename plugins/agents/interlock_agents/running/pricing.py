"""Budgets in dollars, and deployments whose price nobody knows."""

from dataclasses import replace

from interlock import Constraints, InterlockError, Request, Router
from interlock_agents.errors import Unpriced
from interlock_agents.plans import Plan
from interlock_agents.plans.graph import walk


def check_prices(router: Router, request: Request) -> None:
    """Raise Unpriced where a deployment may answer the request that has no price."""
    for candidate in router.decide(replace(request)).shortlist:  # observers may do as they like with it
        if router.deployments[candidate.deployment].rates is None:
            raise Unpriced(candidate.deployment)


def check_plan(router: Router, plan: Plan, constraints: Constraints, *, usd: float) -> None:
    """Raise Unpriced for the first model node whose calls cannot be counted, though the run, or the node, has
    a budget in dollars.
    """
    for spot in walk(plan):
        node = spot.node
        if node.do != "model" or not (usd or node.budget.usd):
            continue
        asked = Request(
            node.prompt or "-",
            task=node.task,
            model=node.model,
            ensemble=node.ensemble,
            constraints=node.constraints,
            settings=node.settings,
        )
        try:
            check_prices(router, replace(asked, constraints=constraints.tightened(asked.constraints)))
        except Unpriced:
            raise
        except InterlockError:
            continue  # what is wrong with its request is told when the node is done
