"""What must be in the log of a call before it is sent anywhere, and before its answer is handed over."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from interlock.engine.attempting.grounds import Grounds
from interlock.engine.attempting.limits import Limit
from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.call import AttemptState, CallState
from interlock.engine.deadline import Deadline
from interlock.engine.log_writer import LogWriter
from interlock.errors import InterlockError, LogUnavailable, StoreError
from interlock.records import entries
from interlock.records.personal import NOTHING, PersonalParts
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.decisions import Attempt
from interlock.types.logs import LogEntry
from interlock.types.models import Deployment, Destination
from interlock.types.records import AttemptRecord, Record

_NOTHING: Mapping[str, Any] = {}
_NOT_SENT = "nothing was sent"
_NOT_ASKED = "nobody was asked"
_NOT_GIVEN = "the answer was not handed over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """What a run of a tool belongs to: the caller's ids, its metadata, and the id of its grant."""

    run: str = ""
    step: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    grant: str | None = None


class CallLog:
    """The log as the calls of one router write it.

    Where it is `required`, a call waits until its entries are in the log; else they are handed over. What is
    told in between goes along with what comes next, in its order.
    """

    def __init__(
        self,
        writer: LogWriter,
        *,
        required: bool,
        timeout: float,
        grounds: Grounds,
        personal: PersonalParts = NOTHING,
    ) -> None:
        self._writer = writer
        self._required = required
        self._timeout = timeout
        self._grounds = grounds
        self._personal = personal

    def decided(self, state: CallState, *, again: bool = False) -> None:
        """The call goes by its `decision`, from now on."""
        personal = _NOTHING if again else self._personal.of_request(state.asked)
        decision, grounds = state.decision, self._grounds
        facts = entries.of_decision(decision, grounds.policies, grounds.of(state.asked, decision))
        self._note(state, "decision", facts, personal=personal)

    async def attempt(
        self, state: CallState, attempt: Attempt, progress: AttemptState, deployment: Deployment
    ) -> None:
        """An attempt is about to be permitted.

        Raises:
            LogUnavailable: the log may not have it.
            TotalTimeout: the call is due.
        """
        allowed = state.decision.treatment(deployment.id)
        facts = entries.of_attempt(attempt, deployment, progress.parent, allowed, progress.pinned)
        self._note(state, "attempt", facts, progress.id)
        if self._required:
            await self._until_there(state, _NOT_SENT)

    def ended(self, state: CallState, record: AttemptRecord) -> None:
        """An attempt that was written down before has ended. An incident is an entry of its own, too."""
        self._note(state, "attempt_ended", entries.of_ending(record), record.id)
        if record.incident is not None:
            self._note(state, "incident", entries.of_incident(record), record.id)

    async def answered(self, state: CallState, deployment: Deployment) -> None:
        """The call's answer is about to be handed over. Raises as `attempt` does."""
        _, answer, _ = state.answered
        draft = state.draft
        facts = entries.of_answer(deployment, answer, draft.cost, draft.guardrails)
        self._note(state, "answer", facts, personal=self._personal.of_answer(answer))
        if self._required:
            await self._until_there(state, _NOT_GIVEN)

    async def failed(self, state: CallState, record: Record, error: BaseException) -> None:
        """The call has ended without an answer. The log is waited for where somebody still waits for the
        error; what becomes of it changes nothing.
        """
        self._note(state, "failed", entries.of_failure(record))
        if not self._required:
            return
        waiter = self._writer.hand(_taken(state))
        if isinstance(error, Exception) and not isinstance(error, LogUnavailable):
            limit = min(self._timeout, state.due - asyncio.get_running_loop().time())
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(limit):
                    await asyncio.wrap_future(waiter)

    async def tool(self, destination: Destination, what: str, due: Limit, belongs: Belonging) -> None:
        """A step of a tool is about to be taken.

        Raises:
            LogUnavailable: the log may not have it.
        """
        entry = self._entry("tool", belongs, entries.of_tool(destination, what, belongs.grant))
        await self._have(entry, due, _NOT_SENT)

    async def approval_asked(self, connector: str, asked: ApprovalRequest, belongs: Belonging) -> None:
        """A run is about to be put before a person. Raises as `tool` does."""
        entry = self._approval("approval_asked", asked, belongs, entries.of_approval(connector, asked))
        await self._have(entry, None, _NOT_ASKED)

    def approved(self, connector: str, asked: ApprovalRequest, grant: Grant, belongs: Belonging) -> None:
        """A person's grant is used up. The step that follows waits for this, too."""
        facts = entries.of_approval(connector, asked, grant)
        self._writer.leave((self._approval("approved", asked, belongs, facts, grant),))

    def refused(
        self, connector: str, asked: ApprovalRequest, grant: Grant, belongs: Belonging, why: str
    ) -> None:
        """A grant did not fit, and nothing is run; nobody waits for the log."""
        facts = entries.of_approval(connector, asked, grant, why)
        self._writer.leave((self._approval("refused", asked, belongs, facts, grant),))

    def _approval(
        self,
        kind: str,
        asked: ApprovalRequest,
        belongs: Belonging,
        facts: entries.Facts,
        grant: Grant | None = None,
    ) -> LogEntry:
        personal = self._personal.of_approval(asked, grant)
        entry = self._entry(kind, belongs, facts, personal)
        if entry.subject is None and "approver" in personal:
            entry = replace(entry, subject=personal["approver"])
        return entry

    def _entry(
        self, kind: str, belongs: Belonging, facts: entries.Facts, personal: Mapping[str, Any] = _NOTHING
    ) -> LogEntry:
        return LogEntry(
            kind=kind,
            run=belongs.run or None,
            step=belongs.step or None,
            facts=facts,
            subject=self._personal.subject_of(belongs.metadata),
            personal=personal,
        )

    async def _have(self, entry: LogEntry, due: Limit | None, what: str) -> None:
        if self._required:
            await self._wait(self._writer.hand((entry,)), due, what)
        else:
            self._writer.leave((entry,))

    def _note(
        self,
        state: CallState,
        kind: str,
        facts: entries.Facts,
        attempt: int | None = None,
        personal: Mapping[str, Any] = _NOTHING,
    ) -> None:
        asked = state.asked
        entry = LogEntry(
            kind=kind,
            call=state.draft.id,
            run=asked.run,
            step=asked.step,
            attempt=attempt,
            facts=facts,
            subject=self._personal.subject_of(asked.metadata),
            personal=personal,
        )
        if self._required:
            state.unlogged.append(entry)
        else:
            self._writer.leave((entry,))

    async def _until_there(self, state: CallState, what: str) -> None:
        await self._wait(self._writer.hand(_taken(state)), (state.due, state.too_late), what)

    async def _wait(self, waiter: "Future[None]", due: Limit | None, what: str) -> None:
        """Until the log has it, or `due`, or its own time is over."""
        now = asyncio.get_running_loop().time()
        limit: Limit = (now + self._timeout, lambda: _unavailable(what, self._slow()))
        if due is not None and due[0] <= limit[0]:
            limit = due
        try:
            with closing(Deadline()) as deadline, deadline.until(*limit):
                await asyncio.wrap_future(waiter)
        except StoreError as error:
            raise _unavailable(what, error.message) from error

    def _slow(self) -> str:
        return self._writer.problem or f"it took longer than {self._timeout:g} s (log.timeout)"


class LogObserver:
    """Tells the log how attempts have ended. The first observer: it is told of what others refuse, too."""

    def __init__(self, log: CallLog) -> None:
        self._log = log

    def began(self, scope: AttemptScope) -> None:
        """The log has it already."""

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:  # noqa: ARG002 - as an observer
        self._log.ended(scope.state, record)


def _taken(state: CallState) -> Sequence[LogEntry]:
    taken = tuple(state.unlogged)
    state.unlogged.clear()
    return taken


def _unavailable(what: str, why: str) -> LogUnavailable:
    return LogUnavailable(
        f"the log could not be written, so {what}: {why}. `interlock doctor` says what is wrong with it; "
        "log.mode: background goes on without it"
    )
