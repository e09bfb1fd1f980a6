"""Runs and effects as JSON."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from interlock_agents.budgets import Amounts
from interlock_agents.ledger import Effect, EffectEvent
from interlock_agents.running.state import Run


def run_to_plain(run: Run) -> dict[str, Any]:
    """The run with its nodes' values. Times are seconds since the epoch; bytes are `{"$bytes": base64}`."""
    return {
        **summary_to_plain(run),
        "nodes": [
            {**asdict(node), "value": value_to_plain(run.values.get(name))}
            for name, node in run.nodes.items()
        ],
        "waiting_for": [asdict(each) for each in run.waiting_for],
        "open_effects": [asdict(each) for each in run.effects],
        "value": value_to_plain(run.value),
    }


def summary_to_plain(run: Run) -> dict[str, Any]:
    """The run without what its nodes have come to."""
    return {
        "id": run.id,
        "goal": run.goal,
        "state": run.state,
        "why": run.why,
        "calls": run.calls,
        "limit": run.limit,
        "spent": _amounts(run.spent),
        "held": _amounts(run.held),
        "plan_version": run.plan_version,
        "warning": run.warning,
        "by_policy": run.by_policy,
        "created": run.created,
        "updated": run.updated,
    }


def effect_to_plain(effect: Effect, events: Sequence[EffectEvent] = ()) -> dict[str, Any]:
    """The effect, and what has happened to it, oldest first."""
    return {
        "id": effect.id,
        "tool": effect.tool,
        "does": effect.effect,
        "state": effect.state,
        "arguments": value_to_plain(dict(effect.arguments)),
        "key": effect.key,
        "repeat": effect.repeat.way,
        "settles_within": effect.settles_within,
        "tries": effect.tries,
        "until": effect.until,
        "seen": effect.seen,
        "receipt": None if effect.receipt is None else value_to_plain(dict(effect.receipt)),
        "approved_by": None if effect.grant is None else effect.grant.approver,
        "events": [asdict(each) for each in events],
    }


def value_to_plain(value: Any) -> Any:
    """A node's value, its bytes as base64."""
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {str(name): value_to_plain(item) for name, item in value.items()}
    return [value_to_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _amounts(amounts: Amounts) -> dict[str, float]:
    return {
        "usd": amounts.usd,
        "tokens": amounts.tokens,
        "seconds": amounts.seconds,
        "calls": amounts.calls,
    }
