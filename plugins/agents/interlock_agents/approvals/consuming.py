"""A grant is used in the transaction that writes the intent of its effect, or not at all."""

from dataclasses import replace

from sqlalchemy import Connection, bindparam, select, update

from interlock.types.approvals import ApprovalRequest, Grant
from interlock_agents.approvals.clock import moment
from interlock_agents.approvals.rows import approval_in, binding_of, granted_then
from interlock_agents.approvals.tables import approvals
from interlock_sql.building import text

_BY_GRANT = select(approvals).where(approvals.c.grant_id == bindparam("its_grant"))
_USE = (
    update(approvals)
    .where(approvals.c.id == bindparam("its_id"), approvals.c.state == "approved")
    .values(state="used", used_at=bindparam("at"), used_by=bindparam("by"))
)


def consume(
    connection: Connection, grant: Grant, asked: ApprovalRequest, *, effect: str, now: float
) -> str | None:
    """Use the grant for that effect; None, or why not, in a sentence.

    What was given is what the store has, not what `grant` says. `asked` is the run as it would be put before
    a person now, which is `now` in seconds since the epoch by the store's clock.

    The same effect may use its grant again, which changes nothing: an intent that is written a second time is
    the same intent. A transaction that fails leaves the grant unused.
    """
    row = connection.execute(_BY_GRANT, {"its_grant": grant.id}).mappings().first()
    if row is None:
        return "nobody has given this grant here"
    approval = approval_in(row)
    given = approval.grant
    if approval.used_by:
        return (
            None if (approval.used_by, _same(given, asked)) == (effect, True) else "the grant has been used"
        )
    if approval.state == "expired":
        return "the grant has expired"
    if given is None:
        return f"the grant was given for a request that is {approval.state}"
    if given != grant:
        return "the grant is not as it was given"
    if why := given.why_not(asked, now=now):
        return why
    if moment(now).since(granted_then(row)) >= row["lasts"]:
        return "the grant has expired"
    if row["binding"] != binding_of(asked, effect):
        return "the grant is for another effect"
    if connection.execute(_USE, {"its_id": approval.id, "at": now, "by": text(effect)}).rowcount == 1:
        return None
    # Somebody else was faster; it may have been this effect in another process.
    by = connection.execute(select(approvals.c.used_by).where(approvals.c.id == approval.id)).scalar()
    return None if by == text(effect) else "the grant has been used"


def renewed(connection: Connection, effect: str, *, now: float) -> Grant | None:
    """The grant that this effect used, for whoever sends it, for the first time or once more; None where it
    used none.

    It is dated from `now` on, in seconds since the epoch by the clock of whoever checks it, for it was used
    in time: consent to an effect does not end while the effect is under way.
    """
    used = select(approvals).where(approvals.c.used_by == text(effect)).order_by(approvals.c.used_at.desc())
    row = connection.execute(used.limit(1)).mappings().first()
    given = None if row is None else approval_in(row).grant
    if given is None:
        return None
    return replace(given, issued=now, expires=now + given.expires - given.issued)


def _same(given: Grant | None, asked: ApprovalRequest) -> bool:
    """Whether it is the same run of the same tool; what it would do may look otherwise once it is done."""
    return given is not None and (given.tool_digest, given.arguments_digest, given.run, given.step) == (
        asked.tool_digest,
        asked.arguments_digest,
        asked.run,
        asked.step,
    )
