"""A plan as plain values, the same that `read_plan` takes: what is kept of it, and shown to a planner."""

from typing import Any

from interlock_agents.plans.plan import Node, Plan

__all__ = ["plan_to_plain"]

_BLANK = Node(id="", do="tool")


def plan_to_plain(plan: Plan) -> dict[str, Any]:
    """A mapping with the keys of a plan's file; what has its default is left out."""
    plain: dict[str, Any] = {"goal": plan.goal} if plan.goal else {}
    if plan.inputs:
        plain["inputs"] = {name: dict(schema) for name, schema in plan.inputs.items()}
    plain["nodes"] = [node_to_plain(node) for node in plan.nodes]
    if plan.version != 1:
        plain["version"] = plan.version
    if plan.retired:
        plain["retired"] = sorted(plan.retired)
    return plain


def node_to_plain(node: Node) -> dict[str, Any]:
    """A mapping with the keys of a node."""
    plain: dict[str, Any] = {"id": node.id, "do": node.do}
    for key in ("tool", "prompt", "ask", "each", "task", "model", "ensemble", "compensates", "out", "effect"):
        if (value := getattr(node, key)) != getattr(_BLANK, key):
            plain[key] = value
    for key, held in (("with", node.with_), ("constraints", node.constraints), ("settings", node.settings)):
        if held:
            plain[key] = dict(held)
    for key in ("after", "alternatives", "tools"):
        if names := getattr(node, key):
            plain[key] = list(names)
    budget = {key: getattr(node.budget, key) for key in ("usd", "tokens", "seconds")}
    if any(value is not None for value in budget.values()):
        plain["budget"] = {key: value for key, value in budget.items() if value is not None}
    if node.tries != _BLANK.tries:
        plain["tries"] = node.tries
    if node.optional:
        plain["optional"] = True
    if node.node is not None:
        plain["node"] = node_to_plain(node.node)
    if node.nodes:
        plain["nodes"] = [node_to_plain(each) for each in node.nodes]
    return plain
