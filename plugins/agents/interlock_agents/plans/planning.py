"""Who makes plans: a model, a function of yours, or whoever wrote one down."""

import inspect
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from interlock import Response
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.plan import Plan
from interlock_agents.plans.reading import PlanSource, read_plan
from interlock_agents.plans.revising import Facts, revised
from interlock_agents.plans.validating import Known

__all__ = ["Asking", "PlanCall", "Planner", "as_planner", "finished"]

Asking: TypeAlias = Callable[..., Awaitable[Response]]
"""Asks a model: what `Router.complete` takes and gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCall:
    """What a planner is asked for: a first plan, or, with `plan`, its next version.

    Attributes:
        goal: what is wanted, in the words of whoever wants it.
        known: what the plan is held against, the tools among them.
        inputs: by name, the JSON schema of what the plan is given.
        given: by name, the values of the inputs, as far as a planner may see them.
        plan: the version so far; None for the first.
        facts: what has happened of it.
        values: by id, what is done.
        failed: by id, why it has failed.
        notes: what else there is to know, in sentences: that a budget is nearly spent, say.
        ask: what a planner asks models by, which counts and keeps each call; None for its own router.
        run, step: what the calls belong to.
    """

    goal: str
    known: Known = field(default_factory=Known)
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan | None = None
    facts: Facts = field(default_factory=Facts)
    values: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ask: Asking | None = None
    run: str | None = None
    step: str | None = None


@runtime_checkable
class Planner(Protocol):
    """Makes plans, and later versions of them."""

    async def plan(self, call: PlanCall) -> Plan:
        """A plan for the goal, valid as `finished` has it.

        Raises:
            PlanError: there is none.
        """
        ...


Planning: TypeAlias = Callable[[PlanCall], PlanSource | Awaitable[PlanSource]]


def finished(source: PlanSource, call: PlanCall) -> Plan:
    """What a planner came up with as the plan that was asked for: the first, or the next version.

    Raises:
        PlanError: it is no valid one.
    """
    if call.plan is None:
        return read_plan(source, call.known)
    return revised(call.plan, call.facts, source, call.known)


def as_planner(value: "Planner | Planning | PlanSource") -> Planner:
    """A planner out of one, of a function of a `PlanCall`, which may be asynchronous, or of a plan."""
    if isinstance(value, str | os.PathLike | Mapping | Plan):
        return _Written(value)
    return value if isinstance(value, Planner) else _Calling(value)


@dataclass(frozen=True, slots=True)
class _Written:
    source: PlanSource

    async def plan(self, call: PlanCall) -> Plan:
        if call.plan is not None:
            message = "this plan was written down, and nobody is there to make another one"
            raise PlanError([Complaint(message=message)])
        return finished(self.source, call)


@dataclass(frozen=True, slots=True)
class _Calling:
    function: Planning

    async def plan(self, call: PlanCall) -> Plan:
        found = self.function(call)
        return finished(await found if inspect.isawaitable(found) else found, call)
