"""Entries of the log of what cannot be lost: digests and names, no content."""

from hashlib import sha256
from typing import Any

from interlock import LogEntry
from interlock_agents.ledger.effects import Effect


def intent(effect: Effect) -> LogEntry:
    """It is about to be done, under this consent."""
    grant = effect.grant
    return _entry("agents.effect_intent", effect, grant=None if grant is None else grant.id)


def begun(effect: Effect) -> list[LogEntry]:
    """It is about to be done and sent, and a person's consent to it is used up by that."""
    used = [] if effect.grant is None else [_entry("agents.approval_used", effect, grant=effect.grant.id)]
    return [*used, intent(effect), sent(effect)]


def sent(effect: Effect) -> LogEntry:
    """It is about to be sent."""
    return _entry("agents.effect_sent", effect)


def settled(effect: Effect, *, state: str, reason: str | None) -> LogEntry:
    """Its outcome is known, or a person is to find out."""
    return _entry("agents.effect_settled", effect, state=state, reason=reason)


def incident(effect: Effect, *, seen: int) -> LogEntry:
    """It is there more than once."""
    return _entry("agents.effect_incident", effect, seen=seen)


def decided(effect: Effect, *, decision: str, by: str, evidence: str) -> LogEntry:
    """A person has decided what has become of it."""
    entry = _entry(
        "agents.person_decided", effect, decision=decision, evidence=sha256(evidence.encode()).hexdigest()
    )
    return LogEntry(
        kind=entry.kind,
        run=entry.run,
        step=entry.step,
        facts=entry.facts,
        subject=by,
        personal={"by": by, "evidence": evidence},
    )


def _entry(kind: str, effect: Effect, **facts: Any) -> LogEntry:
    told = {
        "effect": effect.id,
        "tool": effect.tool,
        "tool_digest": effect.tool_digest,
        "arguments_digest": effect.arguments_digest,
        "key": effect.key,
        "tries": effect.tries,
        "epoch": effect.epoch,
    }
    return LogEntry(kind=kind, run=effect.place.run, step=effect.place.step, facts=told | facts)
