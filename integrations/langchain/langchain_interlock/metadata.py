"""What `response_metadata` says: the model, how it ended, and under "interlock" why it was this model.

Plain data throughout: it goes into traces, caches and the checkpoints of agents.
"""

from collections.abc import Iterable
from typing import Any

from interlock import AttemptRecord, Decision, ErrorRecord, Response, Router, Usage
from langchain_interlock.layout import KEY, ORIGIN, layout_of, origin_of


def metadata_of(response: Response, name: str | None, router: Router) -> dict[str, Any]:
    """`model_name` is the name that the caller asked for, else the card that answered."""
    record = response.record
    served: dict[str, Any] = {
        "deployment": response.deployment,
        "provider": router.deployments[response.deployment].provider,
        "model": response.model,
        "served_model": response.served_model,
        "cost": response.cost,
        "latency": record.latency,
        "record": record.id,
        "rescue": record.rescue,
        "decision": decision_of(record.decision),
        "attempts": attempts_of(record.attempts),
    }
    layout = layout_of(response.message)
    if layout is not None:
        served[KEY] = layout
    origin = origin_of(response.message)
    if origin is not None:
        served[ORIGIN] = origin
    return {
        "model_provider": "interlock",
        "model_name": name or response.model,
        "finish_reason": response.finish_reason,
        "interlock": served,
    }


def decision_of(decision: Decision) -> dict[str, Any]:
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


def attempts_of(attempts: Iterable[AttemptRecord]) -> list[dict[str, Any]]:
    """Every attempt, failed ones too, each with its own usage."""
    return [
        {
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
            "usage": _usage(each.usage),
            "error": None if each.error is None else _error(each.error),
        }
        for each in attempts
    ]


def _error(error: ErrorRecord) -> dict[str, Any]:
    """A vendor's own words may quote the prompt, and metadata goes where the prompt may not."""
    said = f"{error.status or 'an error'} from the vendor" if error.quoted else error.message
    return {
        "kind": error.kind,
        "message": said,
        "status": error.status,
        "code": error.code,
        "request_id": error.request_id,
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
        "estimated": usage.estimated,
        "cost": usage.cost,
    }
