"""Requests for approval, kept where the run's effects are: asked, answered, and granted."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, select, update

from interlock import InterlockError, LogEntry, RequestError
from interlock.logs import redacting_logger
from interlock.protocols import DurableLog
from interlock.types.approvals import QUARTER, ApprovalRequest, Grant
from interlock.types.tools import ToolEffect
from interlock_agents.approvals import asking, deciding
from interlock_agents.approvals.approval import Approval
from interlock_agents.approvals.clock import Moment, moment
from interlock_agents.approvals.consuming import consume
from interlock_agents.approvals.entries import entry
from interlock_agents.approvals.notifying.protocol import Notice, Notifier
from interlock_agents.approvals.tables import approvals
from interlock_agents.store import Store
from interlock_sql.building import text

DAY = 24 * 60 * 60.0
_log = redacting_logger("interlock.agents")
_LONGEST = 366 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """How requests are put, and how long they and their grants last.

    Attributes:
        waits: seconds after which nobody's answer is a denial.
        lasts: seconds for which a grant may be used, where whoever gives it says nothing else.
        four_eyes: effects to which two people have to agree, under two names.

    Raises:
        RequestError: `waits` or `lasts` is no time, or longer than a year.
    """

    waits: float = DAY
    lasts: float = QUARTER
    four_eyes: Collection[ToolEffect] = ()

    def __post_init__(self) -> None:
        for key in ("waits", "lasts"):
            check_seconds(getattr(self, key), key)


def check_seconds(seconds: float, key: str) -> float:
    """Raises RequestError for what is no time, or longer than a year."""
    if not (isfinite(seconds) and 0 < seconds <= _LONGEST):
        raise RequestError(f"expected seconds above 0 and at most {_LONGEST:,.0f}, not {seconds}", key=key)
    return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What waits for people's consent. Several processes may share its store.

    Attributes:
        log: told of each step before it is taken; None tells nobody.
        notifiers: told once a request is kept.
        link: from a request's id to where it can be answered; an empty text where there is no page.
    """

    store: Store
    rules: ApprovalRules = field(default_factory=ApprovalRules)
    log: DurableLog | None = None
    notifiers: Sequence[Notifier] = ()
    link: Callable[[str], str] = field(default=lambda _: "")

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
            told = select(approvals.c.told).where(approvals.c.id == approval.id)
            return approval, bool(connection.execute(told).scalar())

        approval, told = await self.store.run(work)
        if approval.open and not told:
            await self._tell(approval)
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
        await self._log_decision("approval_approved", id_, name, {"lasts": seconds, "grant": grant})
        approved = await self.store.run(
            lambda each: deciding.approve(
                each, id_, by=name, lasts=seconds, moment=self._now(each), grant=grant
            )
        )
        return approved.grant

    async def deny(self, id_: str, *, by: str, why: str = "") -> Approval:
        """Refuse, as the person `by`; the agent is told `why`. Raises as `approve` does."""
        name = deciding.name_of(by)
        await self._log_decision("approval_denied", id_, name, {})
        return await self.store.run(
            lambda each: deciding.deny(each, id_, by=name, why=why, moment=self._now(each))
        )

    def consume(
        self, connection: Connection, grant: Grant, asked: ApprovalRequest, *, effect: str
    ) -> str | None:
        """As `consume` of this package, by the store's clock: for whoever writes an effect's intent with this
        connection of the store.
        """
        return consume(connection, grant, asked, effect=effect, now=self.store.now(connection))

    async def _log_decision(self, kind: str, id_: str, by: str, facts: dict[str, Any]) -> None:
        if self.log is not None:
            approval = await self.get(id_)
            await self._append(entry(kind, approval, by=by, facts=facts))

    async def _tell(self, approval: Approval) -> None:
        """The log, then the notifiers, then the store that they were told."""
        if self.log is not None:
            await self._append(entry("approval_asked", approval, once=f"{approval.id} asked"))
        fine = True
        for notifier in self.notifiers:
            try:
                await notifier.notify(self._notice(approval, notifier))
            except InterlockError as error:
                fine = False
                _log.warning("nobody was told of %s by %s: %s", approval.id, notifier.name, error.message)
        if fine:
            told = update(approvals).where(approvals.c.id == approval.id).values(told=True)
            await self.store.run(lambda each: each.execute(told).rowcount)

    def _notice(self, approval: Approval, notifier: Notifier) -> Notice:
        asked = approval.request
        return Notice(
            kind="approval",
            id=approval.id,
            tool=asked.tool,
            does=asked.effect,
            effect=approval.effect,
            run=asked.run,
            step=asked.step,
            asked_at=approval.asked_at,
            until=approval.times_out,
            link=self.link(approval.id),
            shown=asked.shown if notifier.arguments else None,
        )

    def _now(self, connection: Connection) -> Moment:
        return moment(self.store.now(connection))

    async def _append(self, told: LogEntry) -> None:
        if self.log is not None:
            await self.log.append([told])
