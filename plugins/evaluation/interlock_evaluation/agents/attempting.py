"""One attempt: a world is opened, an agent works on the goal in it, and what came of it is looked at."""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from interlock import Constraints, InterlockError, RequestError, Router
from interlock_evaluation.agents.attempt import (
    OUT_OF_STEPS,
    AgentRun,
    Attempt,
    AttemptKey,
    Checked,
    Outcome,
)
from interlock_evaluation.agents.checking import answered, looked_at
from interlock_evaluation.agents.effects import counted, is_applied
from interlock_evaluation.agents.opening import BY, Faults, World, WorldFailed, opened
from interlock_evaluation.agents.suite import Suite, Task
from interlock_evaluation.runs.run import UNMEASURED

if TYPE_CHECKING:
    from interlock_agents import Agent, Effect, Plan, Run
    from interlock_evaluation.agents.acting import Stage

_NODE: Final = "main"
_ROUNDS: Final = 200  # times that somebody is asked for consent, or what became of an effect


class Attempting:
    """Makes attempts, each in a world of its own, with the ledger in one database.

    Args:
        router: has the models.
        ledgers: the URL of the agents' store.
        constraints: the user's own, which hold for worlds, too.
    """

    def __init__(self, router: Router, ledgers: str, *, constraints: Constraints) -> None:
        self._router, self._ledgers, self._constraints = router, ledgers, constraints

    async def attempt(
        self, run: AgentRun, suite: Suite, task: Task, key: AttemptKey, *, begun: int, dollars: float
    ) -> Attempt:
        """What came of it. Raises StoreError where the ledger cannot be written."""
        faults = Faults(share=run.faults, seed=run.seed) if run.faults else None
        try:
            async with opened(
                suite, task, constraints=self._constraints, repeat=key.repeat, faults=faults
            ) as world:
                found = await self._made(run, world, task, key, dollars)
        except WorldFailed as error:
            found = Attempt(
                key=key, begun=begun, outcome="unmeasured", error="WorldFailed", why=error.message
            )
        return replace(found, begun=begun, at=time())

    async def _made(
        self, run: AgentRun, world: World, task: Task, key: AttemptKey, dollars: float
    ) -> Attempt:
        from interlock_agents import Agent  # noqa: PLC0415 - loads SQLAlchemy
        from interlock_evaluation.agents.acting import Stage  # noqa: PLC0415 - likewise

        stage = Stage(self._router, world)
        name = f"{task.id}.{uuid4().hex[:12]}"
        start = monotonic()
        async with Agent(
            stage,
            store=self._ledgers,
            name="evaluated",
            limit=task.steps,
            max_tokens=run.max_tokens,
            budget={"usd": dollars},
            stuck="fail",
            unpriced="allow",
            on_event=stage.heard,
        ) as agent:
            person = _Person(agent, world, consent=run.consent)
            try:
                plan = _plan_of(task, key.model, world)
                ended = await agent.run(task.goal, plan=plan, inputs={"goal": task.goal}, run=name)
                ended = await person.attend(ended)
            except RequestError as error:  # such as a model that there is not
                return Attempt(
                    key=key, begun=0, outcome="unmeasured", error=type(error).__name__, why=str(error)
                )
            seconds = monotonic() - start
            effects = await agent.ledger.effects(ended.id)
        checks = [*await looked_at(world, task), *answered(task, ended.value), *_kept_off(task, stage, world)]
        outcome, failure = _outcome(ended, checks, stage)
        return Attempt(
            key=key,
            begun=0,
            outcome=outcome,
            state=_state(ended),
            why=_why(ended),
            error=failure,
            answer=ended.value,
            checks=checks,
            calls=tuple(stage.calls),
            effects=counted(effects, world.applied(), world.own),
            steps=ended.calls,
            tokens=stage.tokens,
            cost=ended.spent.usd if self._is_priced(key.model) else None,
            seconds=seconds,
            consents=person.consents,
            looked=person.looked,
        )

    def _is_priced(self, model: str) -> bool:
        meant = [each for each in self._router.deployments.values() if model in (each.id, each.model)]
        return bool(meant) and all(each.rates is not None for each in meant)


class _Person:
    """Answers what a run waits for, as far as a person could who sees the world alone."""

    def __init__(self, agent: "Agent", world: World, *, consent: str) -> None:
        self._agent, self._world, self._consent = agent, world, consent
        self.consents = self.looked = 0

    async def attend(self, run: "Run") -> "Run":
        """The run as it ends, or where nobody can help it."""
        for _ in range(_ROUNDS):
            if run.state != "needs_person":
                return run
            helped = [await self._helped(run, each) for each in run.waiting_for]
            if not any(helped):
                return run
            run = await self._agent.resume(run.id)
        return run

    async def _helped(self, run: "Run", waiting: Any) -> bool:
        if waiting.kind == "approval":
            self.consents += 1
            if self._consent == "grant":
                await self._agent.approve(waiting.id, by=BY)
            else:
                await self._agent.deny(waiting.id, by=BY, why="nobody agrees in this evaluation")
            return True
        if waiting.kind != "effect":
            return False
        applied = self._world.applied()
        effects = {each.id: each for each in await self._agent.ledger.effects(run.id)}
        effect: Effect | None = effects.get(waiting.id)
        if applied is None or effect is None:
            return False
        self.looked += 1
        decision = "confirmed" if is_applied(effect, applied, self._world.own) else "failed"
        try:
            await self._agent.decide(effect.id, decision, by=BY, evidence="what the world has applied")  # type: ignore[arg-type]  # one of two
        except InterlockError:
            return False  # it may still happen, and nobody waits for that
        return True


def _plan_of(task: Task, model: str, world: World) -> "Plan":
    from interlock_agents import Node, Plan  # noqa: PLC0415 - loads SQLAlchemy

    node = Node(
        id=_NODE,
        do="model",
        prompt="${inputs.goal}",
        model=model,
        tools=tuple(world.offered(tool) for tool in task.tools) or ("*",),
        out=task.deliverable.schema,
        tries=1,
    )
    return Plan(nodes=(node,), goal=task.goal, inputs={"goal": {"type": "string"}})


def _outcome(run: "Run", checks: Sequence[Checked], stage: "Stage") -> tuple[Outcome, str | None]:
    if not run.done and stage.failed and run.state == "failed":
        last = stage.failed[-1]
        kinds = [each.error.kind for each in last.attempts if each.error is not None]
        kind = kinds[-1] if kinds else type(last).__name__
        # One that has answered before, and serves no more, has no room for what it has gathered.
        full = kind == "NoDeployment" and stage.answers > 0
        if not full and (kind in UNMEASURED or type(last).__name__ in UNMEASURED):
            return "unmeasured", kind
        return "incomplete", kind
    return ("complete" if run.done and all(each.passed for each in checks) else "incomplete"), None


def _state(run: "Run") -> str:
    """How it ended; of one that waits for more calls, that those were over."""
    waits = {each.kind for each in run.waiting_for}
    return OUT_OF_STEPS if run.state == "needs_person" and waits == {"calls"} else run.state


def _kept_off(task: Task, stage: "Stage", world: World) -> list[Checked]:
    """One check for each tool that must not succeed."""
    used = {world.own.get(each.tool, each.tool) for each in stage.calls if each.done}
    return [
        Checked(name=f"without {tool}", passed=tool not in used, why="it was called" if tool in used else "")
        for tool in task.forbidden
    ]


def _why(run: "Run") -> str:
    """Why it did not end well, as its node says."""
    if run.done:
        return ""
    node = run.nodes.get(_NODE)
    return (node.why if node is not None and node.why else run.why)[:400]
