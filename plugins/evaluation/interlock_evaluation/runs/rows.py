"""Runs as rows, read and written within a transaction of the store's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, func, select

from interlock import Constraints, RequestError
from interlock_evaluation import tables
from interlock_evaluation.grading import Mark
from interlock_evaluation.runs.run import Kept, Key, Result, Run
from interlock_evaluation.suites import Sample, Suite
from interlock_sql.building import INSERT

_OPTIONS = ("repeats", "grader", "judge", "run_code")
# What of a run may not change once it has begun, and what it is called.
_FIXED = (
    ("tasks", "choice of tasks"),
    ("digest", "suite"),
    ("models", "models"),
    ("repeats", "repeats"),
    ("judge", "judge"),
)


def begin(connection: Connection, run: Run, suite: Suite, tasks: Mapping[str, str]) -> Run:
    row = connection.execute(select(tables.runs).where(tables.runs.c.id == run.id)).one_or_none()
    if row is not None:
        return _same(_run(row), run)
    facts = {**{name: getattr(run, name) for name in _OPTIONS}, "tasks": [*run.tasks]}
    connection.execute(
        tables.runs.insert().values(
            id=run.id,
            suite=run.suite,
            digest=run.digest,
            configuration=run.configuration,
            models=json.dumps(list(run.models)),
            options=json.dumps(facts),
            started=run.started,
        )
    )
    rows = [
        {
            "run": run.id,
            "prompt": sample.id,
            "number": number,
            "task": tasks[sample.id],
            "sample": json.dumps(_plain(sample), ensure_ascii=False),
        }
        for number, sample in enumerate(suite)
    ]
    connection.execute(tables.samples.insert(), rows)
    return run


def _same(old: Run, new: Run) -> Run:
    """The run that is gone on with. The configuration may have changed: that is told, and not refused."""
    for name, what in _FIXED:
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            raise RequestError(
                f"{old.id!r} was begun with another {what}: {_shown(before)}, not {_shown(now)}; give "
                "this one another name.",
                key="--run",
            )
    return old


def _shown(value: object) -> str:
    return (", ".join(value) or "all of them") if isinstance(value, tuple) else str(value)


def done(connection: Connection, run: str, *, errors: bool) -> set[Key]:
    wanted = [tables.results.c.run == run, tables.results.c.outcome.is_not(None)]
    if not errors:
        wanted.append(tables.results.c.outcome != "error")
    found = select(tables.results.c.prompt, tables.results.c.model, tables.results.c.repeat).where(*wanted)
    return {Key(*row) for row in connection.execute(found)}


def spent(connection: Connection, run: str) -> float:
    of = [
        select(func.sum(table.c.cost)).where(table.c.run == run) for table in (tables.results, tables.marks)
    ]
    return sum(connection.execute(each).scalar() or 0.0 for each in of)


def asking(connection: Connection, run: str, key: Key) -> None:
    connection.execute(_begun(connection.dialect.name), {"run": run, **key._asdict(), "asked": 1})


def finish(connection: Connection, run: str, result: Result, given: Mapping[str, Mark]) -> None:
    facts = asdict(result)
    key = Key(*facts.pop("key"))
    asked = facts.pop("asked")
    this = _question(run, key)
    if connection.execute(_FINISHED, {**this, **facts}).rowcount == 0:
        connection.execute(tables.results.insert(), {"run": run, **key._asdict(), "asked": asked, **facts})
    connection.execute(_UNMARKED, this)
    marked = [
        {"run": run, **key._asdict(), "grader": grader, **asdict(mark)} for grader, mark in given.items()
    ]
    if marked:
        connection.execute(tables.marks.insert(), marked)


@cache
def _begun(dialect: str) -> Any:
    """The call of a question is begun, once more if it was before."""
    made: Any = INSERT[dialect](tables.results)
    again = {"asked": tables.results.c.asked + 1}
    return made.on_conflict_do_update(index_elements=list(tables.results.primary_key), set_=again)


def _question(run: str, key: Key) -> dict[str, Any]:
    return {"this_run": run, **{f"this_{name}": value for name, value in key._asdict().items()}}


def _this(table: Any) -> Any:
    """The rows of the question that `_question` names."""
    return and_(*(table.c[name] == bindparam(f"this_{name}") for name in ("run", *Key._fields)))


# Put together once: SQLAlchemy takes longer for that than the database for its part.
_FINISHED: Final = tables.results.update().where(_this(tables.results))
_OUTCOME: Final = select(tables.results.c.outcome).where(_this(tables.results))
_UNMARKED: Final = tables.marks.delete().where(_this(tables.marks))


def end(connection: Connection, run: str, at: float | None) -> None:
    connection.execute(tables.runs.update().where(tables.runs.c.id == run).values(ended=at))


def asked(connection: Connection, name: str) -> tuple[Run, list[Sample]]:
    row, found = _named(connection, name)
    return _run(row), [_sample(json.loads(each.sample)) for each in found]


def outcome(connection: Connection, run: str, key: Key) -> str | None:
    found: str | None = connection.execute(_OUTCOME, _question(run, key)).scalar()
    return found


def outcomes(connection: Connection, run: str) -> dict[str, int]:
    found = select(tables.results.c.outcome, func.count()).where(
        tables.results.c.run == run, tables.results.c.outcome.is_not(None)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(found.group_by(tables.results.c.outcome))}


def kept(connection: Connection, name: str) -> Kept:
    row, found = _named(connection, name)
    of = [_sample(json.loads(each.sample)) for each in found]
    tasks = {each.prompt: each.task for each in found}
    came = [
        _result(each)
        for each in connection.execute(
            select(tables.results).where(tables.results.c.run == name, tables.results.c.outcome.is_not(None))
        )
    ]
    given: dict[Key, dict[str, Mark]] = {}
    for each in connection.execute(select(tables.marks).where(tables.marks.c.run == name)):
        key = Key(each.prompt, each.model, each.repeat)
        given.setdefault(key, {})[each.grader] = Mark(score=each.score, why=each.why, cost=each.cost)
    return Kept(
        run=_run(row), samples=of, tasks=tasks, results={each.key: each for each in came}, marks=given
    )


def _named(connection: Connection, name: str) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """Its row and those of its samples. Raises RequestError where there is no such run."""
    row = connection.execute(select(tables.runs).where(tables.runs.c.id == name)).one_or_none()
    if row is None:
        known = [
            each
            for (each,) in connection.execute(select(tables.runs.c.id).order_by(tables.runs.c.started.desc()))
        ]
        told = f"there are {', '.join(known[:5])}" if known else "nothing was run yet"
        raise RequestError(f"there is no run {name!r}; {told}.", key="RUN")
    samples = select(tables.samples).where(tables.samples.c.run == name).order_by(tables.samples.c.number)
    return row, connection.execute(samples).all()


def tasks(connection: Connection, name: str) -> set[str]:
    of = select(tables.samples.c.task).where(tables.samples.c.run == name).distinct()
    return {task for (task,) in connection.execute(of)}


def runs(connection: Connection) -> list[Run]:
    return [
        _run(row)
        for row in connection.execute(
            select(tables.runs).order_by(tables.runs.c.started.desc(), tables.runs.c.id)
        )
    ]


def _run(row: Row[Any]) -> Run:
    options = json.loads(row.options)
    return Run(
        id=row.id,
        suite=row.suite,
        digest=row.digest,
        configuration=row.configuration,
        models=tuple(json.loads(row.models)),
        started=row.started,
        ended=row.ended,
        tasks=tuple(options.get("tasks", ())),
        **{name: options[name] for name in _OPTIONS},
    )


def _result(row: Row[Any]) -> Result:
    facts = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    del facts["run"]
    key = Key(facts.pop("prompt"), facts.pop("model"), facts.pop("repeat"))
    return Result(key=key, **facts)


def _plain(sample: Sample) -> dict[str, Any]:
    facts = asdict(sample)
    facts["constraints"] = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in facts["constraints"].items()
    }
    return facts


def _sample(facts: dict[str, Any]) -> Sample:
    constraints: dict[str, Any] = facts.pop("constraints")
    named: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in constraints.items()
    }
    lists: tuple[str, ...] = ("messages", "tags")
    for name in lists:
        facts[name] = tuple(facts[name])
    return Sample(constraints=Constraints(**named), **facts)
