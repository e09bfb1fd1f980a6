"""A planner that asks a model, and shows it what is wrong with its plans."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock import Constraints, Message, Request, Response, Router, Settings
from interlock.types.strict import loads
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.graph import walk
from interlock_agents.plans.plain import node_to_plain
from interlock_agents.plans.plan import Plan
from interlock_agents.plans.planner_prompt import OUTPUT, mending, messages
from interlock_agents.plans.planning import PlanCall, finished
from interlock_agents.plans.schemas import has_patterns

__all__ = ["ModelPlanner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlanner:
    """Asks a model of a router for the nodes of a plan.

    What is wrong with them is shown to it, and it may answer again. Goal, tools, inputs and what nodes gave
    stand in the prompt as data: nothing in them is an instruction.

    Attributes:
        router: whom it asks, unless a call has an `ask` of its own.
        repairs: how many times it may answer again.
        task: of the requests.
        model, constraints, settings: of the requests, as a router takes them.
    """

    router: Router
    repairs: int = 2
    task: str = "agentic_tool_use"
    model: str | None = None
    constraints: Constraints | Mapping[str, Any] = field(default_factory=Constraints)
    settings: Settings | Mapping[str, Any] = field(default_factory=Settings)

    async def plan(self, call: PlanCall) -> Plan:
        """A plan for the goal, or the next version of one.

        Raises:
            PlanError: the last answer is no valid plan.
            InterlockError: nobody could be asked.
        """
        ask = call.ask or self.router.complete
        asked = messages(call)
        left = self.repairs
        while True:
            response = await ask(self._request(call, asked))
            try:
                return _without_patterns(finished(_whole(_said(response), call), call), call)
            except PlanError as error:
                if left == 0:
                    raise
                left -= 1
                asked = [*asked, *mending(response.text, error)]

    def _request(self, call: PlanCall, asked: list[Message]) -> Request:
        return Request(
            asked,
            task=self.task,
            model=self.model,
            constraints=self.constraints,
            settings=self.settings,
            output=OUTPUT,
            run=call.run,
            step=call.step,
        )


def _said(response: Response) -> Any:
    """The answer's nodes; whoever keeps responses may not keep what was parsed of them."""
    found = response.parsed
    if found is None:
        try:
            found = loads(response.text)
        except (ValueError, RecursionError):
            found = None
    return found.get("nodes") if isinstance(found, dict) else None


def _whole(nodes: Any, call: PlanCall) -> dict[str, Any]:
    """The answer's nodes as a plan, with what has happened, which stays as it is whatever the answer says."""
    if not isinstance(nodes, list):
        message = 'a JSON object {"nodes": [...]} is expected'
        raise PlanError([Complaint(message=message)])
    if call.plan is None:
        return {"goal": call.goal, "inputs": dict(call.inputs), "nodes": nodes}
    facts = [node for node in call.plan.nodes if call.facts.fixed(node) is not None]
    names = {node.id for node in facts}
    left = [node for node in nodes if not (isinstance(node, dict) and str(node.get("id")) in names)]
    return {"nodes": [*map(node_to_plain, facts), *left]}


def _without_patterns(plan: Plan, call: PlanCall) -> Plan:
    """Raise PlanError for regular expressions of a model's: one that is made for it takes for ever."""
    before = {each.id for each in call.plan.nodes if call.facts.fixed(each)} if call.plan else set()
    found = [
        Complaint(path=f"{spot.path}.out", node=spot.node.id, message="a schema of a planner has no pattern")
        for spot in walk(plan)
        if spot.node.id not in before and spot.node.out is not None and has_patterns(dict(spot.node.out))
    ]
    if found:
        raise PlanError(found)
    return plan
