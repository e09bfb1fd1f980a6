"""Agent: the public verbs."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from uuid import uuid4

from interlock import Constraints, RequestError, Router
from interlock.types.names import nearest
from interlock_agents.approvals import ApprovalRules, Notifier, Requests
from interlock_agents.budgets import Amounts
from interlock_agents.engines import DurableEngine, EngineCall, EngineKind, open_engine
from interlock_agents.ledger import Effect
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.ledger.reconciling import Reconciled
from interlock_agents.ledger.transitions import Decided
from interlock_agents.memory import Memory
from interlock_agents.plans import (
    Plan,
    PlanCall,
    Planner,
    PlanSource,
    as_planner,
    bound,
    misfits,
)
from interlock_agents.running.beginning import Beginning, fit, inputs_for, place_asked
from interlock_agents.running.events import AgentEvent, Events
from interlock_agents.running.executing import Executing
from interlock_agents.running.keeping import Runs
from interlock_agents.running.looking_after import looked_after
from interlock_agents.running.options import Drive, RunOptions, amounts_of, constraints_of
from interlock_agents.running.parts import Parts, Summaries, Verifier
from interlock_agents.running.planning import Planning
from interlock_agents.running.policies import PolicyLike, as_policy
from interlock_agents.running.pricing import check_plan
from interlock_agents.running.program import AgentProgram
from interlock_agents.running.purse import Purse
from interlock_agents.running.showing import Showing
from interlock_agents.running.starting import plan_of
from interlock_agents.running.state import Run, RunState
from interlock_agents.running.tracing import RunTraces
from interlock_agents.running.without_loop import WithoutLoop
from interlock_agents.store import DEFAULT, Store

T = TypeVar("T")
LIMIT = 50
_MANY = 1000


class Agent(WithoutLoop):
    """Runs plans and goals with the models and the tools of a router. Several processes may share its store.

    Use it on one event loop, and close it; as an asynchronous context manager it does so itself. It does no
    I/O before it is asked.

    Args:
        router: has the models and the connectors; it is not closed with the agent.
        store: where runs are kept: `sqlite:///…` or `postgresql://…`.
        folder: where a relative path in the store's URL begins.
        engine: what executes runs: a URL or a kind; by default, the journal in the store.
        planner: makes a plan of a goal, and another one when a node has failed; as `as_planner` takes it.
        policy: does the model nodes in a model's place.
        budget: what a run may cost, as `usd`, `tokens`, `seconds`; nothing for no limit.
        limit: how many calls of models and tools a run may make.
        constraints: for every call of every run; the configured ones are tightened by them.
        verify: looks at what model nodes give.
        approvals: how long requests for consent and their grants last, and who has to agree.
        notifiers: told of each request for consent.
        stuck: whether a person is asked for the value of a node for which nothing is left to be tried, or it
            fails. The rest of the run goes on either way.
        unpriced: whether a budget in dollars refuses models that have no price, or counts them as free.
        parallel: how many calls of a run are under way at once.
        summaries: how a value that is too long for a prompt is shortened.
        shown: characters of a value that a prompt may hold.
        max_tokens: that a model may answer with, where its node does not say; fewer, where no model that may
            be asked has the room.
        lease: seconds for which nobody else takes up an effect that is worked on; longer than tools take.
        name: the agent's, in traces.
        on_event: called with everything that happens in runs that are executed here.
        clock: seconds since the epoch.
        sleep: waits for so many seconds.

    Attributes:
        memory: what nodes have given.
        ledger: the effects of its runs.
        requests: what waits for people's consent.

    Raises:
        StoreError: the URL of the store cannot be used.
        RequestError: `limit` or `parallel` is below 1, or a budget or a constraint is none that can be.
    """

    def __init__(
        self,
        router: Router,
        *,
        store: str = DEFAULT,
        folder: Path | None = None,
        engine: "str | EngineKind | None" = None,
        planner: Planner | Callable[[PlanCall], PlanSource | Awaitable[PlanSource]] | None = None,
        policy: PolicyLike | None = None,
        budget: "Amounts | Mapping[str, float] | None" = None,
        limit: int = LIMIT,
        constraints: Constraints | Mapping[str, Any] | None = None,
        verify: Verifier | None = None,
        approvals: ApprovalRules | None = None,
        notifiers: Sequence[Notifier] = (),
        stuck: Literal["fail", "ask"] = "ask",
        unpriced: Literal["refuse", "allow"] = "refuse",
        parallel: int = 16,
        summaries: Summaries = "cut",
        shown: int = 20_000,
        max_tokens: int = 4096,
        lease: float = 30.0,
        name: str = "interlock",
        on_event: Callable[[AgentEvent], object] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if limit < 1 or parallel < 1:
            raise RequestError("expected at least one call", key="limit" if limit < 1 else "parallel")
        self.router = router
        self._url, self._folder = store, folder or Path()
        self._kind = engine
        self._defaults = RunOptions(
            limit=limit,
            budget=amounts_of(budget),
            constraints=constraints_of(constraints),
        )
        self._policy = None if policy is None else as_policy(policy)
        self._plans = planner is not None
        self._unpriced = unpriced == "allow"
        self._clock = clock
        self._store = Store.open(store, self._folder, clock=clock)
        self.memory = Memory(self._store, clock=clock)
        self.requests: Requests = Requests(
            store=self._store, rules=approvals or ApprovalRules(), log=router.log, notifiers=tuple(notifiers)
        )
        self.ledger = Ledger(
            self._store, owner=name, lease=lease, log=router.log, consume=self.requests.consume
        )
        self._events = Events(on_event, clock)
        parts = Parts(
            router=router,
            store=self._store,
            memory=self.memory,
            purse=Purse(self._store),
            ledger=self.ledger,
            requests=self.requests,
            events=self._events,
            traces=RunTraces(name),
            log=router.log,
            verify=verify,
            sleep=sleep,
            clock=clock,
            asks_when_stuck=stuck == "ask",
            unpriced=unpriced == "allow",
            summaries=summaries,
            shown=shown,
            most_tokens=max_tokens,
        )
        self._runs = Runs(self._store, self.memory, clock)
        self._beginning = Beginning(self._store, self._runs, clock)
        self._showing = Showing(self._store, self.memory, self.ledger)
        self._executing = Executing(parts, self._showing, policy=self._policy, parallel=parallel)
        planning = Planning(parts, self._runs, None if planner is None else as_planner(planner))
        self._program = AgentProgram(parts, self._runs, planning, self._executing.facts_of)
        self._engine: DurableEngine | None = None

    async def run(
        self,
        goal: "str | PlanSource" = "",
        *,
        plan: PlanSource | None = None,
        inputs: Mapping[str, Any] | None = None,
        run: str | None = None,
        policy: PolicyLike | None = None,
        budget: "Amounts | Mapping[str, float] | None" = None,
        limit: int | None = None,
        constraints: Constraints | Mapping[str, Any] | None = None,
    ) -> Run:
        """Work on a goal or a plan until it is done, or can go no further. A run that is there goes on.

        Args:
            goal: what is to be done, in words; or a plan, where it is no text.
            plan: the plan, or the path of its file. Without one, the planner makes it; without a planner, a
                model, or the policy, is given the goal and every tool.
            inputs: what the plan is given.
            run: the id; the same one again is the same run, whatever else is asked for.
            policy: does its model nodes; so that it can be resumed, it has to be given again then.
            budget: in place of the agent's own.
            limit: how many calls it may make, in place of the agent's own.
            constraints: tighten the agent's own.

        Raises:
            PlanError: the plan cannot be used, with everything that is wrong with it.
            RequestError: an argument cannot be used.
            StoreError: what has to be kept could not be.
        """
        chosen = None if policy is None else as_policy(policy)
        begun = await self.begin(
            goal,
            plan=plan,
            inputs=inputs,
            run=run,
            budget=budget,
            limit=limit,
            constraints=constraints,
            by_policy=chosen is not None,
        )
        return await self.resume(begun, policy=chosen)

    async def begin(
        self,
        goal: "str | PlanSource" = "",
        *,
        plan: PlanSource | None = None,
        inputs: Mapping[str, Any] | None = None,
        run: str | None = None,
        budget: "Amounts | Mapping[str, float] | None" = None,
        limit: int | None = None,
        constraints: Constraints | Mapping[str, Any] | None = None,
        by_policy: bool = False,
    ) -> str:
        """Write a run and its plan down, for whoever resumes it, and do nothing else: its id.

        Arguments and errors are those of `run`; `by_policy` says that a policy is to drive it.
        """
        if not isinstance(goal, str):
            goal, plan = "", goal
        run = fit(run) if run is not None else uuid4().hex[:12]
        drive: Drive = "policy" if by_policy or self._policy else "models"
        options = RunOptions(
            drive=drive,
            limit=self._defaults.limit if limit is None else limit,
            budget=self._defaults.budget if budget is None else amounts_of(budget),
            constraints=self._defaults.constraints.tightened(constraints_of(constraints)),
        )
        if await self._beginning.read(run) is None:
            made = await self._plan(goal, plan, options)
            given = dict(inputs or {}) if made is None else bound(made, inputs_for(made, goal, inputs))
            await self._beginning.begin(
                run, goal or ("" if made is None else made.goal), made, given, options
            )
        return run

    async def resume(
        self,
        run: str,
        *,
        policy: PolicyLike | None = None,
        limit: int | None = None,
        budget: "Amounts | Mapping[str, float] | None" = None,
    ) -> Run:
        """Go on with a run, whichever process began it. What is done stays done; what has failed is tried
        anew, as another approach.

        Args:
            run: its id.
            policy: where one drives the run, and the agent has none.
            limit: how many calls it may make from now on, in all.
            budget: from now on, in all.

        Raises:
            RequestError: there is no such run, or it was cancelled.
            StoreError: what has to be kept could not be.
        """
        row = await self._beginning.known(run)
        if row["state"] == "cancelled":
            raise RequestError(f"{run} was cancelled", key="run")
        if row["state"] == "done":
            return await self.show(run)
        options = RunOptions.read(row["options"])
        if options.drive == "policy" and (policy or self._policy) is None:
            raise RequestError(f"{run} is driven by a policy; give it again", key="policy")
        if limit is not None or budget is not None:
            options = RunOptions(
                drive=options.drive,
                limit=options.limit if limit is None else limit,
                budget=options.budget if budget is None else amounts_of(budget),
                constraints=options.constraints,
            )
        await self._beginning.reopen(run, options, failed=row["state"] == "failed")
        return await self._executing.execute(
            self._engine_at_work(), run, None if policy is None else as_policy(policy)
        )

    async def answer(self, run: str, node: str, value: Any, *, by: str) -> Run:
        """Answer a node's question, or give a node that has failed its value. `resume` goes on with it.

        Args:
            run: its id.
            node: who asks, or has failed.
            value: JSON or bytes, of the type that the node's `out` says.
            by: who answers, as the authentication says.

        Raises:
            RequestError: there is no such run or node, it waits for no answer, or the value does not fit.
        """
        await self._beginning.known(run)
        found = await self.show(run)
        if node not in found.nodes:
            near = nearest(node, list(found.nodes))
            raise RequestError(f"{run} has no node {node!r}.", key="node", suggestion=near)
        schema = await self._beginning.gives(run, node)
        place = place_asked(found, node)
        person = found.nodes[node].do == "person"
        # Where one answer alone lets the plan go on, another one is an answer, too: it fails the node.
        form = {key: each for key, each in (schema or {}).items() if not (person and key == "const")}
        if schema is not None and (person or place is None) and (wrong := misfits(form, value)):
            path, why = wrong[0]
            raise RequestError(why, key=".".join(["value", *map(str, path)]))
        if place is None and found.nodes[node].state != "failed":
            raise RequestError(f"{node} waits for no answer: it is {found.nodes[node].state}", key="node")
        await self._beginning.answer(run, node, value, place=place, by=by)
        return await self.show(run)

    async def approve(self, id: str, *, by: str) -> None:  # noqa: A002 - as everywhere
        """Agree to the request with that id. `resume` goes on. Raises UnknownApproval and NotApprovable."""
        await self.requests.approve(id, by=by)

    async def deny(self, id: str, *, by: str, why: str = "") -> None:  # noqa: A002 - as everywhere
        """Refuse the request with that id. Raises as `approve` does."""
        await self.requests.deny(id, by=by, why=why)

    async def decide(self, effect: str, decision: Decided, *, by: str, evidence: str) -> Effect:
        """Say what has become of an effect of which nobody knows; see `Ledger.decide`."""
        return await self.ledger.decide(effect, decision, by=by, evidence=evidence)

    async def reconcile(self, run: str | None = None) -> Reconciled:
        """Find out what has come of effects that nobody works on; see `Ledger.reconcile`."""
        return await looked_after(
            run, ledger=self.ledger, beginning=self._beginning, router=self.router, usual=self._defaults
        )

    async def cancel(self, run: str) -> Run:
        """End a run for good. What was sent may still happen: see its `effects`. Raises RequestError."""
        await self._beginning.known(run)
        await self._beginning.cancel(run)
        self._executing.cancel(run)
        return await self.show(run)

    async def show(self, run: str) -> Run:
        """A run as it stands. Raises RequestError where there is none."""
        found = await self._showing.run(run)
        if found is None:
            raise await self._beginning.unknown(run)
        return found

    async def list(self, *, limit: int = 50, state: RunState | None = None) -> Sequence[Run]:
        """Runs, the one that changed last first: as many as `limit` says, how many at the most."""
        found = [await self._showing.run(run) for run in await self._beginning.newest(limit, state)]
        return [each for each in found if each is not None]

    def follow(self, run: str) -> AsyncIterator[AgentEvent]:
        """What happens in a run that is executed here, from now on until that ends."""
        return self._events.follow(run)

    async def unfinished(self) -> Sequence[str]:
        """Ids of runs that somebody has begun and nobody has ended: those whose process has gone, too."""
        return await self._beginning.newest(_MANY, "running")

    async def aclose(self) -> None:
        """Stop, and let go of the store. The router stays open."""
        if self._engine is not None:
            await self._engine.aclose()
            self._engine = None
        await self._store.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _engine_at_work(self) -> DurableEngine:
        if self._engine is None:
            kind = self._kind
            url = kind if isinstance(kind, str) else self._url
            call = EngineCall(url=url, folder=self._folder, program=self._program)
            self._engine = open_engine(call) if kind is None or isinstance(kind, str) else kind.open(call)
        return self._engine

    async def _plan(self, goal: str, plan: PlanSource | None, options: RunOptions) -> Plan | None:
        """The plan, checked; None where the planner is to make it."""
        if plan is None and self._plans and goal.strip() and options.drive == "models":
            return None
        toolbox = self.router.toolbox(constraints=options.constraints, grants=self.ledger.grants)
        made = await plan_of(goal, plan, options, router=self.router, toolbox=toolbox)
        if not self._unpriced and options.drive == "models":
            check_plan(self.router, made, options.constraints, usd=options.budget.usd)
        return made
