"""What is known of a run: how it stands, what its nodes have come to, what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock_agents.budgets import Amounts

RunState = Literal["running", "done", "needs_person", "failed", "over_budget", "cancelled"]
NodeState = Literal["pending", "running", "waiting", "done", "failed", "skipped"]
WaitsFor = Literal["question", "approval", "effect", "calls", "budget"]
"""question: an answer. approval: a person's consent to an effect. effect: what a person finds out of one of
which nobody knows whether it happened. calls: more calls than the limit. budget: more of a budget.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a run waits for.

    Attributes:
        node: who waits; empty for the run as a whole.
        id: of the approval or of the effect, if it is one; else of this.
        text: for a person: the question, or what they are to decide.
        next: what to do about it, in a sentence.
        since: seconds since the epoch.
    """

    node: str
    kind: WaitsFor
    id: str = ""
    text: str = ""
    next: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One way in which a node was begun: `rung` says how it differs from the one before, `why` what was wrong
    with that.
    """

    approach: int
    rung: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRun:
    """What a node of a run has come to.

    Attributes:
        why: of one that failed or was skipped: the reason; of one that waits: what for.
        tried: every way of doing it that was begun, in order.
        started, ended: seconds since the epoch.
    """

    id: str
    do: str
    state: NodeState
    why: str = ""
    tried: tuple[Tried, ...] = ()
    started: float | None = None
    ended: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEffect:
    """An effect of which nobody knows yet whether it has happened: its id, its tool, `sent` or `unknown`."""

    id: str
    tool: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it stands.

    Attributes:
        state: `running` also of one whose process has gone: `resume` goes on with it.
        why: of one that did not end well: the reason, and the next step.
        nodes: by id, in the order of the plan; those of maps are among them, as `node[0]`.
        values: what the nodes that are done have given, by id, with their types.
        spent: what its calls have cost so far, `calls` among it; `held` is what calls under way may cost.
        limit: how many calls of models and tools it may make in all.
        effects: those of which nobody knows yet whether they have happened.
        plan_version: how often it was planned.
        warning: what is running out.
        by_policy: whether a policy drives it, which is given again to go on.
        created: seconds since the epoch.
        updated: the same, of its last change: seconds since the epoch.
    """

    id: str
    goal: str
    state: RunState
    why: str = ""
    nodes: Mapping[str, NodeRun] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    spent: Amounts = field(default_factory=Amounts)
    held: Amounts = field(default_factory=Amounts)
    limit: int = 50
    effects: tuple[OpenEffect, ...] = ()
    waiting_for: tuple[Waiting, ...] = ()
    plan_version: int = 1
    warning: str = ""
    by_policy: bool = False
    created: float = 0.0
    updated: float = 0.0

    @property
    def done(self) -> bool:
        """Whether everything was done."""
        return self.state == "done"

    @property
    def calls(self) -> int:
        """Calls of models and tools so far, those of earlier processes included."""
        return self.spent.calls + self.held.calls

    @property
    def value(self) -> Any:
        """What its last node has given; None where that is not done."""
        last = next(reversed([name for name in self.nodes if "[" not in name]), "")
        return self.values.get(last)
