"""One question's work: asked on its terms, marked and kept."""

from collections import Counter
from dataclasses import replace
from time import monotonic, time
from typing import Final

from interlock import Decision, InterlockError, NoDeployment, RateLimited, Router
from interlock_evaluation.grading import Graders, Mark
from interlock_evaluation.runs.asked import deployments_of, first_asked
from interlock_evaluation.runs.asking import (
    answer_tokens,
    answered,
    bound,
    decided,
    estimate,
    failed,
    is_exclusion,
    options_of,
    unasked,
)
from interlock_evaluation.runs.kept import RunStore
from interlock_evaluation.runs.pacing import Paying, Terms
from interlock_evaluation.runs.run import Key, Result, Run
from interlock_evaluation.suites import Sample

_COOLING: Final = 5.0  # seconds, where a provider is not asked just now and nobody says for how long


class Questioner:
    """Asks questions of runs, one at a time durable."""

    def __init__(self, router: Router, store: RunStore, graders: Graders, *, terms: Terms) -> None:
        self._router, self._store, self._graders, self._terms = router, store, graders, terms

    async def ask(self, run: Run, key: Key, sample: Sample) -> Result:
        """What came of it, which is kept when this returns. Asked twice, it leaves one result.

        Raises:
            RequestError: it cannot be asked or marked.
            StoreError: what comes cannot be kept.
        """
        decision = decided(self._router, sample, key.model)
        asked = first_asked(self._router, key.model, decision)
        if not asked:
            self._wait_for_health(key, decision)
            result = unasked(key, decision, self._router, time())
            await self._store.finish(run.id, result, {})
            return result
        providers = Counter(self._router.deployments[each].provider for each in asked)
        held = estimate(self._router, asked, decision.input_tokens, answer_tokens(sample)) or 0.0
        judged = self._graders.judged(bound(sample, decision), answer_tokens(sample))
        held += 0.0 if judged is None else judged.cost or 0.0
        async with self._terms.granted(key.text, providers, held) as paying:
            await self._store.asking(run.id, key)
            await paying.begin()
            result, decision = await self._asked(run, key, sample, decision, paying)
            paying.cost = result.cost or 0.0
            marks = await self._marked(bound(sample, decision), result)
            paying.cost += sum(mark.cost for mark in marks.values())
            await self._terms.surely(lambda: self._store.finish(run.id, result, marks))
        return result

    async def _asked(
        self, run: Run, key: Key, sample: Sample, decision: Decision, paying: Paying
    ) -> tuple[Result, Decision]:
        """With the decision that led to it, which classifiers that take their time may have made anew."""
        start = monotonic()
        try:
            options = options_of(sample, key.model, run.id)
            response = await self._router.complete(list(sample.messages), **options)
        except InterlockError as error:
            paying.cost = sum(each.cost or 0.0 for each in error.attempts)
            self._put_back(key, error, decision)
            if is_exclusion(error):
                decision = decided(self._router, sample, key.model)
                return replace(unasked(key, decision, self._router, time()), asked=1), decision
            return failed(key, 1, error, monotonic() - start, time()), decision
        return answered(key, 1, response, monotonic() - start, time()), response.record.decision

    def _put_back(self, key: Key, error: InterlockError, decision: Decision) -> None:
        """Where it was a limit or a pause that time ends, and the terms allow it."""
        wait = getattr(error, "retry_after", None)
        if not isinstance(error, RateLimited) and not (isinstance(error, NoDeployment) and wait):
            return
        last = error.attempts[-1].deployment if error.attempts else None
        name = last or next(iter(first_asked(self._router, key.model, decision)), "")
        if name in self._router.deployments:
            self._terms.put_back(key.text, self._router.deployments[name].provider, wait)

    def _wait_for_health(self, key: Key, decision: Decision) -> None:
        """Where who is meant only cools down, and the terms allow it."""
        rules = {} if decision.facts is None else decision.facts.rules
        for name in deployments_of(self._router, key.model):
            if rules.get(name) == "health":
                self._terms.put_back(key.text, self._router.deployments[name].provider, _COOLING)

    async def _marked(self, sample: Sample, result: Result) -> dict[str, Mark]:
        """A refusal is an answer, and marked as one; what was cut is worth nothing."""
        if result.outcome != "answer":
            return {}
        name, grader = self._graders.name_of(sample), self._graders.of(sample)
        if grader is None:
            return {}
        if result.finish_reason == "length":
            return {name: Mark(score=0.0, why="the answer was cut")}
        return {name: await grader.mark(sample, result.answer or "")}
