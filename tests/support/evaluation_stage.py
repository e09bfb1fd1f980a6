"""Servers that play random worlds for evaluations: which of a suite's prompts were sent where."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from interlock import Constraints, InterlockError, RequestError, Router
from interlock.testing.upstream import Received
from interlock_evaluation.grading import Graders
from interlock_evaluation.runs import AUTO, Kept, Pace, Purse, Run, Runner, RunStore, is_model
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite
from world_stage import MARK, Stage, Tally, _path, _taken
from worlds import Asking, World, kept, make

LIVES = 4  # processes, so to speak, that a run has at most
# Words by which the router's own classifier takes a prompt for one whose data must stay in the EU.
IN_THE_EU = "These patient records of German citizens must stay in the EU under the GDPR."
_JUDGED = "You mark answers that somebody else gave"


@dataclass
class EvaluationTally(Tally):
    """`judged` counts questions to judges, `broken` the times that a run was broken off, `lost` results that
    a run should have and has not, `untold` those that say that nobody may be asked where somebody might,
    `crashed` runs that ended in an error.
    """

    judged: int = 0
    broken: int = 0
    again: int = 0
    unmarked: int = 0
    lost: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def amiss(self) -> dict[str, list[str]]:
        names = ("forbidden", "strays", "lost", "untold", "crashed")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(frozen=True)
class Suited:
    """A world with a suite of its prompts, the models that are asked it, and who marks."""

    world: World
    suite: Suite
    run: Run
    at_once: int


def suited(seed: int, *, vandals: bool = True) -> Suited:
    """The world of a seed, and what is evaluated in it."""
    world = make(seed, vandals=vandals)
    dice = random.Random(f"evaluation of {seed}")
    names = [*(place.id for place in world.places), *(place.model for place in world.places)]
    askings, samples = [], []
    for asking in world.askings:
        # What may not be said in a request ends the run of its suite; a few worlds have it.
        each = asking if dice.random() < 0.05 else replace(asking, extra={})
        if dice.random() < 0.5:
            # One rule at most, which many may follow and few judges do.
            free: frozenset[str] = frozenset()
            each = replace(each, residency=free, storage=free, on_premise=False, denied=free, laws=free)
            each = replace(each, task=dice.choice((None, "eu_regulated")))
        by_words = each.task is None and dice.random() < 0.3
        askings.append(
            replace(each, task="eu_regulated" if by_words else each.task, model=None, ensemble=None)
        )
        samples.append(_sample(dice, each, by_words=by_words))
    suite = Suite(samples=samples, name=f"{seed}.jsonl")
    models = [dice.choice(names) for _ in range(dice.randint(2, 6))]
    models += dice.sample(
        [*(f"ensemble:{name}" for name in world.config.get("ensembles", ())), AUTO], k=dice.randint(0, 1)
    )
    run = Run(
        id=f"w{seed}",
        suite=suite.name,
        digest=suite.digest,
        configuration="",
        models=tuple(dict.fromkeys(models)),
        repeats=dice.choice((1, 1, 2)),
        judge=dice.choice(names),
    )
    world.askings = tuple(askings)
    return Suited(world=world, suite=suite, run=run, at_once=dice.choice((1, 4, 16)))


def _sample(dice: random.Random, asking: Asking, *, by_words: bool) -> Sample:
    said = f"{IN_THE_EU} Have a look at {asking.mark}." if by_words else f"Have a look at {asking.mark}."
    messages: list[dict[str, Any]] = [{"role": "user", "content": said}]
    if dice.random() < 0.3:
        messages.insert(0, {"role": "system", "content": f"You know all about {asking.mark}."})
    if dice.random() < 0.2:
        messages[:0] = [
            {"role": "user", "content": f"What is {asking.mark}?"},
            {"role": "assistant", "content": "Well."},
        ]
    return Sample(
        id=asking.mark,
        messages=tuple(messages),
        task="" if by_words or asking.task is None else asking.task,
        reference=dice.choice((None, asking.mark)),
        grader=dice.choice((*["rubric"] * 6, "experts")),
        rubric=f"It says what {asking.mark} is.",
        constraints=Constraints(
            residency=asking.residency,
            storage=asking.storage,
            on_premise=asking.on_premise,
            deny_vendors=asking.denied,
            deny_laws=asking.laws,
            sensitivity=asking.levels,
        ),
        settings={"extra": dict(asking.extra)} if asking.extra else {},
    )


def _model(name: str) -> str | None:
    """The model that is meant; None where it may be any."""
    return name if is_model(name) else None


class EvaluationStage(Stage):
    """Plays the deployments of one world after another, and keeps the runs of all."""

    def __enter__(self) -> Self:
        super().__enter__()
        self._folder = Path(self._stack.enter_context(TemporaryDirectory()))
        self._made: list[Suited] = []
        return self

    def evaluate(self, made: Suited, tamper: Callable[[Router], None], tally: EvaluationTally) -> None:
        """Ask a world's suite, broken off and gone on with at random, and look at who was asked."""
        self._made.append(made)
        self._played.append(made.world)
        for upstream in (*self.hosts, self.proxy):
            upstream.always = self._player(made.world, len(self._played) - 1)
        found = asyncio.run(self._through(made, tamper, tally))
        tally.worlds += 1
        tally.strays += [f"{made.world.seed}: {each.path}" for each in _taken(self.trap)]
        for host, upstream in enumerate((*self.hosts, self.proxy)):
            for received in _taken(upstream):
                self._look(host, received, tally)
        if found is not None:
            self._compare(made, found, tally)

    async def _through(
        self, made: Suited, tamper: Callable[[Router], None], tally: EvaluationTally
    ) -> Kept | None:
        dice = random.Random(f"lives of {made.world.seed}")
        store = Store.open("sqlite:///eval.db", self._folder)
        try:
            for life in range(LIVES):
                router = self._router(made.world)
                tamper(router)
                last = life == LIVES - 1
                after = None if last else dice.choice((None, 0, 1, 3, 6))
                try:
                    await self._live(router, made, RunStore(store), after, errors=dice.random() < 0.2)
                except asyncio.CancelledError:
                    tally.broken += 1
                    continue
                except RequestError as error:
                    # What may not be said in a request ends the run of its suite.
                    tally.ends[type(error).__name__] += 1
                    return None
                except InterlockError as error:
                    tally.crashed.append(f"{made.world.seed}: {type(error).__name__}: {error}")
                    return None
                finally:
                    await router.aclose()
                    router.close_sync()
                return await RunStore(store).kept(made.run.id)
            return None
        finally:
            await store.aclose()

    async def _live(
        self, router: Router, made: Suited, store: RunStore, after: int | None, *, errors: bool
    ) -> None:
        """Until it is whole, or has come `after` results further."""
        told = 0

        def tell(_: object) -> None:
            nonlocal told
            told += 1
            if after is not None and told > after:
                task.cancel()

        runner = Runner(
            router,
            store,
            Graders(router, judge=made.run.judge, run_code=False),
            pace=Pace(at_once=made.at_once),
            purse=Purse(),
            tell=tell,
        )
        task = asyncio.ensure_future(runner.ask(made.run, made.suite, errors=errors))
        await task

    def _look(self, host: int, received: Received, tally: EvaluationTally) -> None:
        _, played, index, *_ = _path(received).split("/")
        made = self._made[int(played)]
        world = made.world
        place = world.places[int(index)]
        text = received.body.decode("utf-8", "replace")
        tally.requests += 1
        tally.bytes += len(received.body)
        judged = _JUDGED in text
        tally.judged += judged
        tally.proxied += place.proxied
        marks = set(MARK.findall(text))
        # Who judges an answer for a guardrail is shown nothing of the prompt; then the world's one is meant.
        lone = not marks and len(world.askings) == 1
        asked = [asking for asking in world.askings if asking.mark in marks or lone]
        where = kept(place, received.json())
        tally.pinned += where != place.region
        if len(self.hosts) * place.proxied + place.host * (not place.proxied) != host or len(asked) != 1:
            tally.strays.append(f"{world.seed}: {place.id} on host {host}: {marks}")
            return
        # What a classifier asks about a question to a judge is as much the judge's as the question.
        models = [made.run.judge] if judged else [*map(_model, made.run.models), made.run.judge]
        if not any(world.allows(place, replace(asked[0], model=model), where) for model in models):
            tally.leaked += len(received.body)
            tally.forbidden.append(f"{world.seed}: {asked[0].mark} at {place.id}, judged: {judged}")

    def _compare(self, made: Suited, found: Kept, tally: EvaluationTally) -> None:
        """What the run says that came of it, with what may have come of it."""
        world = made.world
        tally.calls += len(found.results)
        tally.again += found.again
        if len(found.results) != len(made.suite) * len(made.run.models) * made.run.repeats:
            tally.lost.append(f"{world.seed}: {len(found.results)} results")
        by_mark = {each.mark: each for each in world.askings}
        for key, result in found.results.items():
            tally.outcomes[result.outcome] += 1
            tally.answers += result.outcome == "answer"
            tally.unmarked += any(mark.score is None for mark in found.marks.get(key, {}).values())
            if result.outcome == "excluded" and world.is_fair and not key.model.startswith("ensemble:"):
                asking = replace(by_mark[key.prompt], model=_model(key.model))
                tally.untold += [f"{world.seed}: {key}: {each.id}" for each in world.serves(asking)]
