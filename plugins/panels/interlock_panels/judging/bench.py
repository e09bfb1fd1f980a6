"""The judges of one call: asked at once, within its time, and heard only where they say what can be read."""

import asyncio
from collections.abc import Callable, Mapping
from math import isinf
from typing import Any, Final

from interlock import (
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
        heard: whether any judge has said anything at all.
        flags: what was noticed on the way.
    """

    def __init__(self, call: ArbitrateCall, options: JudgeOptions) -> None:
        self.options = options
        self.random = call.random
        self.heard = False
        self.flags: dict[str, None] = {}
        self._lost: set[int] = set()
        self._limit: float | None = None
        self._call = call
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._settings = Settings(temperature=options.temperature)
        self._error: InterlockError | None = None

    @property
    def judges(self) -> tuple[int, ...]:
        """Each judge's number, without those who were late or out of reach while others are left."""
        everyone = range(max(self._call.judges, 1))
        return tuple(judge for judge in everyone if judge not in self._lost) or tuple(everyone)

    @property
    def seats(self) -> tuple[int, ...]:
        """The same, as often as each is asked each question."""
        return tuple(judge for judge in self.judges for _ in range(self.options.samples))

    def begin(self, share: float = 1.0) -> None:
        """A round of questions, which has so much of the time that is left, from 0 to 1."""
        now = asyncio.get_running_loop().time()
        left = self._call.due - _RESERVE - now
        self._limit = None if isinf(left) else now + left * share

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
                self._missed(judge, error)
                return None
            self.heard = True
            return answer if answer.finish_reason == "stop" and answer.text.strip() else None
        return None

    def without_verdict(self) -> str:
        """The flag for a ruling without any verdict.

        Raises:
            InterlockError: no judge could be asked, or the options want a verdict.
        """
        if not self.heard and self._error is not None:
            raise self._error
        if self.options.needs_verdict:
            raise InterlockError("no judge has given a verdict that can be read")
        return "no_verdict"

    async def _asked(self, judge: int, request: Request) -> Answer:
        ask = self._call.ask
        if ask is None:
            raise PluginError("an arbiter that asks was given nobody to ask")
        async with self._at_once:
            try:
                async with asyncio.timeout_at(self._limit):
                    return await ask(request, judge)
            except TimeoutError as error:
                if isinstance(error, InterlockError):
                    raise
                raise _Late("a judge was not back before the call's time was over") from None

    def _missed(self, judge: int, error: InterlockError) -> None:
        if _of(error, _SAID):
            self.heard = True
        else:
            self._lost.add(judge)
            self.flags["judge_late" if isinstance(error, _Late) else "judge_missing"] = None
            self._error = TotalTimeout(error.message) if isinstance(error, _Late) else error


class _Late(InterlockError):
    """A judge that has not answered in time."""


def _of(error: InterlockError, kinds: tuple[type[InterlockError], ...]) -> bool:
    """Whether it is of these kinds, or its own last failure is: `causes` are those of the whole call, and so
    of other judges, too.
    """
    return isinstance(error, kinds) or isinstance(error.__cause__, kinds)
