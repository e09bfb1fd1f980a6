"""One question of a run as the router takes it, and what its answer or its error comes to."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from interlock import Decision, InterlockError, NoDeployment, RequestError, Response, Router, Usage
from interlock.records.costs import cost_of
from interlock.types.records import EVALUATION
from interlock_evaluation.runs.asked import AUTO, deployments_of, options_for
from interlock_evaluation.runs.run import Key, Result
from interlock_evaluation.suites import Sample

_OUTPUT: Final = 500  # tokens that an answer is taken to have where nothing limits it
# Rules that say that nobody can be asked now; every other rule is about the prompt.
_UNAVAILABLE: Final = frozenset({"provider_installed", "credentials", "health"})


def options_of(sample: Sample, model: str, run: str = "") -> dict[str, Any]:
    """What goes with the messages: the prompt's own constraints, task and settings."""
    return {
        **options_for(model),
        "constraints": sample.constraints,
        "settings": dict(sample.settings),
        **({"task": sample.task} if sample.task else {}),
        **({"run": run} if run else {}),
        "metadata": {EVALUATION: "run"},
    }


def decided(router: Router, sample: Sample, model: str) -> Decision:
    """Who would be asked. Raises RequestError for what no request can be."""
    with _placed(sample):
        return router.decide(list(sample.messages), **options_of(sample, model))


def free_decision(router: Router, sample: Sample) -> Decision:
    """What would be decided if any model would do. Raises RequestError for what no request can be."""
    return decided(router, sample, AUTO)


@contextmanager
def _placed(sample: Sample) -> Iterator[None]:
    """What cannot be asked of a sample is told with the line that it stands in."""
    try:
        yield
    except RequestError as error:
        if error.key == "model" or not sample.place:
            raise
        where = f"{sample.place}, {error.key}" if error.key else sample.place
        raise RequestError(error.message, key=where, suggestion=error.suggestion) from None


def estimate(router: Router, asked: Iterable[str], tokens: int, answer: int) -> float | None:
    """US dollars of a call by all that it begins with, of so many tokens there and back; None where a price
    is not known.
    """
    usage = Usage(input_tokens=tokens, output_tokens=answer)
    costs = [cost_of(usage, router.deployments[each].rates) for each in asked]
    return None if None in costs else sum(cost or 0.0 for cost in costs)


def answer_tokens(sample: Sample) -> int:
    """How many an answer is taken to have."""
    return int(sample.settings.get("max_tokens") or _OUTPUT)


def answered(key: Key, asked: int, response: Response, latency: float, at: float) -> Result:
    return Result(
        key=key,
        asked=asked,
        outcome="answer",
        answer=response.text,
        finish_reason=response.finish_reason,
        latency=latency,
        input_tokens=response.usage.input_tokens,
        output_tokens=response.usage.output_tokens,
        cost=response.cost,
        deployment=response.deployment,
        served_model=response.served_model,
        record=response.record.id,
        at=at,
    )


def failed(key: Key, asked: int, error: InterlockError, latency: float, at: float) -> Result:
    """`error` is told by the last attempt's, where there were some."""
    last = error.attempts[-1] if error.attempts else None
    kind = last.error.kind if last is not None and last.error is not None else type(error).__name__
    costs = [each.cost for each in error.attempts]
    return Result(
        key=key,
        asked=asked,
        outcome="error",
        error=kind,
        # What a vendor worded may quote the prompt, and says nothing that its class does not.
        why=error.message if last is None else None,
        latency=latency,
        cost=sum(cost or 0.0 for cost in costs),
        deployment=None if last is None else last.deployment,
        served_model=None if last is None else last.served_model,
        at=at,
    )


def unasked(key: Key, decision: Decision, router: Router, at: float) -> Result:
    """Nobody may be asked, by a rule, or nobody can be now, which is an error; `why` says which."""
    rules = {} if decision.facts is None else decision.facts.rules
    meant = deployments_of(router, key.model)
    unavailable = any(rules.get(each) in _UNAVAILABLE for each in meant)
    return Result(
        key=key,
        asked=0,
        outcome="error" if unavailable else "excluded",
        error="NoDeployment" if unavailable else None,
        why=rule_of(router, decision, key.model),
        cost=0.0,
        at=at,
    )


def bound(sample: Sample, decision: Decision) -> Sample:
    """The sample with all that its answer was bound to: its task too, which may demand a place, and the
    levels that policies found in it. Whoever marks is shown both, and has to be bound likewise.
    """
    levels = sample.constraints.sensitivity | frozenset(decision.levels)
    return replace(sample, task=decision.task, constraints=replace(sample.constraints, sensitivity=levels))


def rule_of(router: Router, decision: Decision, model: str) -> str:
    """In words, what keeps a model's deployments from a prompt."""
    rules = [decision.excluded[name] for name in deployments_of(router, model) if name in decision.excluded]
    return "; ".join(dict.fromkeys(rules or decision.excluded.values())) or "nothing serves it"


def is_exclusion(error: InterlockError) -> bool:
    """Whether nobody was asked because nobody may or can be."""
    return type(error) is NoDeployment and not error.attempts
