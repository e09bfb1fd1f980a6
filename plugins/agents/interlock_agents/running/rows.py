"""Runs and their nodes, written and read inside a transaction of whoever asks."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, update

from interlock_agents.approvals.tables import approvals
from interlock_agents.running.ladder import Approach
from interlock_agents.running.tables import approaches, nodes, plans, runs, waiting
from interlock_sql.building import INSERT, text


class KeptPlan(NamedTuple):
    """A version of a plan as it is kept; `nodes` are ids and kinds, in order."""

    version: int
    text: str
    why: str
    at: float
    nodes: Sequence[tuple[str, str]]


FINAL = ("done", "failed", "skipped")
_DROPPED = -1  # the number of nodes that the plan does without by now


def create(connection: Connection, run: str, *, goal: str, options: str, inputs: str, now: float) -> bool:
    """Begin a run; False where it is there already."""
    row = {
        "id": run,
        "goal": text(goal),
        "state": "running",
        "why": "",
        "life": 0,
        "options": options,
        "inputs": inputs,
        "warned": False,
        "created": now,
        "updated": now,
    }
    new = INSERT[connection.dialect.name](runs).on_conflict_do_nothing().returning(runs.c.id)
    return connection.execute(new.values(row)).scalar() is not None


def read(connection: Connection, run: str) -> RowMapping | None:
    """The run's own row."""
    return connection.execute(select(runs).where(runs.c.id == run)).mappings().first()


def newest(connection: Connection, limit: int, state: str | None) -> list[RowMapping]:
    """Rows of runs, the one that changed last first."""
    of = () if state is None else (runs.c.state == state,)
    query = select(runs).where(*of).order_by(runs.c.updated.desc(), runs.c.id).limit(limit)
    return list(connection.execute(query).mappings())


def ids_like(connection: Connection) -> list[str]:
    """Ids of runs, for an error that names the nearest."""
    return list(connection.execute(select(runs.c.id).order_by(runs.c.updated.desc()).limit(500)).scalars())


def stand(connection: Connection, run: str, state: str, why: str = "", *, now: float) -> None:
    """Say how a run stands. A cancelled one stays so, and one that is done is not running again: whoever
    executes it at the same time may be late.
    """
    over = ("cancelled", "done") if state == "running" else ("cancelled",)
    of = (runs.c.id == run, runs.c.state.not_in(over))
    connection.execute(update(runs).where(*of).values(state=state, why=text(why), updated=now))


def is_cancelled(connection: Connection, run: str) -> bool:
    """Whether somebody has ended the run."""
    return connection.execute(select(runs.c.state).where(runs.c.id == run)).scalar() == "cancelled"


def reopen(connection: Connection, run: str, *, now: float) -> None:
    """Have a run that has ended be worked on again: what failed, or was skipped, is pending, unless its plan
    does without it.
    """
    connection.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(state="running", why="", life=runs.c.life + 1, updated=now)
    )
    again = (nodes.c.run == run, nodes.c.state.in_(("failed", "skipped")), nodes.c.number >= 0)
    connection.execute(update(nodes).where(*again).values(state="pending", why="", ended=None))


def warn(connection: Connection, run: str) -> bool:
    """Whether this is the first time that the run is warned."""
    done = connection.execute(
        update(runs).where(runs.c.id == run, runs.c.warned.is_(False)).values(warned=True)
    )
    return done.rowcount == 1


def add_plan(connection: Connection, run: str, kept: KeptPlan) -> None:
    """Keep a version of the plan, its nodes in their order, and the new ones as pending."""
    row = {"version": kept.version, "plan": kept.text, "why": text(kept.why), "at": kept.at}
    new = INSERT[connection.dialect.name](plans).on_conflict_do_nothing()
    connection.execute(new.values(run=run, **row))
    connection.execute(update(nodes).where(nodes.c.run == run).values(number=_DROPPED))
    for number, (node, kind) in enumerate(kept.nodes):
        at = number * 10_000
        see_node(connection, run, node, kind, number=at)
        in_it = or_(nodes.c.node == node, nodes.c.node.startswith(f"{node}[", autoescape=True))
        connection.execute(update(nodes).where(nodes.c.run == run, in_it).values(number=at))


def plan_of(connection: Connection, run: str) -> RowMapping | None:
    """The plan that is worked on; None where there is none yet."""
    query = select(plans).where(plans.c.run == run).order_by(plans.c.version.desc()).limit(1)
    return connection.execute(query).mappings().first()


def see_node(connection: Connection, run: str, node: str, kind: str, *, number: int) -> None:
    """Have a node be there, pending if it is new."""
    new = INSERT[connection.dialect.name](nodes).on_conflict_do_nothing()
    row = {"run": run, "node": node, "number": number, "kind": kind, "state": "pending", "why": ""}
    connection.execute(new.values(row))


