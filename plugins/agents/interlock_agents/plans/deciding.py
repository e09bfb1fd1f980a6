"""Whether anybody may be asked what a node asks, by the router that would be asked."""

from collections.abc import Callable
from typing import Any, Final

from interlock import Request, Router
from interlock_agents.plans.plan import Node

__all__ = ["objections_of"]

_SHOWN: Final = 3


def objections_of(router: Router) -> Callable[[Node], str | None]:
    """For `Known.objection`: why no deployment may do what a node asks of a model, by its constraints.

    Nothing is sent. That a deployment is down or lacks its key now is no reason.
    """

    def objection(node: Node) -> str | None:
        rules: dict[str, Any] = {"constraints": node.constraints, "settings": node.settings}
        asked = Request(node.prompt or "-", task=node.task, model=node.model, ensemble=node.ensemble, **rules)
        if router.decide(asked).shortlist:
            return None
        denied = {
            name: each.why
            for name, each in router.permissions(asked).deployments.items()
            if each.verdict == "denied"
        }
        if len(denied) < len(router.deployments):
            return None
        shown = "; ".join(f"{name}: {why}" for name, why in [*denied.items()][:_SHOWN])
        more = len(denied) - _SHOWN
        return f"no deployment may do this: {shown}{f'; and {more} more' if more > 0 else ''}"

    return objection
