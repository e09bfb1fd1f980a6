"""Plugins that a router may have the bad luck to be given."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from interlock import Classification, Constraints, Request, Verdict, hookimpl
from interlock.protocols import ArbitrateCall, Ruling
from interlock.types.decisions import Attempt, Candidate, Race


class Wild:
    """A strategy that asks for whomever it likes, alone or in races."""

    api = 1
    name = "wild"

    def __init__(self, seed: int, names: Sequence[str]) -> None:
        self._random, self._names = random.Random(seed), names

    def run(self, call: Any) -> Any:
        listed = [candidate.deployment for candidate in call.shortlist]
        for _ in range(4):
            names = self._random.choices([*self._names, *listed * 3], k=self._random.randint(1, 3))
            attempts = tuple(
                Attempt(
                    deployment=name,
                    role=self._random.choice(("answer", "hedge", "member")),
                    delay=0.0 if index == 0 else self._random.choice((0.0, 0.01)),
                    repair=self._random.random() < 0.3,
                )
                for index, name in enumerate(dict.fromkeys(names))
            )
            first = self._random.random() < 0.7
            yield attempts[0] if len(attempts) == 1 else Race(attempts=attempts, first=first)


class Curious:
    """A classifier that asks a model about everything."""

    api = 1
    name = "curious"

    @hookimpl
    def interlock_classifiers(self) -> Iterable[Any]:
        return [self]

    def classify(self, call: Any) -> Classification | None:
        return None

    async def refine(self, call: Any, sofar: Classification) -> Classification:
        await call.ask(Request(f"Which task? {call.request.messages[-1].text}"))
        return Classification(task="quantitative", confidence=0.9)


class Heckler:
    """An observer that raises."""

    interlock_decided = hookimpl(lambda self, decision: 1 / 0)
    interlock_attempt_finished = hookimpl(lambda self, attempt: attempt.nothing)
    interlock_responded = hookimpl(lambda self, responded: 1 / 0)


class Vandal:
    """An observer that writes into what is frozen: nobody is forbidden, and everybody listed."""

    def __init__(self, places: Iterable[Any]) -> None:
        self._everybody = tuple(
            Candidate(deployment=at.id, model=at.model, region=at.region) for at in places
        )

    @hookimpl
    def interlock_decided(self, request: Any, decision: Any) -> None:
        object.__setattr__(request, "constraints", Constraints())
        object.__setattr__(decision, "shortlist", self._everybody)


class Failing:
    """A rule that cannot say anything about some deployments."""

    api = 1
    name = "failing"

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    @hookimpl
    def interlock_constraints(self) -> Iterable[Any]:
        return [self]

    def check(self, call: Any) -> str | None:
        if call.deployment.id in self._names:
            raise LookupError("no idea")
        return None


class Shouts:
    """A guardrail that rewrites what leaves and what comes back, and sometimes stops a call."""

    api = 1
    name = "shouts"

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self]

    phases = frozenset({"request"})
    rewrites = True

    def inspect(self, call: Any) -> Verdict:
        if call.request.messages[-1].text.endswith("7."):
            raise ValueError("not this one")
        return Verdict(action="rewrite", texts={each.where: f"{each.text} Please." for each in call.passages})


class Nosy:
    """An arbiter that asks a model about everything, and then goes by the first."""

    api = 1
    name = "nosy"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        await call.ask(Request(f"Which is best? {call.request.messages[-1].text}"))
        return Ruling(chosen=(call.members[0].label,))
