"""What a log is told of a call: names, counts and durations, and no content."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from interlock.records.plain import unquoted
from interlock.types.decisions import Attempt, Decision, Treatment
from interlock.types.models import Deployment, Destination
from interlock.types.records import AttemptRecord, GuardrailRecord, Record
from interlock.types.request import Constraints
from interlock.types.response import Answer

_RULES = tuple(each.name for each in fields(Constraints))

Facts = dict[str, Any]


def of_decision(decision: Decision) -> Facts:
    """What may serve, in order, and which rule keeps each other deployment out."""
    told = decision.facts
    facts: Facts = {
        "task": decision.task,
        "reason": decision.reason,
        "stage": decision.stage,
        "shortlist": [candidate.deployment for candidate in decision.shortlist],
        "excluded": dict.fromkeys(decision.excluded) | (dict(told.rules) if told else {}),
        "input_tokens": decision.input_tokens,
    }
    if decision.levels:
        facts["levels"] = dict(decision.levels)
    if told is not None and (rules := _asked(told.constraints)):
        facts["constraints"] = rules
    return facts


def of_attempt(
    attempt: Attempt,
    deployment: Deployment,
    parent: int | None,
    treatment: Treatment,
    pinned: str | None = None,
) -> Facts:
    """Where it is about to go, and how at the most: as it is, or sealed; and where its vendor is told to keep
    it.
    """
    return _some(
        deployment=deployment.id,
        model=deployment.model,
        provider=deployment.provider,
        region=deployment.region,
        pinned=pinned,
        on_premise=deployment.on_premise or None,
        role=attempt.role,
        parent=parent,
        member=attempt.member,
        treatment=treatment,
    )


def of_ending(record: AttemptRecord) -> Facts:
    record = unquoted(record)
    error, usage = record.error, record.usage
    return _some(
        deployment=record.deployment,
        outcome=record.outcome,
        treatment=record.treatment,
        error=error and error.kind,
        status=error and error.status,
        served_model=record.served_model,
        region=record.region or None,
        pinned=record.pinned,
        evidenced=record.evidenced,
        incident=record.incident,
        latency=record.latency,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=record.cost,
    )


def of_answer(
    deployment: Deployment, answer: Answer, cost: float | None, guardrails: Sequence[GuardrailRecord]
) -> Facts:
    return _some(
        deployment=deployment.id,
        model=deployment.model,
        region=deployment.region,
        finish_reason=answer.finish_reason,
        cost=cost,
        guardrails=_said(guardrails),
    )


def of_tool(destination: Destination, what: str) -> Facts:
    return _some(
        connector=destination.id,
        region=destination.region,
        on_premise=destination.on_premise or None,
        what=what,
    )


def of_failure(record: Record) -> Facts:
    return _some(
        outcome=record.outcome,
        error=record.error or record.cancelled,
        attempts=len(record.attempts),
        latency=record.latency,
        cost=record.cost,
        guardrails=_said(record.guardrails),
    )


def _said(guardrails: Sequence[GuardrailRecord]) -> list[Facts] | None:
    """What each guardrail came to, in the order in which they spoke."""
    return [
        _some(
            guardrail=each.guardrail,
            phase=each.phase,
            action=each.action,
            category=each.category,
            error=each.error,
            attempt=each.attempt,
        )
        for each in guardrails
    ] or None


def _asked(constraints: Constraints) -> Facts:
    asked = {name: getattr(constraints, name) for name in _RULES}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asked.items()
        if value
    }


def _some(**facts: Any) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}
