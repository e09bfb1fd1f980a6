"""One look: what was recorded since the last one is counted, kept, and compared with the baseline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final, Literal

from interlock import Router
from interlock.protocols import RecordStore
from interlock_evaluation.runs import RunStore
from interlock_evaluation.store import Store
from interlock_evaluation.watching.changes import Change, Series, changes_of
from interlock_evaluation.watching.counting import count, edges_of
from interlock_evaluation.watching.evidence import Evidence, evidence_of
from interlock_evaluation.watching.kept import WatchStore
from interlock_evaluation.watching.rerun import Proposal, proposal
from interlock_evaluation.watching.watch import Looked, Step, Told, Watch

Verdict = Literal["same", "drifted", "stale", "not measured", "not due"]
DAY: Final = 86_400.0
YEAR: Final = 366 * DAY
_LATEST: Final = DAY  # after its call began a record may still come
_SOON: Final = 0.9  # of the time between two looks: cron is not that exact
_MISSED: Final = 2  # times that time


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """As the configuration's section `watch`; `every` and `baseline` in seconds."""

    every: float = DAY
    baseline: float = 28 * DAY
    level: float = 0.05
    least: int = 30

    @property
    def part(self) -> float:
        """Seconds of one step: a day, or the time between looks where that is less."""
        return min(self.every, DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """With which calls a watch begins: those from `since` until `until`, in seconds since the epoch. `source`
    says in words why those.
    """

    since: float
    until: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look found.

    Attributes:
        verdict: `drifted` goes before `stale`.
        why: the verdict in a sentence.
        watch: its baseline, and everything that came since.
        changes: of everything that is watched.
        first: beside each change, when a look first said that it has drifted, in seconds since the epoch.
        evidence: of every learned row.
        again: what would measure anew what has changed or is stale.
        calls, late: what this look has counted.
        due: when the next one is, in seconds since the epoch.
        missed: how many seconds there were since the look before, where they were more than twice as many as
            there should be.
    """

    verdict: Verdict
    why: str
    watch: Watch | None
    changes: tuple[Change, ...] = ()
    first: tuple[float | None, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    again: Proposal | None = None
    calls: int = 0
    late: int = 0
    due: float = 0.0
    missed: float | None = None


async def look(
    router: Router,
    records: RecordStore,
    store: Store,
    settings: Settings,
    now: float,
    *,
    begin: Begin,
    again: bool = False,
    at_once: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Look:
    """Look once. What it counted is kept, and counted once, however often and by however many this is called.

    Args:
        router: whose learned routes and deployments are watched.
        records: the store of records.
        store: of evaluations.
        settings: the configuration's. The level and what is watched stay as they were when the watch began.
        now: seconds since the epoch.
        begin: with what a watch begins, where none has begun, or where one is to begin `again`.
        again: leave what was found behind, and begin with another baseline.
        at_once: look though the next look is not due.
        tell: told how many records were read.

    Raises:
        StoreError: one of the stores cannot be read or written.
    """
    kept = WatchStore(store)
    reading = _Reading(records=records, settings=settings, now=now, tell=tell)
    while True:
        watch = await kept.last()
        if watch is not None and not again:
            last = watch.looks[-1].at
            if not at_once and now < last + _SOON * settings.every:
                due = last + settings.every
                return Look(verdict="not due", why="The next look is not due.", watch=watch, due=due)
            counted = await _since(reading, kept, watch)
        else:
            number = 1 if watch is None else watch.number + 1
            counted = await _begun(reading, number, begin)
            if counted.calls < settings.least:
                why = f"{counted.calls:,} calls were recorded {begin.source}; {settings.least:,} are wanted."
                return Look(verdict="not measured", why=why, watch=None)
        found = await _found(router, store, settings, now, counted)
        told = Told(
            look=len(counted.watch.looks),
            at=now,
            until=counted.watch.steps[-1].until,
            calls=counted.calls,
            late=counted.late,
            found=_facts(found, now),
        )
        looked = Looked(
            watch=counted.watch,
            told=told,
            steps=counted.steps,
            calls=counted.ids,
            forget=told.until - _LATEST,
        )
        if await kept.keep(looked):
            return found
        again = False  # somebody else has looked meanwhile, and what is left is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    records: RecordStore
    settings: Settings
    now: float
    tell: Callable[[int], None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What a look has counted: `steps` are new, and the watch has them already."""

    watch: Watch
    steps: Sequence[Step]
    ids: dict[str, float]
    calls: int
    late: int = 0
    fresh: bool = False


async def _begun(reading: _Reading, number: int, begin: Begin) -> _Counted:
    settings, now = reading.settings, reading.now
    first = edges_of(begin.since, begin.until, settings.part)
    # What is left of less than half a step waits for the next look.
    rest = (
        edges_of(begin.until, now, settings.part) if now - begin.until > settings.part / 2 else [begin.until]
    )
    found = await count(reading.records, [*first, *rest[1:]], tell=reading.tell)
    edges, before = [*first, *rest[1:]], len(first) - 1
    steps = [
        Step(number=at - before, look=0, since=edges[at], until=edges[at + 1], traffic=part)
        for at, part in enumerate(found.parts)
    ]
    options = {
        "least": settings.least,
        "level": settings.level,
        "horizon": ceil(YEAR / settings.part),
        "source": begin.source,
    }
    watch = Watch(
        number=number, began=now, since=begin.since, until=begin.until, options=options, steps=steps
    )
    baseline = sum(each.calls for each in watch.days)
    return _Counted(watch=watch, steps=steps, ids=found.calls, calls=baseline, fresh=True)


async def _since(reading: _Reading, kept: WatchStore, watch: Watch) -> _Counted:
    seen, now = watch.seen, reading.now
    edges = edges_of(seen, max(now, seen), reading.settings.part)
    known = await kept.counted(watch.number)
    found = await count(reading.records, edges, late_from=seen - _LATEST, known=known, tell=reading.tell)
    number = watch.after[-1].number + 1 if watch.after else 0
    steps = [
        Step(number=number + at, look=len(watch.looks), since=edges[at], until=edges[at + 1], traffic=part)
        for at, part in enumerate(found.parts)
    ]
    watch = replace(watch, steps=[*watch.steps, *steps])
    return _Counted(watch=watch, steps=steps, ids=found.calls, calls=len(found.calls), late=found.late)


async def _found(router: Router, store: Store, settings: Settings, now: float, counted: _Counted) -> Look:
    watch, runs = counted.watch, RunStore(store)
    steps = [each.traffic for each in watch.after]
    options = {name: watch.options[name] for name in ("least", "level", "horizon")}
    first = first_told(watch)
    changes = tuple(
        # What was said once stands, until somebody begins again.
        replace(each, drifted=each.drifted or each.series in first)
        for each in changes_of(watch.days, steps, **options)
    )
    evidence = tuple(await evidence_of(router, WatchStore(store), runs, watch, now))
    drifted = [each.series for each in changes if each.drifted]
    stale = [each for each in evidence if each.stale]
    models = [name for each in stale for name in (each.model, each.over) if name] + _models(router, drifted)
    again = (
        await proposal(router, runs, list(dict.fromkeys(models)), _tasks(stale, drifted)) if models else None
    )
    verdict, why = _verdict(counted, changes, evidence, len(steps))
    late = watch.looks[-1].at if watch.looks else now
    return Look(
        verdict=verdict,
        why=why,
        watch=watch,
        changes=changes,
        first=tuple(first.get(each.series, now) if each.drifted else None for each in changes),
        evidence=evidence,
        again=again,
        calls=counted.calls,
        late=counted.late,
        due=now + settings.every,
        missed=now - late if now - late > _MISSED * settings.every else None,
    )


def _models(router: Router, drifted: Sequence[Series]) -> list[str]:
    names = dict.fromkeys(each.deployment for each in drifted if each.deployment)
    return [router.deployments[name].model for name in names if name in router.deployments]


def _tasks(stale: Sequence[Evidence], drifted: Sequence[Series]) -> set[str]:
    """Those that are concerned; none where a deployment has changed as a whole, and all of them are."""
    if any(each.deployment and not each.task for each in drifted):
        return set()
    return {each.task for each in stale} | {each.task for each in drifted if each.task}


def _verdict(
    counted: _Counted, changes: Sequence[Change], evidence: Sequence[Evidence], steps: int
) -> tuple[Verdict, str]:
    drifted, stale = sum(each.drifted for each in changes), sum(bool(each.stale) for each in evidence)
    if drifted:
        also = f", and {stale:,} learned rows are stale" if stale else ""
        return "drifted", f"{drifted:,} of {len(changes):,} series have changed{also}."
    if stale:
        return "stale", f"{stale:,} of {len(evidence):,} learned rows stand on what is no longer so."
    watch = counted.watch
    if steps > watch.options["horizon"]:
        return "not measured", "A year of steps is over, and later changes are not looked for: begin --again."
    if not changes:
        return "not measured", f"Nothing was asked {watch.options['least']:,} times in the baseline."
    if not counted.calls:
        return "not measured", f"No call was recorded since {_time(watch.looks[-1].until)}."
    if counted.fresh and not steps:
        return "same", "The baseline is set; nothing has come since."
    return "same", f"Nothing of {len(changes):,} series is known to have changed."


def first_told(watch: Watch) -> dict[Series, float]:
    """When a look first said that a series has changed, in seconds since the epoch."""
    found: dict[Series, float] = {}
    for told in watch.looks:
        for each in told.found.get("drifted", ()):
            found.setdefault(Series(**each), told.at)
    return found


def since_of(watch: Watch, change: Change) -> float | None:
    """When a change began, as far as steps tell, in seconds since the epoch."""
    after = watch.after
    return None if change.since is None or change.since >= len(after) else after[change.since].since


def _latest(watch: Watch, changes: Sequence[Change]) -> float | None:
    """When the last of what has drifted changed."""
    return max((since_of(watch, each) or watch.until for each in changes if each.drifted), default=None)


def _facts(found: Look, now: float) -> dict[str, Any]:
    drifted = [each.series for each in found.changes if each.drifted]
    return {
        "verdict": found.verdict,
        "at": now,
        "drifted": [
            {"measure": each.measure, "deployment": each.deployment, "task": each.task} for each in drifted
        ],
        "since": None if found.watch is None else _latest(found.watch, found.changes),
        "stale": {each.task: each.stale for each in found.evidence if each.stale},
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
