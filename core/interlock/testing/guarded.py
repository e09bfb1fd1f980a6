"""One guardrail asked as the engine asks it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from interlock.engine.guarding.sides import Manner
from interlock.engine.guarding.windows import checked
from interlock.protocols import (
    GuardCall,
    Guardrail,
    ReleaseCall,
    RestoreCall,
    RestoringGuardrail,
    StreamingGuardrail,
)
from interlock.requests.passages import passages
from interlock.testing.rules import expect
from interlock.types.messages import Text
from interlock.types.passages import Passage
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock.types.verdicts import Verdict


class ModelDouble:
    """A model that says one thing, or cannot be asked; `times` counts how often it was."""

    def __init__(self, said: "str | Exception | Callable[[Request], str]") -> None:
        self._said = said
        self.times = 0

    async def __call__(self, request: Request) -> Answer:
        self.times += 1
        if isinstance(self._said, Exception):
            raise self._said
        text = self._said if isinstance(self._said, str) else self._said(request)
        return Answer(parts=(Text(text),), finish_reason="stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a guardrail was shown, and its verdict."""

    shown: tuple[Passage, ...]
    verdict: Verdict


def inspected(guardrail: Guardrail, given: Request | Answer, ask: ModelDouble) -> Inspected:
    """Raises TimeoutError where it takes longer than it may, and whatever the guardrail raises."""
    shown = tuple(each for each in passages(given) if each.phase in guardrail.phases)
    if not shown:
        return Inspected(shown=shown, verdict=Verdict())
    request, answer = (given, None) if isinstance(given, Request) else (_ASKED, given)
    call = GuardCall(passages=shown, request=request, answer=answer, ask=ask)
    verdict: Any = guardrail.inspect(call)
    if isawaitable(verdict):
        verdict = asyncio.run(_in_time(verdict, Manner.of(guardrail).timeout))
    expect(isinstance(verdict, Verdict), f"inspect gives a Verdict, not a {type(verdict).__name__}")
    return Inspected(shown=shown, verdict=verdict)


def restored(guardrail: RestoringGuardrail, text: str, kept: Any) -> str:
    if not text:
        return text
    found: Any = guardrail.restore(RestoreCall(text=text, kept=kept))
    expect(isinstance(found, str), f"restore gives text, not a {type(found).__name__}")
    return found  # type: ignore[no-any-return]  # checked in the line above


def let_go(
    guardrail: StreamingGuardrail, pieces: Sequence[str], kept: Any, *, final: bool = True
) -> str | None:
    """What leaves of a text that comes in pieces; None where a verdict stops it."""
    pending, carried, left = "", None, []
    for at, piece in enumerate((*pieces, "")):
        last = final and at == len(pieces)
        pending += piece
        if not pending:
            continue
        call = ReleaseCall(text=pending, final=last, kept=kept, carried=carried)
        try:
            release = checked(guardrail.release(call), call)
        except (TypeError, ValueError) as error:
            raise AssertionError(str(error)) from error
        if release.verdict is not None and release.verdict.action in ("block", "ask"):
            return None
        left.append(pending[: release.upto] if release.text is None else release.text)
        pending, carried = pending[release.upto :], release.carried
    return "".join(left)


_ASKED = Request("What is the weather?")


async def _in_time(waited: Any, seconds: float) -> Any:
    async with asyncio.timeout(seconds):
        return await waited
