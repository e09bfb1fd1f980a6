"""A person's answer, in a transaction of the store's. The first that settles a request holds."""

import json
from collections.abc import Collection
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, select, update

from interlock import RequestError
from interlock_agents.approvals.approval import Approval, NotApprovable, unknown
from interlock_agents.approvals.asking import sweep
from interlock_agents.approvals.clock import Moment
from interlock_agents.approvals.rows import approval_in
from interlock_agents.approvals.tables import approvals
from interlock_sql.building import text

APPROVABLE = ("pending",)
DENIABLE = ("pending", "approved")
_LONGEST_NAME = 200
_LONGEST_REASON = 10_000


def read(connection: Connection, id_: str) -> Approval:
    """Raises UnknownApproval."""
    row = connection.execute(select(approvals).where(approvals.c.id == text(id_))).mappings().first()
    if row is None:
        waiting = select(approvals.c.id).where(approvals.c.state == "pending")
        raise unknown(id_, list(connection.execute(waiting).scalars()))
    return approval_in(row)


def check(
    connection: Connection, id_: str, among: Collection[str], *, moment: Moment, by: str = ""
) -> Approval:
    """The request, if it is in one of these states and this person has not agreed yet.

    Raises:
        UnknownApproval: there is no such request.
        NotApprovable: it is in another state, or they have.
    """
    sweep(connection, moment, approvals.c.id == text(id_))
    approval = read(connection, id_)
    if approval.state not in among:
        raise NotApprovable(_over(approval), approval=approval)
    if by and same_name(by) in map(same_name, approval.agreed):
        told = f"{by} has approved {id_} already; it takes {approval.needed} people"
        raise NotApprovable(told, approval=approval)
    return approval


def approve(
    connection: Connection, id_: str, *, by: str, lasts: float, moment: Moment, grant: str
) -> Approval:
    """Agree to it, by a grant of that id; where another person has to agree as well, it goes on waiting.

    Raises:
        UnknownApproval: there is no such request.
        NotApprovable: it waits for nobody any more, or this person has agreed already.
    """
    approval = check(connection, id_, APPROVABLE, moment=moment, by=by)
    agreed = (*approval.agreed, by)
    change: dict[str, Any] = {
        "agreed": json.dumps(agreed),
        "decided_by": text(by),
        "decided_at": moment.wall,
    }
    if len(agreed) >= approval.needed:
        change |= {
            "state": "approved",
            "grant_id": grant,
            "granted_at": moment.wall,
            "granted_boot": moment.boot,
            "granted_elapsed": moment.elapsed,
            "lasts": lasts,
        }
    return _changed(connection, approval, change, among=APPROVABLE)


def deny(connection: Connection, id_: str, *, by: str, why: str, moment: Moment) -> Approval:
    """Refuse it, or take back a grant that nobody has used. Raises as `approve` does."""
    approval = check(connection, id_, DENIABLE, moment=moment)
    change = {"state": "denied", "decided_by": text(by), "decided_at": moment.wall, "why": text(why)}
    return _changed(connection, approval, change, among=DENIABLE)


def reason_of(why: str) -> str:
    """The reason, as it is kept. Raises RequestError where it is too long."""
    if len(why) > _LONGEST_REASON:
        raise RequestError(f"expected at most {_LONGEST_REASON:,} characters, not {len(why):,}", key="why")
    return why


def name_of(by: object) -> str:
    """The name of whoever was authenticated, as it is kept.

    Raises:
        RequestError: it is no name that a person could read.
    """
    name = normalize("NFKC", by).strip() if isinstance(by, str) else ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise RequestError(f"expected the name of a person, of 1 to {_LONGEST_NAME} characters", key="by")
    return name


def same_name(name: str) -> str:
    """Equal for names that differ in capitals alone: two such are one person."""
    return normalize("NFKC", name).casefold()


def _changed(
    connection: Connection, approval: Approval, change: dict[str, Any], *, among: Collection[str]
) -> Approval:
    """With the change, if nobody else has changed it since it was read."""
    as_read = (
        approvals.c.id == approval.id,
        approvals.c.state.in_(among),
        approvals.c.agreed == json.dumps(approval.agreed),
    )
    done = connection.execute(update(approvals).where(*as_read).values(change))
    found = read(connection, approval.id)
    if done.rowcount != 1:
        raise NotApprovable(_over(found), approval=found)
    return found


def _over(approval: Approval) -> str:
    told = f"{approval.id} waits for nobody any more: it is {approval.state}"
    if approval.used_by:
        told += f" by {approval.used_by}"
    elif approval.decided_by:
        told += f" by {approval.decided_by}"
    elif approval.why:
        told += f", for {approval.why}"
    return told
