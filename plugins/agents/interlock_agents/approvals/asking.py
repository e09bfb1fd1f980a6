"""What is put before a person, in a transaction of the store's."""

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from interlock.types.approvals import ApprovalRequest
from interlock.types.canonical import digest_of
from interlock_agents.approvals.approval import Approval
from interlock_agents.approvals.clock import Moment
from interlock_agents.approvals.rows import approval_in, asked_then, binding_of, body_of, granted_then
from interlock_agents.approvals.tables import approvals
from interlock_sql.building import INSERT, text

_ID = 12  # hexadecimal digits: to be typed, and enough to tell the requests of one store apart
_STANDS = ("pending", "approved")
_TIMES = (
    *(approvals.c.id, approvals.c.state, approvals.c.waits, approvals.c.lasts),
    *(approvals.c.asked_at, approvals.c.asked_boot, approvals.c.asked_elapsed),
    *(approvals.c.granted_at, approvals.c.granted_boot, approvals.c.granted_elapsed),
)


def put(
    connection: Connection,
    asked: ApprovalRequest,
    *,
    effect: str,
    moment: Moment,
    waits: float,
    needed: int,
    again: bool = False,
) -> Approval:
    """The request as the store has it: the one that was made before, or a new one.

    What is denied stays so, unless it is asked `again`. Whatever else the same step has asked for and nobody
    has answered is withdrawn.
    """
    sweep(connection, moment, *_place(asked))
    binding = binding_of(asked, effect)
    rows = select(approvals).where(approvals.c.binding == binding).order_by(approvals.c.number)
    earlier = connection.execute(rows).mappings().all()
    if earlier and earlier[-1]["state"] in (_STANDS if again else (*_STANDS, "denied")):
        return approval_in(earlier[-1])
    # Not what another process has asked for in the meantime, which is this: it is met below.
    others = (approvals.c.state == "pending", approvals.c.binding != binding)
    withdrawn = update(approvals).where(*_place(asked), *others)
    why = "the step asks for something else by now"
    connection.execute(withdrawn.values(state="withdrawn", why=why, decided_at=moment.wall))
    id_ = digest_of("request", {"binding": binding, "number": len(earlier)})[:_ID]
    new = INSERT[connection.dialect.name](approvals).on_conflict_do_nothing(index_elements=["id"])
    connection.execute(
        new.values(
            id=id_,
            binding=binding,
            effect=text(effect),
            run=text(asked.run),
            step=text(asked.step),
            body=body_of(asked),
            state="pending",
            asked_at=moment.wall,
            asked_boot=moment.boot,
            asked_elapsed=moment.elapsed,
            waits=waits,
            told=False,
            needed=needed,
            agreed="[]",
        )
    )
    row = connection.execute(select(approvals).where(approvals.c.id == id_)).mappings().one()
    return approval_in(row)


def find(connection: Connection, asked: ApprovalRequest, effect: str, moment: Moment) -> Approval | None:
    """The last request that was made for exactly this."""
    sweep(connection, moment, *_place(asked))
    same = select(approvals).where(approvals.c.binding == binding_of(asked, effect))
    row = connection.execute(same.order_by(approvals.c.number.desc()).limit(1)).mappings().first()
    return None if row is None else approval_in(row)


def pending(
    connection: Connection, moment: Moment, run: str | None, limit: int, after: str = ""
) -> list[Approval]:
    """What waits, in the order in which it was asked for."""
    sweep(connection, moment, *_of(run))
    wanted = select(approvals).where(approvals.c.state == "pending", *_of(run))
    if after:
        number = select(approvals.c.number).where(approvals.c.id == text(after)).scalar_subquery()
        wanted = wanted.where(approvals.c.number > number)
    rows = connection.execute(wanted.order_by(approvals.c.number).limit(limit)).mappings()
    return [approval_in(row) for row in rows]


def count(connection: Connection, moment: Moment, run: str | None) -> int:
    """How many requests wait."""
    sweep(connection, moment, *_of(run))
    counted = select(func.count()).select_from(approvals).where(approvals.c.state == "pending", *_of(run))
    return connection.execute(counted).scalar_one()


def sweep(connection: Connection, moment: Moment, *among: ColumnElement[bool]) -> None:
    """Write down of these what time has decided: an answer that nobody gave, a grant that nobody used."""
    waiting = select(*_TIMES).where(*among, approvals.c.state.in_(("pending", "approved")))
    for row in connection.execute(waiting).mappings().all():
        state, why = ended(row, moment)
        if state:
            over = update(approvals).where(approvals.c.id == row["id"], approvals.c.state == row["state"])
            connection.execute(over.values(state=state, why=why, decided_at=moment.wall))


def ended(row: RowMapping, moment: Moment) -> tuple[str, str]:
    """What time makes of an open request or an unused grant, and why; two empty texts while it lasts."""
    if row["state"] == "pending" and moment.since(asked_then(row)) >= row["waits"]:
        return "denied", f"nobody answered within {row['waits']:g} s"
    if row["state"] == "approved" and moment.since(granted_then(row)) >= row["lasts"]:
        return "expired", f"the grant was not used within {row['lasts']:g} s"
    return "", ""


def _place(asked: ApprovalRequest) -> tuple[ColumnElement[bool], ...]:
    return approvals.c.run == text(asked.run), approvals.c.step == text(asked.step)


def _of(run: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if run is None else (approvals.c.run == text(run),)
