"""One question of a run as the router takes it, and what its answer or its error comes to."""

from collections.abc import Mapping
from typing import Any

from interlock import Decision, InterlockError, NoDeployment, Response, Router, Usage
from interlock.records.costs import cost_of
from interlock_evaluation.runs.run import Key, Result
from interlock_evaluation.suites import Sample

_OUTPUT = 500  # tokens that an answer is taken to have where nothing limits it


def options_of(sample: Sample, model: str, run: str = "") -> dict[str, Any]:
    """What goes with the messages: the prompt's own constraints, task and settings."""
    return {
        "model": model,
        "constraints": sample.constraints,
        "settings": dict(sample.settings),
        **({"task": sample.task} if sample.task else {}),
        **({"run": run} if run else {}),
        "metadata": {"evaluation": "run"},
    }


def decided(router: Router, sample: Sample, model: str) -> Decision:
    """Who would be asked. Raises RequestError for what no request can be."""
    return router.decide(list(sample.messages), **options_of(sample, model))


def task_of(router: Router, sample: Sample) -> str:
    """The task that the router takes the prompt for."""
    return router.decide(
        list(sample.messages), constraints=sample.constraints, settings=dict(sample.settings)
    ).task


def estimate(router: Router, decision: Decision, settings: Mapping[str, Any]) -> float | None:
    """US dollars of a call by its first deployment; None where its price is not known."""
    first = router.deployments[decision.shortlist[0].deployment]
    output = settings.get("max_tokens") or _OUTPUT
    return cost_of(Usage(input_tokens=decision.input_tokens, output_tokens=int(output)), first.rates)


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


def excluded(key: Key, decision: Decision, router: Router, at: float) -> Result:
    """`why` is the rule that keeps the model's deployments from this prompt."""
    why = rule_of(router, decision, key.model)
    return Result(key=key, asked=0, outcome="excluded", why=why, cost=0.0, at=at)


def rule_of(router: Router, decision: Decision, model: str) -> str:
    """In words, what keeps a model's deployments from a prompt."""
    meant = [each.id for each in router.deployments.values() if model in (each.id, each.model)]
    rules = [decision.excluded[name] for name in meant if name in decision.excluded]
    return "; ".join(dict.fromkeys(rules or decision.excluded.values())) or "nothing serves it"


def is_exclusion(error: InterlockError) -> bool:
    """Whether nobody was asked because nobody may be."""
    return type(error) is NoDeployment and not error.attempts
