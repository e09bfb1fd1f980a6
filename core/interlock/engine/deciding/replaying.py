"""Recorded decisions made again by another configuration: what would have changed, and at what cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from interlock.engine.deciding.decide import Decider
from interlock.engine.deciding.replay_state import ReplayState
from interlock.errors import RequestError
from interlock.records.costs import cost_of
from interlock.types.decisions import Decision
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord, Record

# Roles of attempts that were not for the answer itself.
_ASIDE = ("classifier", "guardrail", "arbiter")
Change = Literal["same", "behind", "moved", "excluded", "allowed", "unknown"]
"""What became of a decision.

    same        the same decision, to the word
    behind      the same deployment first; what stands behind it, or why, differs
    moved       another deployment first
    excluded    nothing may serve the request any more
    allowed     something may serve it, and nothing might before
    unknown     it cannot be made again, as `Replay.why` says
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A record beside what another configuration decides.

    Attributes:
        now: the decision that would be made; None when `change` is unknown.
        first_then, first_now: the deployment that leads the shortlist.
        why: in words, why what led does so no more, or why nothing can be said.
        cost_then, cost_now: US dollars of the call, and of its tokens with the deployment that would lead;
            None when a price, the tokens or the answer is missing.
        unchecked: rules that read the prompt, and so could not be asked about deployments that are new.
    """

    record: Record
    change: Change
    now: Decision | None = None
    why: str = ""
    cost_then: float | None = None
    cost_now: float | None = None
    unchecked: frozenset[str] = frozenset()

    @property
    def first_then(self) -> str | None:
        return _first(self.record.decision)

    @property
    def first_now(self) -> str | None:
        return None if self.now is None else _first(self.now)


def replay(record: Record, decider: Decider, deployments: Mapping[str, Deployment]) -> Replay:
    """What `decider` makes of a recorded request. Nobody is called, and nothing is classified again."""
    then, facts = record.decision, record.decision.facts
    if facts is None:
        return Replay(record=record, change="unknown", why="the record does not say what was asked for")
    try:
        replayed = ReplayState(then, facts)
        now = decider.redecide(then, facts, replayed)
    except RequestError as error:
        return Replay(record=record, change="unknown", why=str(error))
    except ValueError:
        return Replay(record=record, change="unknown", why="the record was written by a later version")
    change = _change(then, now)
    return Replay(
        record=record,
        change=change,
        now=now,
        why="" if change in ("same", "behind") else _why(then, now, deployments),
        cost_then=record.cost,
        cost_now=_cost(record, now, deployments),
        unchecked=frozenset(replayed.unchecked),
    )


def _first(decision: Decision) -> str | None:
    return decision.shortlist[0].deployment if decision.shortlist else None


def _change(then: Decision, now: Decision) -> Change:
    if then == now:
        return "same"
    before, after = _first(then), _first(now)
    if before == after:
        return "behind"
    if after is None:
        return "excluded"
    return "allowed" if before is None else "moved"


def _why(then: Decision, now: Decision, deployments: Mapping[str, Deployment]) -> str:
    before, after = _first(then), _first(now)
    if before is not None and before in now.excluded:
        return f"{before}: {now.excluded[before]}"
    if before is not None and before not in deployments:
        return f"{before} is no deployment of this configuration"
    if after is not None:
        return f"{after}: {'; '.join(now.shortlist[0].reasons)}"
    return "no deployment may serve it"


def _cost(record: Record, now: Decision, deployments: Mapping[str, Deployment]) -> float | None:
    """The same attempts at this configuration's prices, or the answer's tokens with whoever leads instead."""
    leader = _first(now)
    if leader is None or leader not in deployments:
        return None
    # An ensemble asks its members, whoever leads.
    if record.ensemble is not None or leader in (_first(record.decision), record.deployment):
        return _sum(_repriced(attempt, deployments) for attempt in record.attempts)
    answers = [each for each in record.attempts if each.outcome == "answer" and each.role not in _ASIDE]
    if not answers:
        return None
    deployment = deployments[leader]
    return _sum(
        [
            cost_of(replace(answers[-1].usage, cost=None), deployment.rates),
            *(each.cost for each in record.attempts if each.role in _ASIDE),
        ]
    )


def _repriced(attempt: AttemptRecord, deployments: Mapping[str, Deployment]) -> float | None:
    deployment = deployments.get(attempt.deployment)
    if deployment is None or attempt.substituted or attempt.cost in (None, 0.0):
        return attempt.cost
    return cost_of(attempt.usage, deployment.rates)


def _sum(costs: Iterable[float | None]) -> float | None:
    found = list(costs)
    known = [cost for cost in found if cost is not None]
    return sum(known) if len(known) == len(found) else None


@dataclass(slots=True, kw_only=True)
class CostTally:
    """Calls whose cost is known both ways, and what they add up to, in US dollars."""

    calls: int = 0
    then: float = 0.0
    now: float = 0.0

    def add(self, one: Replay) -> None:
        if one.cost_then is not None and one.cost_now is not None:
            self.calls += 1
            self.then += one.cost_then
            self.now += one.cost_now


Moves = dict[tuple[str | None, str | None], int]
"""How often one leads now where another did; None stands for nobody."""


@dataclass(slots=True, kw_only=True)
class TaskTally:
    """The same of one task's calls."""

    calls: int = 0
    moves: Moves = field(default_factory=dict)
    costs: CostTally = field(default_factory=CostTally)

    @property
    def moved(self) -> int:
        return sum(self.moves.values())


@dataclass(slots=True, kw_only=True)
class Tally:
    """Replays counted, one after another: any number of them in the same little space.

    `examples` keeps the first of each move. A task's calls are those that can be replayed.
    `left_out` counts calls of evaluations.
    """

    changes: dict[Change, int] = field(default_factory=dict)
    moves: Moves = field(default_factory=dict)
    tasks: dict[str, TaskTally] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    costs: CostTally = field(default_factory=CostTally)
    unchecked: set[str] = field(default_factory=set)
    examples: list[Replay] = field(default_factory=list)
    left_out: int = 0

    @property
    def total(self) -> int:
        return sum(self.changes.values())

    def add(self, one: Replay) -> None:
        self.changes[one.change] = self.changes.get(one.change, 0) + 1
        self.unchecked |= one.unchecked
        self.costs.add(one)
        if one.change == "unknown":
            self.unknown[one.why] = self.unknown.get(one.why, 0) + 1
            return
        of_task = self.tasks.setdefault(one.record.decision.task, TaskTally())
        of_task.calls += 1
        of_task.costs.add(one)
        if one.change not in ("same", "behind"):
            move = (one.first_then, one.first_now)
            if move not in self.moves:
                self.examples.append(one)
            self.moves[move] = self.moves.get(move, 0) + 1
            of_task.moves[move] = of_task.moves.get(move, 0) + 1
