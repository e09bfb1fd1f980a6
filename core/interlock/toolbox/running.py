"""One step of a tool: permitted, timed, and what came of it, without a key in it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import replace
from math import inf
from typing import Any, TypeVar

from interlock.engine.attempting.call_log import Belonging, CallLog
from interlock.engine.attempting.limits import Limit
from interlock.engine.attempting.silence import Silence, silence
from interlock.engine.deadline import Deadline
from interlock.engine.leaving import is_stray
from interlock.errors import InterlockError, ProtocolError, ProviderError, RateLimited, TotalTimeout
from interlock.http import HttpClient, Masker, Permit, secrets_in, secrets_of
from interlock.logs import redacting_logger
from interlock.protocols import Access, Sender
from interlock.toolbox.issuing import issuing
from interlock.toolbox.sources import ToolSource
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.clocks import elapsed
from interlock.types.messages import Text
from interlock.types.models import Destination
from interlock.types.tools import RefusedBecause, ToolOutcome

_log = redacting_logger("interlock.toolbox")
T = TypeVar("T")
_NOTHING = Belonging()
_LONG = 8  # characters of what was made for a request, such as a token


class ToolStep:
    """What a step is given: a way out, the permit for it, where it leads, and until when.

    One that sends nothing is given a permit that covers no send, and neither way out nor destination.
    """

    __slots__ = ("belongs", "deadline", "destination", "http", "issuer", "permit", "seconds", "source")

    def __init__(
        self,
        source: ToolSource,
        http: HttpClient,
        timeout: float | None,
        belongs: Belonging = _NOTHING,
        log: CallLog | None = None,
    ) -> None:
        origin = source.origin
        self.source = source
        self.belongs = belongs
        self.http: Sender | None = None if origin is None else http
        self.destination: Destination | None = None if origin is None else source.destination
        self.seconds = min(inf if timeout is None else timeout, source.destination.timeouts.total)
        self.deadline = elapsed() + self.seconds
        self.permit = Permit(deployment=source.id, origin=origin, deadline=self.deadline)
        self.issuer: Access | None = None
        if source.issuer is not None:
            self.issuer = issuing(source.issuer, self.deadline, http, log, belongs)

    @property
    def given(self) -> Mapping[str, Any]:
        """The same as fields of the argument that a tool or a connector is given."""
        return {name: getattr(self, name) for name in ("deadline", "http", "permit", "destination", "issuer")}

    @property
    def nothing_left(self) -> bool:
        """Whether it is certain that nothing was sent; of what runs in the process, nobody can say."""
        return self.http is not None and not self.permit.used

    def withdraw(self) -> None:
        """It is over, and so are its permits."""
        self.permit.withdraw()
        if self.issuer is not None and self.issuer.permit is not None:
            self.issuer.permit.withdraw()


class Steps:
    """Runs steps of tools and connectors for one router."""

    def __init__(self, http: HttpClient, log: CallLog | None) -> None:
        self._http = http
        self._log = log
        self._silence = Silence()

    def access(
        self, source: ToolSource, timeout: float | None = None, belongs: Belonging = _NOTHING
    ) -> ToolStep:
        return ToolStep(source, self._http, timeout, belongs, self._log)

    async def asks(self, connector: str, asked: ApprovalRequest, belongs: Belonging) -> None:
        """A run is about to be put before a person. Raises LogUnavailable where the log has to have it."""
        if self._log is not None:
            await self._log.approval_asked(connector, asked, belongs)

    def approved(self, connector: str, asked: ApprovalRequest, grant: Grant, belongs: Belonging) -> None:
        """A person's grant is used up, and its run about to begin."""
        if self._log is not None:
            self._log.approved(connector, asked, grant, belongs)

    def refused(
        self, connector: str, asked: ApprovalRequest, grant: Grant, belongs: Belonging, why: str
    ) -> None:
        """A grant did not fit."""
        if self._log is not None:
            self._log.refused(connector, asked, grant, belongs, why)

    async def take(self, access: ToolStep, what: str, step: Callable[[], Awaitable[T]]) -> T:
        """What the step gives. Its permit ends with it, and cancelling it closes its sockets.

        Raises:
            TotalTimeout: it took longer than its seconds.
            LogUnavailable: a log that is required could not be written first. Nothing was sent.
            InterlockError: whatever else it raised, as one of ours, its connector's secrets masked.
        """
        outer = sys.exception()
        try:
            with closing(Deadline()) as deadline:
                due = asyncio.get_running_loop().time() + access.seconds
                limit: Limit = (due, lambda: _too_late(access, what))
                if self._log is not None:
                    await self._log.tool(access.source.destination, what, limit, access.belongs)
                with deadline.until(*limit):
                    return await step()
        except BaseException as error:
            silence(error, self.mask(access), outer)
            if isinstance(error, ProviderError):
                error.deployment = access.source.id
            if isinstance(error, InterlockError) or not (isinstance(error, Exception) or is_stray(error)):
                raise
            _log.error("%s of %s raised %s", what, access.source.id, type(error).__name__)
            failure = ProtocolError(f"{what} of {access.source.id} failed with {type(error).__name__}")
            failure.deployment = access.source.id
            raise failure from error
        finally:
            access.withdraw()

    def mask(self, access: ToolStep) -> Masker:
        return self._silence.over(access.source.destination, access.permit.sent)

    def masked(self, access: ToolStep, outcome: ToolOutcome) -> ToolOutcome:
        """The outcome without the connector's secrets, which a service may repeat. Data that is whole is left
        as it is where none stands in it: a piece of a key may be anybody's word.
        """
        mask = self.mask(access)
        sent = {secret for secret in secrets_in(access.permit.sent) if len(secret) >= _LONG}
        secrets = secrets_of(access.source.destination) | sent

        def clean(text: str) -> str:
            whole = outcome.outcome == "done" and not any(secret in text for secret in secrets)
            return text if whole else mask(text)

        return _cleaned(outcome, clean)


def raised(access: ToolStep, error: InterlockError, *, reads: bool) -> ToolOutcome:
    """What came of a run that ended in an error: nothing, where it only reads or nothing was sent."""
    if not (reads or access.nothing_left):
        return ToolOutcome(outcome="unknown", content=error.message, error=error)
    reason: RefusedBecause = "not_sent" if access.nothing_left else "refused"
    if isinstance(error, RateLimited):
        reason = "limited"
    wait = error.retry_after if isinstance(error, ProviderError) else None
    return ToolOutcome(outcome="refused", reason=reason, content=error.message, retry_after=wait, error=error)


def _too_late(access: ToolStep, what: str) -> TotalTimeout:
    return TotalTimeout(f"{what} of {access.source.id} took longer than {access.seconds:g} s")


def _cleaned(outcome: ToolOutcome, clean: Callable[[str], str]) -> ToolOutcome:
    content = outcome.content
    if isinstance(content, str):
        content = clean(content)
    else:
        content = tuple(
            replace(part, text=clean(part.text)) if isinstance(part, Text) else part for part in content
        )
    return replace(
        outcome,
        content=content,
        receipt=None if outcome.receipt is None else _within(outcome.receipt, clean),
        more=None if outcome.more is None else clean(outcome.more),
    )


def _within(value: Any, clean: Callable[[str], str]) -> Any:
    """JSON with its texts cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(name): _within(item, clean) for name, item in value.items()}
    return [_within(item, clean) for item in value] if isinstance(value, list | tuple) else value
