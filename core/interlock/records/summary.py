"""Who answered, why, and what was tried: plain values for metadata, logs and traces of one answer.

Unlike a record's own form it has every key each time, and leaves out what only serves to make the decision
again. It holds no prompt and no answer; what vendors said, and who was excluded, only where it is told whole.
"""

from collections.abc import Iterable
from typing import Any

from interlock.records.plain import unquoted
from interlock.types.decisions import Decision
from interlock.types.escalations import CascadeFacts
from interlock.types.identifiers import identifier
from interlock.types.panels import PanelVerdict
from interlock.types.records import AttemptRecord, ErrorRecord, Record
from interlock.types.response import Response, Usage


def response_to_plain(response: Response, provider: str | None, *, whole: bool = False) -> dict[str, Any]:
    """`provider` is the answering deployment's. `whole` is for whoever made the call and nobody else: with
    what vendors said, and each excluded deployment with its rule.

    Otherwise `excluded` says how many each rule kept out: what is told here is kept for long, and the record
    has names.
    """
    record = response.record
    decision = decision_to_plain(record.decision)
    if not whole:
        decision["excluded"] = {rule: len(names) for rule, names in record.decision.rules.items()}
    return {
        "deployment": response.deployment,
        "provider": provider,
        "model": response.model,
        "served_model": response.served_model if whole else identifier(response.served_model),
        "cost": response.cost,
        "latency": record.latency,
        "record": record.id,
        "rescue": record.rescue,
        "ensemble": record.ensemble,
        "verdict": None if record.verdict is None else _verdict(record, record.verdict),
        "cascade": None if record.cascade is None else cascade_to_plain(record.cascade),
        "decision": decision,
        "attempts": attempts_to_plain(record.attempts, whole=whole),
    }


def _verdict(record: Record, verdict: PanelVerdict) -> dict[str, Any]:
    return {
        "arbiter": verdict.arbiter,
        "chosen": list(verdict.chosen),
        "synthesised": verdict.synthesised,
        "contested": verdict.contested,
        "agreement": verdict.agreement,
        "scores": dict(verdict.scores),
        "dissent": list(verdict.dissent),
        "flags": list(verdict.flags),
        "flips": verdict.flips,
        "members": [
            {
                "label": each.label,
                "member": each.member,
                "weight": each.weight,
                "deployment": each.deployment,
                "outcome": each.outcome,
                "why": each.why,
                "cost": member_cost(record, each.label),
            }
            for each in verdict.members
        ],
    }


def cascade_to_plain(facts: CascadeFacts) -> dict[str, Any]:
    """What became of each step, and whether an answer was accepted at all."""
    return {
        "name": facts.cascade,
        "signal": facts.signal,
        "calibrated": facts.calibrated,
        "accepted": facts.accepted,
        "escalated": facts.escalated,
        "bound": facts.bound,
        "steps": [
            {
                "number": each.number,
                "step": each.name,
                "deployment": each.deployment,
                "outcome": each.outcome,
                "signal": each.signal,
                "value": each.value,
                "threshold": each.threshold,
                "why": each.why,
            }
            for each in facts.steps
        ],
    }


def member_cost(record: Record, label: str) -> float | None:
    """US dollars of every attempt for a panel's member or a cascade's step; None when no price is known."""
    costs = [each.cost for each in record.attempts if each.member == label]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def decision_to_plain(decision: Decision) -> dict[str, Any]:
    """Of the shortlist deployment, model, region and reasons, best first; `excluded` maps a deployment to its
    rule in words, `levels` a level of sensitivity to why the request has it.
    """
    return {
        "task": decision.task,
        "confidence": decision.confidence,
        "reason": decision.reason,
        "evidence": list(decision.evidence),
        "stage": decision.stage,
        "input_tokens": decision.input_tokens,
        "shortlist": [
            {
                "deployment": each.deployment,
                "model": each.model,
                "region": each.region,
                "treatment": each.treatment,
                "reasons": list(each.reasons),
            }
            for each in decision.shortlist
        ],
        "excluded": dict(decision.excluded),
        "levels": dict(decision.levels),
    }


def attempts_to_plain(attempts: Iterable[AttemptRecord], *, whole: bool = False) -> list[dict[str, Any]]:
    """Every attempt, failed ones too, each with its own usage; without what vendors said, unless it is told
    `whole`, to whoever made the call.
    """
    return [_attempt(each if whole else unquoted(each)) for each in attempts]


def _attempt(each: AttemptRecord) -> dict[str, Any]:
    return {
        "id": each.id,
        "deployment": each.deployment,
        "model": each.model,
        "role": each.role,
        "treatment": each.treatment,
        "member": each.member,
        "parent": each.parent,
        "started": each.started,
        "latency": each.latency,
        "first_token": each.first_token,
        "waited": each.waited,
        "adjusted": list(each.adjusted),
        "served_model": each.served_model,
        "substituted": each.substituted,
        "region": each.region,
        "pinned": each.pinned,
        "evidenced": each.evidenced,
        "incident": each.incident,
        "cost": each.cost,
        "usage": usage_to_plain(each.usage),
        "error": None if each.error is None else _error(each.error),
        "cancelled": each.cancelled,
    }


def _error(error: ErrorRecord) -> dict[str, Any]:
    return {
        "kind": error.kind,
        "message": error.message,
        "status": error.status,
        "code": error.code,
        "request_id": error.request_id,
    }


def usage_to_plain(usage: Usage) -> dict[str, Any]:
    """Tokens, and US dollars where the vendor says what it charges; None where nobody knows."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
        "estimated": usage.estimated,
        "cost": usage.cost,
    }