def node_state(connection: Connection, run: str, node: str, state: str, why: str = "", *, now: float) -> None:
    """Say what a node has come to."""
    values: dict[str, Any] = {"state": state, "why": text(why)}
    if state == "running":
        values["started"] = func.coalesce(nodes.c.started, now)
    if state in FINAL:
        values["ended"] = now
    connection.execute(update(nodes).where(nodes.c.run == run, nodes.c.node == node).values(values))
    connection.execute(update(runs).where(runs.c.id == run).values(updated=now))


def set_aside(connection: Connection, run: str, node: str, why: str, *, now: float) -> None:
    """Have the items of a map count no more."""
    items = (nodes.c.run == run, nodes.c.node.startswith(f"{node}[", autoescape=True))
    gone = {"state": "skipped", "why": text(why), "ended": now}
    connection.execute(update(nodes).where(*items).values(gone))


def states(connection: Connection, run: str) -> list[RowMapping]:
    """Rows of a run's nodes, in order."""
    query = select(nodes).where(nodes.c.run == run).order_by(nodes.c.number, nodes.c.node)
    return list(connection.execute(query).mappings())


def add_approach(connection: Connection, run: str, node: str, approach: Approach) -> None:
    """Write down how a node is done next, before it is."""
    new = INSERT[connection.dialect.name](approaches).on_conflict_do_nothing()
    plain = json.dumps(approach.plain())
    connection.execute(new.values(run=run, node=node, number=approach.number, approach=plain))


def approaches_of(connection: Connection, run: str, node: str | None = None) -> dict[str, list[Approach]]:
    """By node, every way of doing it, in order."""
    of = (approaches.c.run == run,) if node is None else (approaches.c.run == run, approaches.c.node == node)
    query = select(approaches).where(*of).order_by(approaches.c.node, approaches.c.number)
    found: dict[str, list[Approach]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["node"], []).append(Approach.read(json.loads(row["approach"])))
    return found


def wait(
    connection: Connection, run: str, place: str, *, node: str, kind: str, subject: str, told: str, now: float
) -> Mapping[str, Any]:
    """What a place waits for, from now on or as before; its row."""
    new = INSERT[connection.dialect.name](waiting).on_conflict_do_nothing().returning(waiting.c.place)
    row = {
        "run": run,
        "place": place,
        "node": node,
        "kind": kind,
        "subject": subject,
        "text": text(told),
        "at": now,
    }
    if connection.execute(new.values(row)).scalar() is not None and node:
        node_state(connection, run, node, "waiting", told, now=now)
    of = (waiting.c.run == run, waiting.c.place == place)
    return dict(connection.execute(select(waiting).where(*of)).mappings().one())


def waits(connection: Connection, run: str) -> list[RowMapping]:
    """Rows of what a run waits for now, oldest first."""
    query = select(waiting).where(waiting.c.run == run, waiting.c.answered.is_(None)).order_by(waiting.c.at)
    return list(connection.execute(query).mappings())


def answer(
    connection: Connection, run: str, place: str, *, value: str | None, by: str | None, now: float
) -> bool:
    """Say that a place need not wait any more, and with which answer; False where it does not wait."""
    of = (waiting.c.run == run, waiting.c.place == place, waiting.c.answered.is_(None))
    done = connection.execute(update(waiting).where(*of).values(answer=value, by=text(by), answered=now))
    return bool(done.rowcount == 1)


def go_on(connection: Connection, run: str, kinds: Sequence[str]) -> None:
    """Have whoever waits for one of these look again; they wait anew if nothing has changed."""
    of = (waiting.c.run == run, waiting.c.kind.in_(kinds), waiting.c.answered.is_(None))
    connection.execute(delete(waiting).where(*of))


def wait_no_more(connection: Connection, run: str, node: str) -> None:
    """Have a node ask nobody."""
    of = (waiting.c.run == run, waiting.c.node == node, waiting.c.answered.is_(None))
    connection.execute(delete(waiting).where(*of))


def prune_approvals(connection: Connection, before: float) -> int:
    """Delete the requests that were answered before then, in seconds since the epoch, of runs that do not go
    on; how many they were.
    """
    goes_on = select(runs.c.id).where(runs.c.state.not_in(("done", "cancelled")))
    over = (
        approvals.c.state.not_in(("pending", "approved")),
        func.coalesce(approvals.c.decided_at, approvals.c.asked_at) < before,
        approvals.c.run.not_in(goes_on),
    )
    return int(connection.execute(delete(approvals).where(*over)).rowcount)


def limits(connection: Connection, run: str, options: str) -> None:
    """Have a run have other options than it was begun with."""
    connection.execute(update(runs).where(runs.c.id == run).values(options=options))


def plan_version(connection: Connection, run: str, version: int) -> str:
    """A version of a run's plan, as it was kept."""
    query = select(plans.c.plan).where(plans.c.run == run, plans.c.version == version)
    return str(connection.execute(query).scalar_one())
