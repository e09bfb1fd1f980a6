"""What the strands of a run work with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock import Constraints, Router
from interlock.protocols import DurableLog
from interlock.toolbox import Toolbox
from interlock_agents.approvals import Requests
from interlock_agents.budgets import Amounts
from interlock_agents.engines import Strand
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.memory import Memory
from interlock_agents.places import Place
from interlock_agents.plans import Node
from interlock_agents.running.events import Events
from interlock_agents.running.ladder import Approach
from interlock_agents.running.policies import Policy
from interlock_agents.running.purse import Limits, Purse
from interlock_agents.running.slots import Slots
from interlock_agents.running.tracing import RunTraces
from interlock_agents.store import Store

Summaries = Literal["cut", "model"]
Verifier = Callable[[str, Any], str | Awaitable[str | None] | None]
"""Given a node's id and its value, says in a sentence what is wrong with it; None where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an agent is made of, as its runs use it."""

    router: Router
    store: Store
    memory: Memory
    purse: Purse
    ledger: Ledger
    requests: Requests
    events: Events
    traces: RunTraces
    log: DurableLog | None
    verify: Verifier | None
    sleep: Callable[[float], Awaitable[None]]
    clock: Callable[[], float]
    asks_when_stuck: bool
    unpriced: bool
    summaries: Summaries
    shown: int
    most_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What does not change in a run while it is executed.

    Attributes:
        life: how often it was begun again after it had ended.
        toolbox: the tools that its constraints allow.
        tightened: the same under constraints of a node's own, which tighten them.
        policy: what drives its model nodes; None where models do.
        slots: how many calls may be under way at once.
    """

    id: str
    life: int
    goal: str
    inputs: Mapping[str, Any]
    constraints: Constraints
    limit: int
    budget: Amounts
    toolbox: "Toolbox"
    tightened: "Callable[[Mapping[str, Any]], Toolbox]"
    policy: Policy | None
    slots: Slots


@dataclass(slots=True, kw_only=True)
class Scene:
    """A node at work in one way of doing it.

    Attributes:
        id: the node's, with the places of items in maps: `orders[3]`.
        node: as the plan has it.
        scope: what its references refer to.
        seq: the number of the next call.
    """

    run: RunFacts
    id: str
    node: Node
    approach: Approach
    strand: Strand
    scope: Mapping[str, Any] = field(repr=False)
    seq: int = 0

    def place(self) -> Place:
        """The place of the next call."""
        found = Place(run=self.run.id, node=self.id, approach=self.approach.number, seq=self.seq)
        self.seq += 1
        return found

    @property
    def toolbox(self) -> Toolbox:
        """The tools that it may call: the run's constraints allow them, and its own."""
        return self.run.tightened(self.node.constraints)

    @property
    def payers(self) -> Limits:
        """Who pays for what it does: the run, and the node where it has a budget of its own."""
        limits = limits_of(self.node)
        own = {f"{self.run.id}/{self.id}": limits} if any(limits.values()) else {}
        return {self.run.id: None, **own}


def limits_of(node: Node) -> dict[str, float | None]:
    """The limits of a node's own budget."""
    budget = node.budget
    return {"usd": budget.usd, "tokens": budget.tokens, "seconds": budget.seconds}


def beside(id: str, name: str) -> str:  # noqa: A002 - as it is called everywhere
    """The id of the node that a reference in the node `id` means: one in the same item of a map, where it is
    in one.
    """
    return f"{id.rpartition('.')[0]}.{name}" if "." in id else name
