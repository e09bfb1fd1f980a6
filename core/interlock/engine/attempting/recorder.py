"""How an attempt ended, written down exactly once, whichever way it was left."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self, TypeVar

from interlock.constraints import breach, told
from interlock.engine.attempting.served import ServedModels
from interlock.engine.attempting.silence import Silence, masked, masked_answer, silence
from interlock.engine.call import AttemptState, CallState
from interlock.engine.leaving import LostRace, is_stray, left
from interlock.engine.traces import AttemptTrace
from interlock.errors import (
    AttemptTimeout,
    ConnectTimeout,
    InterlockError,
    InvalidRequest,
    PermitError,
    PrefillRejected,
    ProtocolError,
    ProviderError,
)
from interlock.http import Masker
from interlock.logs import redacting_logger
from interlock.plugins import PluginHost
from interlock.protocols import ProviderCall
from interlock.records.costs import estimated, filled
from interlock.types.decisions import Attempt
from interlock.types.records import RESENT, AttemptRecord
from interlock.types.response import Answer, Usage

T = TypeVar("T")

_log = redacting_logger("interlock.engine")
_NOTHING = Usage()


class AttemptObserver(Protocol):
    """Told of every attempt of a router as it begins and as it ends, on the event loop: returns at once."""

    def began(self, scope: "AttemptScope") -> None:
        """The attempt is about to be sent. Raising a ProviderError keeps it from being sent."""
        ...

    def ended(self, scope: "AttemptScope", failure: InterlockError | None, record: AttemptRecord) -> None:
        """The attempt has ended, however it did; called for every `began` that returned."""
        ...


class AttemptRecorder:
    """What the attempts of one router are told to: its record, its observers and those of plugins."""

    def __init__(self, host: PluginHost, observers: Sequence[AttemptObserver], served: ServedModels) -> None:
        self.served = served
        self.silence = Silence()
        self.observers = observers
        self.host = host
        self.observed = host.observers("interlock_attempt_finished")


class AttemptScope:
    """Encloses one attempt. What it raises is an InterlockError, a cancellation, or a stream's early end."""

    __slots__ = (
        "_begun",
        "_outer",
        "_recorder",
        "_ticks",
        "answer",
        "attempt",
        "call",
        "first_token",
        "progress",
        "served_model",
        "state",
        "streamed",
        "trace",
        "unsent",
        "usage",
    )  # fmt: skip

    def __init__(
        self,
        recorder: AttemptRecorder,
        state: CallState,
        attempt: Attempt,
        call: ProviderCall,
        progress: AttemptState,
        *,
        streamed: bool = False,
    ) -> None:
        self._recorder = recorder
        self.state, self.attempt, self.call, self.streamed = state, attempt, call, streamed
        self.progress = progress
        self._begun = 0
        self._ticks = perf_counter()
        self.usage = _NOTHING
        self.served_model: str | None = None
        self.first_token: float | None = None
        self.answer: Answer | None = None  # as the provider gave it, its ids masked
        self.unsent = False  # it waits for something before it is sent
        self.trace: AttemptTrace | None = None
        self._outer = sys.exception()

    def carried(self, step: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        """A provider's step, as it has to be awaited."""
        return step if self.trace is None else self.trace.carried(step)

    def masked(self, answer: Answer) -> Answer:
        """The provider's answer without the deployment's secrets in its ids."""
        deployment = self.call.deployment
        if answer.id is None and answer.served_model in (None, deployment.name):
            return answer
        return masked_answer(self._mask(), answer)

    def _is_masked(self) -> bool:
        return self.answer is not None and self.served_model is self.answer.served_model

    def _mask(self) -> Masker:
        return self._recorder.silence.over(self.call.deployment, self.call.permit.sent)

    def spoke(self) -> None:
        """The first token has come."""
        self.first_token = perf_counter() - self._ticks
        if self.trace is not None:
            self.trace.speaks = True

    def __enter__(self) -> Self:
        try:
            for observer in self._recorder.observers:
                observer.began(self)
                self._begun += 1
            self.state.draft.trying[self.progress.id or 0] = self.call.deployment.id
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        deployment = self.call.deployment
        if error is not None:
            silence(error, self._mask(), self._outer)
        if self.served_model not in (None, deployment.name) and not self._is_masked():
            self.served_model = masked(self._mask(), self.served_model)
        failure = None if error is None else _failure(deployment.id, error, self.progress)
        if failure is not None and self._begun == len(self._recorder.observers) and not self.unsent:
            self.usage = self._used(failure)
        if isinstance(failure, ProviderError) and self.first_token is None:
            failure.late = perf_counter() - self._ticks >= deployment.timeouts.first_token
        self.call.permit.withdraw()
        served = self._recorder.served.look(deployment, self.served_model)
        evidenced = self._evidenced()
        bound, pinned = self.progress.bound, self.progress.pinned
        incident = None if evidenced is None else breach(evidenced, deployment, bound, pinned)
        record = self.state.draft.attempt(
            self.progress.id or 0,
            deployment,
            self.attempt.role,
            ticks=self._ticks,
            error=failure,
            usage=self.usage,
            served_model=self.served_model,
            substituted=served.substituted,
            price=served.price,
            first_token=self.first_token,
            parent=self.progress.parent,
            member=self.attempt.member,
            waited=self.progress.waited,
            treatment=self.progress.treatment,
            pinned=pinned,
            evidenced=evidenced,
            incident=incident,
            finish_reason=None if self.answer is None else self.answer.finish_reason,
            adjusted=(*self.call.adjusted, RESENT) if self.call.permit.resent else self.call.adjusted,
        )
        self._tell(failure, record)
        if self._recorder.observed:
            self._recorder.host.notify("interlock_attempt_finished", request=self.state.asked, attempt=record)
        if isinstance(failure, ProviderError) and failure is not error:
            raise failure from error

    def _evidenced(self) -> str | None:
        """Where the vendor says that it processed the request."""
        told_by = self.answer or self.progress.fold
        said = None if told_by is None else told_by.evidenced
        return None if said is None else told(masked(self._mask(), said))

    def _tell(self, failure: InterlockError | None, record: AttemptRecord) -> None:
        """Tell every observer that was told of the beginning. One that fails keeps neither the others from
        being told nor the call from its answer.
        """
        for observer in self._recorder.observers[: self._begun]:
            try:
                observer.ended(self, failure, record)
            except Exception as error:  # noqa: BLE001 - logged; the attempt has ended, whoever fails to note it
                _log.error("%s raised %s", type(observer).__name__, type(error).__name__)

    def _used(self, failure: InterlockError) -> Usage:
        """What a failed attempt has used: estimated where its vendor did not count it for us and may bill it
        all the same, for what it has answered or for a request that nobody waited for.
        """
        usage, tokens = self.usage, self.state.decision.input_tokens
        if usage.input_tokens is not None and usage.output_tokens is not None:
            return usage
        if self.answer is not None:
            return estimated(usage, tokens, self.answer)
        said = "" if self.progress.fold is None else self.progress.fold.said
        return filled(usage, tokens, said) if said or _abandoned(failure) else usage


def _abandoned(failure: InterlockError) -> bool:
    """Whether an attempt was sent and left before it was known what became of it."""
    if isinstance(failure, AttemptTimeout):
        return not isinstance(failure, ConnectTimeout)
    return not isinstance(failure, (ProviderError, PermitError))


def _failure(deployment: str, error: BaseException, progress: AttemptState) -> InterlockError:
    """The error as the record and the health book know it."""
    if isinstance(error, ProviderError):
        error.deployment = deployment
    if progress.prefix and type(error) is InvalidRequest:
        what = f"the vendor does not go on from an answer begun: {error.message}"
        return error.told_as(PrefillRejected, what)
    if isinstance(error, InterlockError):
        return error
    if not isinstance(error, Exception) and not is_stray(error):
        return left() if progress.lost is None else LostRace(progress.lost)
    # A provider may raise ProviderError alone; anything else is its own fault, and a failed attempt.
    _log.error("the provider of %s raised %s", deployment, type(error).__name__)
    failure = ProtocolError(f"the provider of {deployment} failed with {type(error).__name__}")
    failure.deployment = deployment
    return failure
