"""The judges of one call: asked at once, within its time, and heard only where they say what can be read."""

import asyncio
from collections.abc import Callable, Mapping
from math import isinf
from typing import Any, Final

from interlock import (
    AllAttemptsFailed,
    Answer,
    ApprovalNeeded,
    ContentRejected,
    ContextLengthExceeded,
    GuardrailError,
    InterlockError,
    LogUnavailable,
    Message,
    PermitError,
    PluginError,
    ProtocolError,
    Request,
    Settings,
    TotalTimeout,
)
from interlock.protocols import ArbitrateCall
from interlock.types.strict import loads
from interlock_panels.options import JudgeOptions

# These end the call, whatever other judges say.
_FATAL: Final = (TotalTimeout, LogUnavailable, PluginError, GuardrailError, ApprovalNeeded, PermitError)
# A judge that says something, though nothing that can be read.
_SAID: Final = (ProtocolError, ContentRejected)
_AT_ONCE: Final = 16
_SHORTENED: Final = 6
_RESERVE: Final = 0.2

Prompted = tuple[tuple[Message, ...], bool]
"""The messages to a judge, and whether something was left out of the data in them."""
Prompt = Callable[[int], Prompted]
"""Makes them with at most so many characters of each piece of data."""


class Bench:
    """Asks the judges of a call.

    Attributes:
        options: as the configuration has them.
        random: the call's own chance.
        judges: each judge's number.
        seats: each judge's number, as often as it is asked each question.
        flags: what was noticed on the way.
    """

    def __init__(self, call: ArbitrateCall, options: JudgeOptions) -> None:
        self.options = options
        self.random = call.random
        self.judges = range(max(call.judges, 1))
        self.seats = tuple(judge for judge in self.judges for _ in range(options.samples))
        self.flags: dict[str, None] = {}
        self._call = call
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._settings = Settings(temperature=options.temperature)
        self._heard = False
        self._error: InterlockError | None = None

    async def ask(self, judge: int, prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What a judge says, as it has to by the schema; None where it says nothing that can be read."""
        answer = await self.answer(judge, prompt, schema)
        if answer is None:
            return None
        try:
            said = loads(answer.text)
        except (ValueError, RecursionError):
            return None
        return said if isinstance(said, dict) else None

    async def answer(self, judge: int, prompt: Prompt, output: Any = None) -> Answer | None:
        """A judge's whole answer; None where there is none, or it is cut or declines."""
        most = self.options.longest
        for _ in range(_SHORTENED):
            messages, was_cut = prompt(most)
            if was_cut:
                self.flags["cut_for_judge"] = None
            try:
                answer = await self._asked(judge, Request(messages, output=output, settings=self._settings))
            except _FATAL:
                raise
            except InterlockError as error:
                if _of(error, (ContextLengthExceeded,)):
                    most //= 2
                    continue
                self._missed(error)
                return None
            self._heard = True
            return answer if answer.finish_reason == "stop" and answer.text.strip() else None
        return None

    def without_verdict(self) -> str:
        """The flag for a ruling without any verdict.

        Raises:
            InterlockError: no judge could be asked, or the options want a verdict.
        """
        if not self._heard and self._error is not None:
            raise self._error
        if self.options.needs_verdict:
            raise InterlockError("no judge has given a verdict that can be read")
        return "no_verdict"

    async def _asked(self, judge: int, request: Request) -> Answer:
        ask, due = self._call.ask, self._call.due
        if ask is None:
            raise PluginError("an arbiter that asks was given nobody to ask")
        limit = None if isinf(due) else due - _RESERVE
        async with self._at_once:
            try:
                async with asyncio.timeout_at(limit):
                    return await ask(request, judge)
            except TimeoutError as error:
                if isinstance(error, InterlockError):
                    raise
                self.flags["judge_late"] = None
                raise _Late("a judge was not back before the call's time was over") from None

    def _missed(self, error: InterlockError) -> None:
        if _of(error, _SAID):
            self._heard = True
        else:
            self.flags["judge_missing"] = None
            self._error = TotalTimeout(error.message) if isinstance(error, _Late) else error


class _Late(InterlockError):
    """A judge that has not answered in time."""


def _of(error: InterlockError, kinds: tuple[type[InterlockError], ...]) -> bool:
    causes = error.causes if isinstance(error, AllAttemptsFailed) else ()
    return isinstance(error, kinds) or any(isinstance(cause, kinds) for cause in causes)
