"""Runs of agents as rows, read and written within a transaction of the store's."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, func, select

from interlock import RequestError
from interlock_evaluation.agents.attempt import (
    AgentRun,
    Attempt,
    AttemptKey,
    Checked,
    EffectCounts,
    KeptAttempts,
    MadeCall,
)
from interlock_evaluation.agents.suite import Suite
from interlock_evaluation.agents.tables import agent_attempts, agent_runs

_OPTIONS = ("repeats", "faults", "seed", "consent", "max_tokens")
_SAME = ("digest", "models", "tasks", *_OPTIONS)
_JSON = ("answer", "checks", "calls", "effects")


def begin(connection: Connection, run: AgentRun, suite: Suite) -> AgentRun:
    row = connection.execute(select(agent_runs).where(agent_runs.c.id == run.id)).one_or_none()
    if row is not None:
        return _same(_run(row), run)
    tasks = [
        {"id": task.id, "goal": task.goal, "least": task.least_calls}
        for task in suite
        if task.id in run.tasks
    ]
    connection.execute(
        agent_runs.insert().values(
            id=run.id,
            suite=run.suite,
            digest=run.digest,
            configuration=run.configuration,
            tasks=json.dumps(tasks, ensure_ascii=False),
            models=json.dumps(list(run.models)),
            options=json.dumps({name: getattr(run, name) for name in _OPTIONS}),
            started=run.started,
        )
    )
    return run


def _same(old: AgentRun, new: AgentRun) -> AgentRun:
    """The run that is gone on with. The configuration may have changed: that is told, and not refused."""
    for name in _SAME:
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            what = "suite" if name == "digest" else name
            raise RequestError(
                f"{old.id!r} was begun with other {what}: {_shown(before)}, not {_shown(now)}; give this one "
                "another name.",
                key="--run",
            )
    return old


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def done(connection: Connection, run: str, *, errors: bool) -> set[AttemptKey]:
    wanted = [agent_attempts.c.run == run, agent_attempts.c.outcome.is_not(None)]
    if not errors:
        wanted.append(agent_attempts.c.outcome != "unmeasured")
    found = select(agent_attempts.c.task, agent_attempts.c.model, agent_attempts.c.repeat).where(*wanted)
    return {AttemptKey(*row) for row in connection.execute(found)}


def spent(connection: Connection, run: str) -> float:
    found = select(func.sum(agent_attempts.c.cost)).where(agent_attempts.c.run == run)
    return connection.execute(found).scalar() or 0.0


def beginning(connection: Connection, run: str, key: AttemptKey) -> int:
    begun = agent_attempts.update().where(_is(run, key)).values(begun=agent_attempts.c.begun + 1)
    if connection.execute(begun).rowcount == 0:
        connection.execute(agent_attempts.insert().values(run=run, **key._asdict(), begun=1))
        return 1
    return int(connection.execute(select(agent_attempts.c.begun).where(_is(run, key))).scalar_one())


def finish(connection: Connection, run: str, attempt: Attempt) -> None:
    facts = asdict(attempt)
    key = AttemptKey(*facts.pop("key"))
    del facts["begun"]
    for name in _JSON:
        facts[name] = json.dumps(facts[name], default=str)
    # What a model or a server has said may hold what no database keeps as text.
    facts["why"] = facts["why"].replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    connection.execute(agent_attempts.update().where(_is(run, key)).values(**facts))


def end(connection: Connection, run: str, at: float | None) -> None:
    connection.execute(agent_runs.update().where(agent_runs.c.id == run).values(ended=at))


def kept(connection: Connection, name: str) -> KeptAttempts:
    row = connection.execute(select(agent_runs).where(agent_runs.c.id == name)).one_or_none()
    if row is None:
        known = [each.id for each in runs(connection)]
        told = f"there are {', '.join(known[:5])}" if known else "no agent was evaluated yet"
        raise RequestError(f"there is no run {name!r}; {told}.", key="RUN")
    came = connection.execute(
        select(agent_attempts)
        .where(agent_attempts.c.run == name, agent_attempts.c.outcome.is_not(None))
        .order_by(agent_attempts.c.task, agent_attempts.c.model, agent_attempts.c.repeat)
    )
    tasks = json.loads(row.tasks)
    attempts = [_attempt(each) for each in came]
    return KeptAttempts(
        run=_run(row),
        attempts={each.key: each for each in attempts},
        least={each["id"]: each["least"] for each in tasks if each["least"] is not None},
        goals={each["id"]: each["goal"] for each in tasks},
    )


def runs(connection: Connection) -> list[AgentRun]:
    newest = select(agent_runs).order_by(agent_runs.c.started.desc(), agent_runs.c.id)
    return [_run(row) for row in connection.execute(newest)]


def _is(run: str, key: AttemptKey) -> Any:
    table = agent_attempts.c
    return (
        (table.run == run)
        & (table.task == key.task)
        & (table.model == key.model)
        & (table.repeat == key.repeat)
    )


def _run(row: Row[Any]) -> AgentRun:
    options = json.loads(row.options)
    return AgentRun(
        id=row.id,
        suite=row.suite,
        digest=row.digest,
        tasks=tuple(each["id"] for each in json.loads(row.tasks)),
        configuration=row.configuration,
        models=tuple(json.loads(row.models)),
        started=row.started,
        ended=row.ended,
        **{name: options[name] for name in _OPTIONS if name in options},
    )


def _attempt(row: Row[Any]) -> Attempt:
    facts = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    del facts["run"]
    key = AttemptKey(facts.pop("task"), facts.pop("model"), facts.pop("repeat"))
    for name in _JSON:
        facts[name] = json.loads(facts[name])
    facts["checks"] = tuple(Checked(**each) for each in facts["checks"])
    facts["calls"] = tuple(MadeCall(**each) for each in facts["calls"])
    facts["effects"] = EffectCounts(**facts["effects"])
    return Attempt(key=key, **facts)
