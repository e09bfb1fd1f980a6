"""What holds an agent's bytes back, taken out: worlds have to show it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, replace

from agent_stage import AgentStage, AgentTally
from agent_worlds import make
from interlock import Constraints, Verdict
from interlock.toolbox.toolbox import Toolbox
from interlock_agents.running import model_calls, planning
from interlock_agents.running.options import RunOptions
from interlock_privacy.guardrail import Privacy
from world_tampering import nothing, without_both


@contextmanager
def swapped(owner, name, value):
    """Have something else in its place until the block ends."""
    before = owner.__dict__[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def as_it_is():
    yield


def without_tool_rules():
    """No connector is forbidden."""
    return swapped(Toolbox, "_objection", lambda *_: None)


def without_run_rules():
    """What a run was given is forgotten as it is read from the store."""
    read = RunOptions.__dict__["read"].__func__

    def forgetful(cls, text):
        return replace(read(cls, text), constraints=Constraints())

    return swapped(RunOptions, "read", classmethod(forgetful))


def without_rules_of_nodes():
    """A model node's request has no constraints but its own."""
    whole = model_calls.ModelCalls._request

    def bare(self, scene, *arguments, **named):
        free = replace(scene.run, constraints=Constraints())
        return whole(self, replace(scene, run=free), *arguments, **named)

    return swapped(model_calls.ModelCalls, "_request", bare)


def without_rules_of_planners():
    """What planners ask by knows of no run."""
    begin = planning._Asking.__init__

    def bare(self, parts, facts, step):
        begin(self, parts, replace(facts, constraints=Constraints()), step)

    return swapped(planning._Asking, "__init__", bare)


def without_sealing():
    """The guardrail lets everything pass."""
    return swapped(Privacy, "inspect", lambda *_: Verdict(action="pass"))


# By name: what is taken out of the process, what out of each router, and what worlds must show then. How
# a request leaves, sealed or not, is decided by the check at the permit.
RUNS: dict[str, tuple[Callable, Callable, tuple[str, ...]]] = {
    "as it is": (as_it_is, nothing, ()),
    "without both": (as_it_is, without_both, ("forbidden", "unsealed")),
    "without the rules for tools": (without_tool_rules, nothing, ("forbidden",)),
    "without the run's rules": (without_run_rules, nothing, ("forbidden",)),
    "without the run's rules for nodes": (without_rules_of_nodes, nothing, ("forbidden",)),
    "without the run's rules for planners": (without_rules_of_planners, nothing, ("forbidden",)),
    "without sealing": (without_sealing, nothing, ("unsealed",)),
}


def play(run: str, seeds: Iterable[int], *, vandals: bool) -> AgentTally:
    """What comes of the worlds of some seeds, one after another, on a stage of their own."""
    tally = AgentTally()
    with AgentStage() as stage:
        for seed in seeds:
            stage.play(make(seed, vandals=vandals), RUNS[run][1], tally)
    return tally


def played(run: str, seeds: Sequence[int], *, at_once: int, chunk: int = 1) -> Iterator[AgentTally]:
    """What comes of them, several at once, with what the run takes out of the process taken out of it."""
    # Who writes into frozen objects cannot be held by what is taken out.
    vandals = not RUNS[run][2]
    parts = [seeds[at : at + chunk] for at in range(0, len(seeds), chunk)]
    with RUNS[run][0](), ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda part: play(run, part, vandals=vandals), parts)


def added(tallies: Iterable[AgentTally]) -> AgentTally:
    """All of them in one."""
    whole = AgentTally()
    for tally in tallies:
        for field in fields(AgentTally):
            setattr(whole, field.name, getattr(whole, field.name) + getattr(tally, field.name))
    return whole
