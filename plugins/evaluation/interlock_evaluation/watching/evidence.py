"""Whether what learned routes stand on is still what it was: who answers, and what its card says."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from interlock import Router
from interlock.types.models import Deployment
from interlock_evaluation.runs import RunStore
from interlock_evaluation.watching.kept import WatchStore
from interlock_evaluation.watching.watch import Watch

_NAMES: Final = {
    "name": "its name at the provider",
    "context_window": "its context window",
    "max_output": "the longest answer",
    "price": "its price in US dollars a million tokens, in and out",
}
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one row of learned routes stands on.

    Attributes:
        task: the row's; `model` leads it, and `over` is what it was compared with, if anything.
        id, measured: as the file has them; `measured` is a day.
        stale: why it holds no more; empty while it does, as far as anybody knows.
        told: what the file itself says already.
        calls: how many calls since say who answered.
    """

    task: str
    model: str
    over: str
    id: str
    measured: str
    stale: str = ""
    told: str = ""
    calls: int = 0


async def evidence_of(
    router: Router, kept: WatchStore, runs: RunStore, watch: Watch, now: float
) -> list[Evidence]:
    """Every row of the router's learned routes that has evidence, by task.

    What was known when a row's evidence was first seen is written down, and compared from then on. Who
    answered then is what the routes' own source says, else the newest run from before they were measured,
    else the watch's baseline.

    Raises:
        StoreError: the store cannot be read or written.
    """
    learned = router.wiring.learned
    if learned is None:
        return []
    found = []
    for task, each in sorted(learned.evidence.items()):
        leads = learned.routes[task][0]
        whys: list[str] = []
        calls = 0
        then = await kept.facts(each.id)
        for model in dict.fromkeys(filter(None, (leads, each.over))):
            for deployment in meant(router, model):
                known = then.get(deployment.id)
                if known is None:
                    facts = {
                        "card": card_facts(deployment),
                        **(
                            _served_by(learned.source, model, deployment, each.measured)
                            or await _served_then(runs, watch, deployment, each.measured)
                        ),
                    }
                    await kept.know(each.id, now, {deployment.id: facts})
                    known = (now, facts)
                served = _served_since(watch, deployment.id, known[1]["since"])
                calls += sum(served.values())
                whys += _changed(deployment, known[0], known[1], served)
        found.append(
            Evidence(
                task=task,
                model=leads,
                over=each.over,
                id=each.id,
                measured=each.measured,
                stale="; ".join(dict.fromkeys(whys)),
                told=each.stale,
                calls=calls,
            )
        )
    return found


def meant(router: Router, model: str) -> list[Deployment]:
    """The deployments that a name in a route means: those of a model, or the one that is called so."""
    return [each for each in router.deployments.values() if model in (each.id, each.model)]


def card_facts(deployment: Deployment) -> dict[str, Any]:
    """What an answer and its cost depend on, as JSON has it."""
    card, rates = deployment.card, deployment.rates
    return {
        "name": deployment.name,
        "context_window": card.context_window,
        "max_output": card.max_output,
        "price": None if rates is None else [rates.input, rates.output],
    }


def end_of(day: str) -> float:
    """When a day such as 2026-11-30 is over, in UTC."""
    return (
        datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    ).timestamp()


def _served_by(
    source: Mapping[str, Any], model: str, deployment: Deployment, measured: str
) -> dict[str, Any] | None:
    """The same, by what the file of routes says of a model; None where it says nothing of it."""
    told = source.get("served")
    if not isinstance(told, Mapping):
        return None
    for name in (deployment.id, model, deployment.model):
        names = told.get(name)
        if isinstance(names, list) and names and all(isinstance(each, str) for each in names):
            by = "the answers that routes were learned from"
            return {"served": sorted(names), "by": by, "since": end_of(measured)}
    return None


async def _served_then(runs: RunStore, watch: Watch, deployment: Deployment, measured: str) -> dict[str, Any]:
    """Who answered for it when it was measured, who says so, and from when on it may be otherwise."""
    until = end_of(measured)
    for run in await runs.runs():
        if run.started < until and {deployment.id, deployment.model} & {*run.models}:
            kept = await runs.kept(run.id)
            names = {
                each.served_model
                for each in kept.results.values()
                if each.deployment == deployment.id and each.served_model
            }
            if names:
                since = run.started if run.ended is None else run.ended
                return {"served": sorted(names), "by": f"the run {run.id}", "since": since}
    before = [each.traffic for each in watch.steps if each.number < 0 and each.until <= until]
    names = {name for day in before or watch.days for name in day.of(deployment.id).served}
    return {"served": sorted(names), "by": "the watch's baseline", "since": until}


def _served_since(watch: Watch, deployment: str, measured: float) -> Counter[str]:
    found = Counter[str]()
    for step in watch.steps:
        if step.since >= measured or (step.number >= 0 and step.until > measured):
            found.update(step.traffic.of(deployment).served)
    return found


def _changed(
    deployment: Deployment, at: float, then: Mapping[str, Any], served: Counter[str]
) -> Iterable[str]:
    before: Sequence[str] = then["served"]
    new = {name: count for name, count in served.items() if before and name not in before}
    if new:
        count, total = sum(new.values()), sum(served.values())
        yield (
            f"{deployment.id} was served as {_listed(before)} by {then['by']}, "
            f"and as {_listed(sorted(new))} in {count:,} of {total:,} calls since"
        )
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    now = card_facts(deployment)
    for name, words in _NAMES.items():
        was = then["card"].get(name)
        if was != now[name]:
            yield f"{deployment.id}: {words} was {_fact(was)} on {day}, and is {_fact(now[name])}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _fact(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, list):
        return " and ".join(f"{each:g}" for each in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
