"""Who answered, why, and what was tried: plain values for metadata, logs and traces of one answer.

Unlike a record's own form it has every key each time, counts what was excluded instead of naming it, and
leaves out what only serves to make the decision again. It holds no prompt, no answer and no vendor's words.
"""

from collections.abc import Iterable
from typing import Any

from interlock.records.plain import unquoted
from interlock.types.decisions import Decision
from interlock.types.identifiers import identifier
from interlock.types.records import AttemptRecord, ErrorRecord
from interlock.types.response import Response, Usage


def response_to_plain(response: Response, provider: str | None) -> dict[str, Any]:
    """`provider` is the answering deployment's."""
    record = response.record
    return {
        "deployment": response.deployment,
        "provider": provider,
        "model": response.model,
        "served_model": identifier(response.served_model),
        "cost": response.cost,
        "latency": record.latency,
        "record": record.id,
        "rescue": record.rescue,
        "decision": _decision(record.decision),
        "attempts": attempts_to_plain(record.attempts),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    """`excluded` says how many each rule kept out: messages are kept for long, and the record has names."""
    return {
        "task": decision.task,
        "confidence": decision.confidence,
        "reason": decision.reason,
        "stage": decision.stage,
        "evidence": list(decision.evidence),
        "shortlist": [
            {
                "deployment": each.deployment,
                "model": each.model,
                "region": each.region,
                "reasons": list(each.reasons),
            }
            for each in decision.shortlist
        ],
        "excluded": {rule: len(names) for rule, names in decision.rules.items()},
        "input_tokens": decision.input_tokens,
    }


def attempts_to_plain(attempts: Iterable[AttemptRecord]) -> list[dict[str, Any]]:
    """Every attempt, failed ones too, each with its own usage."""
    return [attempt_to_plain(unquoted(each)) for each in attempts]


def attempt_to_plain(each: AttemptRecord) -> dict[str, Any]:
    """One attempt as it is: what its vendor said stands in it, for whoever made the call and nobody else."""
    return {
        "id": each.id,
        "deployment": each.deployment,
        "model": each.model,
        "role": each.role,
        "parent": each.parent,
        "started": each.started,
        "latency": each.latency,
        "first_token": each.first_token,
        "waited": each.waited,
        "adjusted": list(each.adjusted),
        "served_model": each.served_model,
        "substituted": each.substituted,
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
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
        "estimated": usage.estimated,
        "cost": usage.cost,
    }
