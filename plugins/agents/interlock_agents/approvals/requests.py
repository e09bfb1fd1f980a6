"""Requests for approval, kept where the run's effects are: asked, answered, and granted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, select, update

from interlock.protocols import DurableLog
from interlock.types.approvals import ApprovalRequest, Grant
from interlock_agents.approvals import asking, deciding
from interlock_agents.approvals.approval import Approval, NotApprovable
from interlock_agents.approvals.clock import Moment, moment
from interlock_agents.approvals.consuming import consume
from interlock_agents.approvals.entries import entry
from interlock_agents.approvals.notices import notice_of
from interlock_agents.approvals.notifying.protocol import Notice, Notifier
from interlock_agents.approvals.notifying.tell import tell
from interlock_agents.approvals.rules import ApprovalRules, check_seconds
from interlock_agents.approvals.tables import approvals, told
from interlock_agents.store import Store
from interlock_sql.building import INSERT, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What waits for people's consent. Several processes may share its store.

    Attributes:
        log: told of each step before it is taken; None tells nobody.
        notifiers: told once a request is kept.
    """

    store: Store
    rules: ApprovalRules = field(default_factory=ApprovalRules)
    log: DurableLog | None = None
    notifiers: Sequence[Notifier] = ()

    async def put(self, asked: ApprovalRequest, *, effect: str = "", again: bool = False) -> Approval:
        """Put it before a person, once: what was put before is given as it is now, with its grant or the
        reason of its denial.

        What is denied stays so for the same run of the same step, unless it is asked `again`. `effect` is
        the id of the effect that waits, by default the run and the step with a slash between them.

        Raises:
            StoreError: it could not be kept, or the log not be told.
        """
        effect = effect or f"{asked.run}/{asked.step}"
        needed = 2 if asked.effect in self.rules.four_eyes else 1

        def work(connection: Connection) -> tuple[Approval, bool]:
            approval = asking.put(
                connection,
                asked,
                effect=effect,
                moment=self._now(connection),
                waits=self.rules.waits,
                needed=needed,
                again=again,
            )
            heard = select(approvals.c.told).where(approvals.c.id == approval.id)
            return approval, bool(connection.execute(heard).scalar())

        approval, heard = await self.store.run(work)
        if approval.open and not heard:
            await self._asks(approval)
        return approval

    async def grant_for(self, asked: ApprovalRequest, *, effect: str = "") -> Grant | None:
        """The consent to exactly this, as long as it may be used; None while there is none."""
        effect = effect or f"{asked.run}/{asked.step}"
        found = await self.store.run(lambda each: asking.find(each, asked, effect, self._now(each)))
        return None if found is None or found.state != "approved" else found.grant

    async def get(self, id_: str) -> Approval:
        """Raises UnknownApproval."""

        def work(connection: Connection) -> Approval:
            asking.sweep(connection, self._now(connection), approvals.c.id == text(id_))
            return deciding.read(connection, id_)

        return await self.store.run(work)

    async def pending(self, run: str | None = None, *, limit: int = 100, after: str = "") -> list[Approval]:
        """What waits for somebody, the longest first, at most `limit` requests; of one run, where it is
        named. `after` is the id of the last one of the page before.
        """
        return await self.store.run(lambda each: asking.pending(each, self._now(each), run, limit, after))

    async def count(self, run: str | None = None) -> int:
        """How many requests wait for somebody."""
        return await self.store.run(lambda each: asking.count(each, self._now(each), run))

    async def approve(self, id_: str, *, by: str, lasts: float | None = None) -> Grant | None:
        """Agree, as the person `by` whom somebody has authenticated, and have the grant; None where another
        person has to agree as well. It may be used once, within `lasts` seconds.

        Raises:
            UnknownApproval: there is no such request.
            NotApprovable: it waits for nobody any more, or this person has agreed already.
            RequestError: `by` is no name, or `lasts` no time.
            StoreError: it could not be kept, or the log not be told.
        """
        name = deciding.name_of(by)
        seconds = check_seconds(self.rules.lasts if lasts is None else lasts, "lasts")
        grant = uuid4().hex
        facts = {"lasts": seconds, "grant": grant}

        def work(connection: Connection) -> Approval:
            now = self._now(connection)
            return deciding.approve(connection, id_, by=name, lasts=seconds, moment=now, grant=grant)

        approved = await self._decide(id_, name, work, facts=facts)
        return approved.grant

    async def deny(self, id_: str, *, by: str, why: str = "") -> Approval:
        """Refuse, as the person `by`, or take back a grant that nobody has used; the agent is told `why`.

        Raises:
            UnknownApproval: there is no such request.
            NotApprovable: it is over, by time, by a denial, or because its effect is under way.
            RequestError: `by` is no name, or `why` longer than 10,000 characters.
            StoreError: it could not be kept, or the log not be told.
        """
        name, reason = deciding.name_of(by), deciding.reason_of(why)

        def work(connection: Connection) -> Approval:
            return deciding.deny(connection, id_, by=name, why=reason, moment=self._now(connection))

        return await self._decide(id_, name, work)

    def consume(
        self, connection: Connection, grant: Grant, asked: ApprovalRequest, *, effect: str
    ) -> str | None:
        """As `consume` of this package, by the store's clock: for whoever writes an effect's intent with this
        connection of the store.
        """
        return consume(connection, grant, asked, effect=effect, now=self.store.now(connection))

    async def tell_of(self, doubt: Notice) -> None:
        """Tell people, once, of an effect of which nobody knows whether it has happened.

        Raises:
            StoreError: it cannot be kept that they were told.
        """
        if not self.notifiers:
            return
        doubt = replace(doubt, link=doubt.link or self.rules.doubt_link(doubt.id))

        def first(connection: Connection) -> bool:
            new = INSERT[connection.dialect.name](told).values(
                subject=text(doubt.id), at=self.store.now(connection)
            )
            once = new.on_conflict_do_nothing(index_elements=["subject"]).returning(told.c.subject)
            return connection.execute(once).scalar() is not None

        if await self.store.run(first) and not await tell(self.notifiers, doubt):
            gone = delete(told).where(told.c.subject == text(doubt.id))
            await self.store.run(lambda each: each.execute(gone).rowcount)

    async def _decide(
        self,
        id_: str,
        by: str,
        work: Callable[[Connection], Approval],
        *,
        facts: Mapping[str, Any] | None = None,
    ) -> Approval:
        """What comes of the work, the log being told first, if it can be; and afterwards, if it was not.

        Those who approve have `facts` of the grant.
        """
        if self.log is None:
            return await self.store.run(work)
        among, once = (deciding.DENIABLE, "") if facts is None else (deciding.APPROVABLE, by)
        kind = "approval_denied" if facts is None else "approval_approved"
        approval = await self.store.run(
            lambda each: deciding.check(each, id_, among, moment=self._now(each), by=once)
        )
        await self.log.append([entry(kind, approval, by=by, facts=facts)])
        try:
            return await self.store.run(work)
        except NotApprovable as error:
            void = {**(facts or {}), "void": kind, "state": error.approval.state}
            await self.log.append([entry("approval_void", approval, by=by, facts=void)])
            raise

    async def _asks(self, approval: Approval) -> None:
        """Tell the log, then the notifiers, then the store that they were told."""
        if self.log is not None:
            await self.log.append([entry("approval_asked", approval, once=f"{approval.id} asked")])
        if await tell(self.notifiers, notice_of(approval, self.rules.link(approval.id))):
            done = update(approvals).where(approvals.c.id == approval.id).values(told=True)
            await self.store.run(lambda each: each.execute(done).rowcount)

    def _now(self, connection: Connection) -> Moment:
        return moment(self.store.now(connection))
