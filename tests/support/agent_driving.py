"""One run of an agent in a random world: begun, stopped, gone on with and answered, at random."""

import asyncio
import json
import random
from contextlib import suppress

from agent_worlds import constraints_of
from interlock import InterlockError
from interlock_agents import Agent
from interlock_agents.approvals import notifiers_of
from interlock_agents.plans import Complaint, ModelPlanner, PlanError
from interlock_agents.plans.plain import node_to_plain

PATIENCE = 300.0  # seconds after which an execution of a run is taken to hang
ROUNDS = 8  # how often somebody sees to a run
ENDS = {"done", "failed", "needs_person", "over_budget", "cancelled"}


class Driven:
    """One errand: run, stopped, gone on with and answered, at random."""

    def __init__(self, stage, made, errand, *, folder, tamper, tally):
        self.stage, self.made, self.errand = stage, made, errand
        self.folder, self.tamper, self.tally = folder, tamper, tally
        self.dice = random.Random(errand.seed)
        self.over = False  # its plan cannot be used
        self.router = None

    async def through(self):
        try:
            await self._rounds()
        finally:
            if self.router is not None:
                await self.router.aclose()

    async def _rounds(self):
        run = await self._once(self._begin)
        for _ in range(ROUNDS):
            if self.over:
                return
            if run is not None and (run.state in ("done", "cancelled") or self.dice.random() < 0.05):
                break
            run = await self._once(self._go_on) or run
        run = await self._once(lambda agent: agent.show(self.errand.id), stops=False)
        self._judge(run)

    async def _once(self, work, *, stops=True):
        """What comes of the work with an agent of its own, which may be stopped anywhere."""
        if self.router is None or self.dice.random() < 0.3:
            await self._fresh()
        after = self.dice.choice((None, None, None, 1, 3, 8, 20)) if stops else None
        task = None

        def stop(event):
            nonlocal after
            if after is not None and (after := after - 1) == 0:
                self.tally.stopped += 1
                task.cancel()

        try:
            async with self._agent(self.router, stop) as agent:
                task = asyncio.ensure_future(self._within(work(agent)))
                return await task
        except asyncio.CancelledError:
            return None
        except TimeoutError:
            self.tally.hung.append(f"{self.made.seed}: {self.errand.drive}")
            return None
        except InterlockError as error:
            self.tally.ends[type(error).__name__] += 1
            self.tally.said[f"{type(error).__name__}: {error.message[:60]}"] += 1
            self.over = isinstance(error, PlanError)
            if not error.message:
                self.tally.unclear.append(f"{self.made.seed}: {error!r}")
            return None
        except Exception as error:  # noqa: BLE001 - what this is to find
            self.tally.crashed.append(f"{self.made.seed}: {type(error).__name__}: {error}")
            return None

    async def _fresh(self):
        """Another router, as a process that was begun anew has one."""
        if self.router is not None:
            await self.router.aclose()
        self.router = self.stage.router(self.made)
        self.tamper(self.router)

    async def _within(self, work):
        async with asyncio.timeout(PATIENCE):
            return await work

    def _agent(self, router, stop):
        errand = self.errand
        planner = None
        if errand.drive == "planner":
            planner = ModelPlanner(router=router)
        elif errand.drive == "asking planner":
            planner = _asking(errand)
        return Agent(
            router,
            store=f"sqlite:///{errand.id}.db",
            folder=self.folder,
            planner=planner,
            policy=_policy(self.dice) if errand.drive == "policy" else None,
            constraints=constraints_of(self.made.house),
            notifiers=notifiers_of([f"{self.stage.hook.url}/told"]),
            on_event=stop,
            sleep=_rest,
            lease=0.5,
            limit=errand.limit,
            budget=errand.budget,
            verify=lambda node, value: "it is too short" if str(value).endswith("2.") else None,
            **self.made.options,
        )

    async def _begin(self, agent):
        errand = self.errand
        plan = errand.plan if errand.drive in {"plan", "policy"} else None
        if errand.drive == "policy" and self.dice.random() < 0.5:
            plan = None
        while True:
            try:
                return await agent.run(
                    errand.plan["goal"], plan=plan, run=errand.id, constraints=constraints_of(errand.rules)
                )
            except PlanError as error:
                if plan is None or not (plan := _without(plan, error)):
                    raise

    async def _go_on(self, agent):
        """See to what it waits for, and resume it."""
        dice, id_ = self.dice, self.errand.id
        try:
            run = await agent.show(id_)
        except InterlockError:
            return await self._begin(agent)
        if dice.random() < 0.1:
            await agent.reconcile(dice.choice((None, id_)))
        if dice.random() < 0.04:
            return await agent.cancel(id_)
        more = {}
        for each in run.waiting_for:
            with suppress(InterlockError):
                match each.kind:
                    case "question":
                        given = dice.choice((True, 3, "so be it", ["a", "b"]))
                        await agent.answer(id_, each.node, given, by="Ada")
                    case "approval" if dice.random() < 0.8:
                        await agent.approve(each.id, by="Ada")
                    case "approval":
                        await agent.deny(each.id, by="Ada", why="not now")
                    case "effect":
                        decided = dice.choice(("confirmed", "abandon", "failed"))
                        await agent.decide(each.id, decided, by="Ada", evidence="looked")
                    case "calls":
                        more["limit"] = run.limit + 10
                    case "budget":
                        more["budget"] = {"tokens": 1_000_000}
        self.tally.resumed += 1
        return await agent.resume(id_, **more)

    def _judge(self, run):
        """Whether it has ended as a run may."""
        seed = self.made.seed
        if run is None:
            return
        self.tally.ends[run.state] += 1
        self.tally.calls += run.calls
        self.tally.answers += run.state == "done"
        unclear = []
        states = {name: node.state for name, node in run.nodes.items()}
        if run.state not in ENDS | {"running"}:
            unclear.append(f"state {run.state}")
        if run.state not in {"done", "running"} and not run.why:
            unclear.append(f"no reason for {run.state}")
        if run.state in {"needs_person", "over_budget"} and not run.waiting_for:
            unclear.append("it waits for nothing")
        unclear += [f"{each.kind} says nothing" for each in run.waiting_for if not (each.text and each.next)]
        failed = [name for name, state in states.items() if state == "failed"]
        unclear += [f"{name} failed, and why" for name in failed if not run.nodes[name].why]
        if run.state == "done":
            unclear += [
                f"{name} is {state}" for name, state in states.items() if state in {"failed", "pending"}
            ]
        if run.calls > run.limit:
            unclear.append(f"{run.calls} calls of {run.limit}")
        self.tally.unclear += [f"{seed}: {each}" for each in unclear]


