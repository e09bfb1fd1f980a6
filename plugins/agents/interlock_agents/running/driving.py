"""Who makes a node's moves: a model, or a policy in its place. A move is kept before it is made."""

from typing import Protocol

from interlock import InterlockError
from interlock_agents.budgets import Amounts
from interlock_agents.errors import OverBudget
from interlock_agents.plans import encoded, filled
from interlock_agents.running.diagnosing import Diagnosis
from interlock_agents.running.model_calls import ModelCalls, told
from interlock_agents.running.parts import Parts, Scene
from interlock_agents.running.plainly import Plain, call_to_plain
from interlock_agents.running.policies import Policy, PolicyCall, PolicyMove
from interlock_agents.running.schemas import output_of
from interlock_agents.running.talks import Talk
from interlock_agents.running.waiting import out_of, warn


class Driver(Protocol):
    """Makes moves: `calls`, a `value` that `ends`, a `question`; or a `fault`."""

    async def move(self, scene: Scene, talk: Talk) -> Plain:
        """The next move; it is counted as a call of the run."""
        ...


class ModelDriver:
    """Has a model of the router make the moves."""

    def __init__(self, calls: ModelCalls) -> None:
        self._calls = calls

    async def move(self, scene: Scene, talk: Talk) -> Plain:
        messages = [*told(talk.shown.system, talk.shown.text), *talk.messages()]
        return await self._calls.ask(
            scene,
            messages,
            name=f"m{len(talk.exchanges)}",
            tools=talk.tools,
            output=output_of(talk.schema),
            schema=talk.schema,
        )


class PolicyDriver:
    """Has a policy make them."""

    def __init__(self, parts: Parts, policy: Policy) -> None:
        self._parts = parts
        self._policy = policy

    async def move(self, scene: Scene, talk: Talk) -> Plain:
        run, purse = scene.run, self._parts.purse
        step = f"{scene.id}/{scene.approach.number}/m{len(talk.exchanges)}"
        one = Amounts(calls=1)
        try:
            spent = await purse.begin(f"{run.id}/{step}", one, {run.id: None})
        except OverBudget as error:
            await out_of(self._parts, scene, step, error)
        await warn(self._parts, scene, spent)
        call = PolicyCall(
            run=run.id,
            node=scene.id,
            goal=run.goal,
            prompt=talk.shown.text,
            values=filled(dict(scene.node.with_), scene.scope, key="with"),
            tools=talk.tools,
            history=talk.turns(),
            out=talk.schema,
            number=len(talk.exchanges) + 1,
            calls_left=int(spent.left("calls") or 0),
            approach=scene.approach.number,
        )
        try:
            move: object = await self._policy.next(call)
            if not isinstance(move, PolicyMove):
                return _stopped(f"the policy gave a {type(move).__name__}, not a PolicyMove")
            return _plain(move)
        except InterlockError as error:
            return _stopped(f"the policy failed: {error}")
        except Exception as error:  # noqa: BLE001 - a user's own code, whose fault is the node's
            return _stopped(f"the policy raised {type(error).__name__}: {error}")
        finally:
            await purse.end(f"{run.id}/{step}", one, {run.id: None})


def _plain(move: PolicyMove) -> Plain:
    if move.calls:
        return {"calls": [call_to_plain(call) for call in move.calls]}
    if move.question is not None:
        return {"question": move.question}
    if move.stop is not None:
        return _stopped(move.stop)
    return {"ends": True, "value": encoded(move.value, limit=None, key="policy")}


def _stopped(why: str) -> Plain:
    return {"fault": Diagnosis(fault="stopped", why=why).plain()}
