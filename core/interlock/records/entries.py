"""What a log is told of a call: names, counts and durations, and no content."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite
from typing import Any

from interlock.records.plain import unquoted
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.decisions import Attempt, Decision, Treatment
from interlock.types.models import Deployment, Destination
from interlock.types.records import AttemptRecord, GuardrailRecord, Record
from interlock.types.request import Constraints
from interlock.types.response import Answer
from interlock.types.sensed import Sensed

_LOCAL = "local"
_RULES = tuple(each.name for each in fields(Constraints))

Facts = dict[str, Any]


def of_decision(
    decision: Decision, policies: str | None = None, grounds: Mapping[str, Facts] | None = None
) -> Facts:
    """What may serve, in order, and which rule keeps each other deployment out, on which ground; `policies`
    is the digest of those that were asked.
    """
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
    if policies is not None:
        facts["policies"] = policies
    if grounds:
        facts["grounds"] = dict(grounds)
    if sealed := [each.deployment for each in decision.shortlist if each.treatment == "sealed"]:
        facts["sealed"] = sealed
    if told is not None and told.sensed is not None:
        facts["found"] = _found(told.sensed)
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
    """Where it is about to go, whose law reaches it there, and how it goes at the most: as it is, or sealed;
    and where its vendor is told to keep it.
    """
    return _some(
        deployment=deployment.id,
        model=deployment.model,
        provider=deployment.provider,
        region=deployment.region,
        pinned=pinned,
        **_whose(deployment, pinned, deployment.provider),
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


def of_incident(record: AttemptRecord) -> Facts:
    """An answer that, by its vendor's own word, was made where it must not be."""
    return _some(
        deployment=record.deployment,
        model=record.model,
        region=record.region or None,
        pinned=record.pinned,
        evidenced=record.evidenced,
        incident=record.incident,
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


def of_tool(destination: Destination, what: str, grant: str | None = None) -> Facts:
    """`grant` is the id of the one under which it is run."""
    return _some(
        connector=destination.id,
        region=destination.region,
        **_whose(destination),
        on_premise=destination.on_premise or None,
        what=what,
        grant=grant,
    )


def of_approval(
    connector: str, asked: ApprovalRequest, grant: Grant | None = None, why: str | None = None
) -> Facts:
    """What a person is asked for, or has agreed to; `why` a run was refused all the same. Neither who it was
    nor digests of the arguments and of what was shown: few values are enough to guess a short one.
    """
    facts = _some(
        connector=connector,
        tool=asked.tool,
        effect=asked.effect,
        required=asked.required,
        tool_digest=asked.tool_digest,
        policy=asked.policy or None,
        why=why,
    )
    if grant is not None:
        facts |= {"grant": grant.id}
        times = {"issued": grant.issued, "expires": grant.expires}
        facts |= {name: at for name, at in times.items() if isfinite(at)}  # one may last for ever
    return facts


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


def _found(sensed: Sensed) -> Facts:
    """The kinds of personal data that guardrails have found, and what they could not look into."""
    return _some(
        kinds=sorted(sensed.kinds),
        sealable=sensed.sealable if sensed.kinds else None,
        failed=sensed.failed or None,
        unread=sensed.unread or None,
    )


def _whose(destination: Destination, pinned: str | None = None, provider: str = "") -> Facts:
    """The places of its operator and of that one's parent, and all whose law reaches what it is sent."""
    handling, place = destination.handling, pinned or destination.region
    if place == _LOCAL:
        handling = handling.at(_LOCAL)
    return {
        "operator": handling.operator or None,
        "operator_parent": handling.parent or None,
        "laws": sorted(handling.laws(place, provider)),
    }


def _asked(constraints: Constraints) -> Facts:
    asked = {name: getattr(constraints, name) for name in _RULES}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asked.items()
        if value
    }


def _some(**facts: Any) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}