def _without(plan, error):
    """The plan without the nodes that are complained of, and without what refers to them; None for none."""
    places = [each.path.split(".") for each in error.complaints]
    gone = {plan["nodes"][int(place[1])]["id"] for place in places if len(place) > 1}
    left = []
    for node in plan["nodes"]:
        if node["id"] in gone or any(f"${{{each}}}" in json.dumps(node) for each in gone):
            gone.add(node["id"])
        else:
            left.append(node)
    return {**plan, "nodes": left} if left else None


async def _rest(seconds):
    await asyncio.sleep(min(seconds, 0.05))


def _policy(dice):
    """Moves at random."""

    def policy(call):
        luck = dice.random()
        if call.tools and luck < 0.6:
            return call.use(dice.choice(call.tools).name, text=f"See to this: {call.goal}")
        if luck < 0.7:
            return call.ask("And now?")
        return call.stop("enough") if luck < 0.75 else call.say(dice.choice((1, "so", ["a"])))

    return policy


def _asking(errand):
    """A planner that asks a model about the goal, whatever it says then."""

    async def plan(call):
        with suppress(InterlockError):
            await call.ask(f"What about {call.goal}?")
        if call.plan is None:
            return errand.plan
        kept = [node for node in call.plan.nodes if call.facts.fixed(node) is not None]
        taken = {node.id for node in call.plan.nodes} | {*call.plan.retired}
        new = [node for node in errand.later if node["id"] not in taken][:1]
        if not new:
            raise PlanError([Complaint(message="nothing else comes to mind")])
        return {"nodes": [*map(node_to_plain, kept), *new]}

    return plan
