"""What became of a cascade's steps, and which ones it would take, for people."""

import sys
from typing import TYPE_CHECKING, Any

from interlock.cli import show
from interlock.records.summary import member_cost
from interlock.types.decisions import Decision
from interlock.types.escalations import StepFacts
from interlock.types.records import Record
from interlock.types.request import Settings

if TYPE_CHECKING:
    from interlock.engine.cascades import Cascades

REJECTED = (
    "No answer of the cascade was accepted: this is a rejected one, which `rejected: hand_over` lets pass."
)
_TOLD = {
    "accepted": "accepted",
    "escalated": "not enough",
    "failed": "failed",
    "last": "asked last, and judged by nobody",
    "handed_over": "rejected, and handed over",
    "unasked": "not asked",
}


def cascade_lines(record: Record) -> list[str]:
    """A line on how far it went, and one on each step: why the next was asked, and what it cost."""
    facts = record.cascade
    if facts is None:
        return []
    parts = [f"{facts.signal} judges", *_known(facts.signal, calibrated=facts.calibrated)]
    if facts.bound is not None:
        parts.append(f"stopped by {facts.bound}")
    lines = [f"Cascade {facts.cascade}: {' · '.join(parts)}"]
    return [*lines, *(f"  {_step(record, each)}" for each in facts.steps)]


def _known(signal: str, *, calibrated: bool) -> tuple[str, ...]:
    """Whether anybody has measured the signal; whether an answer fits is nothing to measure."""
    return () if signal == "schema" else ("calibrated" if calibrated else "uncalibrated",)


def _step(record: Record, step: StepFacts) -> str:
    via = "" if step.deployment in (None, step.name) else f" via {step.deployment}"
    how = _TOLD.get(step.outcome, step.outcome)
    if step.why:
        how = f"{how}: {step.why}"
    if step.value is not None and step.threshold is not None:
        relation = "reaches" if step.value >= step.threshold else "below"
        how = f"{how}, {step.signal} {step.value:.2f} {relation} {step.threshold:.2f}"
    asked = any(each.member == str(step.number) for each in record.attempts)
    cost = show.dollars(member_cost(record, str(step.number))) if asked else ""
    return " · ".join(part for part in (f"{step.number} {step.name}{via}", how, cost) if part)


def cascade_data(
    cascades: "Cascades | None", decision: Decision, settings: Settings
) -> dict[str, Any] | None:
    """The steps that a request would take, with what an attempt at each may cost; None without a cascade."""
    rules = None if cascades is None else cascades.of(decision.task)
    if cascades is None or rules is None:
        return None
    steps = [
        {
            "number": each.number,
            "name": each.name,
            "deployments": [one.deployment for one in each.candidates],
            "excluded": dict(each.excluded),
            "estimate": cascades.estimate(each.candidates[0].deployment, decision, settings)
            if each.candidates
            else None,
        }
        for each in cascades.planned(rules, decision, settings)
    ]
    return {
        "name": rules.name,
        "signal": rules.signal,
        "threshold": rules.threshold,
        "verifier": [each.name for each in rules.verifier],
        "mode": None if rules.arbiter is None else rules.arbiter.name,
        "absent": rules.absent,
        "rejected": rules.rejected,
        "calibrated": rules.calibrated,
        "max_cost": rules.max_cost,
        "max_steps": rules.max_steps,
        "steps": steps,
    }


def _left_out(step: dict[str, Any], most: float | None) -> str:
    """Why a step would not be asked; by itself alone, whatever was spent before it."""
    rules = list(dict.fromkeys(step["excluded"].values()))
    if most is not None and step["deployments"] and (step["estimate"] is None or step["estimate"] > most):
        rules.append("over max_cost")
    return "; ".join(rules) or "-"


def show_cascade(data: dict[str, Any]) -> None:
    """The same as a table; `data` is `cascade_data`'s."""
    rows = [
        (
            str(each["number"]),
            each["name"],
            show.names(each["deployments"]),
            show.dollars(each["estimate"]) or "-",
            _left_out(each, data["max_cost"]),
        )
        for each in data["steps"]
    ]
    sys.stdout.write("\n")
    show.tables((("Step", "Asked", "Deployments", "At most", "Excluded"), rows))
    bounds = [
        *([f"at most {show.dollars(data['max_cost'])} a call"] if data["max_cost"] is not None else []),
        *([f"at most {data['max_steps']} steps"] if data["max_steps"] is not None else []),
    ]
    threshold = "" if data["threshold"] is None else f" of at least {data['threshold']:.2f}"
    known = _known(data["signal"], calibrated=data["calibrated"])
    asks = f" ({data['mode']} asks {', '.join(data['verifier'])})" if data["mode"] else ""
    judged = ", ".join((f"{data['signal']}{asks}{threshold}", *known))
    show.note(f"Cascade {data['name']}: {'; '.join((judged, *bounds))}.")
