"""A provider that says what a test wrote down, and complains when the test and the script part."""

import asyncio
import inspect
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from types import TracebackType
from typing import Self

from interlock.fold import folded
from interlock.hookspecs import hookimpl
from interlock.protocols import Provider, ProviderCall, ProviderFacts
from interlock.types.messages import Audio, Document, Image, Reasoning, Refusal, Text, ToolCall
from interlock.types.models import ModelCard
from interlock.types.response import Answer, Delta, ToolCallDelta, Usage

Said = Answer | str | Sequence["Delta | str | BaseException"] | BaseException
Script = Said | Callable[[ProviderCall], "Said | Awaitable[Said]"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one attempt gets.

    Attributes:
        said: an answer; text; a sequence of deltas and text, in which an exception breaks the stream off, and
            which was cut when no `finish_reason` comes; an exception; or a callable that is given the `Call`
            and returns, or awaits, one of those.
        delay: seconds before anything is said.
        between: seconds before each delta after the first, when streamed.

    Raises:
        TypeError: `said` is a class, where an instance is meant.
    """

    said: Script
    _: KW_ONLY
    delay: float = 0.0
    between: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.said, type):
            raise TypeError(f"a step says an instance of {self.said.__name__}, not the class")


class ScriptedProvider:
    """A provider in process, and the plugin that offers it, with a card `scripted/<name>`.

    Each attempt takes the next step; `calls` holds what it was given. Used as a context manager, it ends in
    `assert_done`. Safe to use from several threads.

    Args:
        steps: `Step`s, or what a step says.
        name: the provider's name in a configuration.
        region: where it claims to process; `local` satisfies every residency.
        sleep: what delays wait on; a `FakeClock.sleep` makes them take no time.

    Raises:
        TypeError: `steps` is a text; or, of an attempt, its step says what no step can.
    """

    api = 1

    def __init__(
        self,
        steps: Iterable[Step | Script] = (),
        name: str = "scripted",
        *,
        region: str = "local",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if isinstance(steps, str):
            raise TypeError("give a list of steps; one text is [text]")
        self.facts = ProviderFacts(name=name, region=region, needs_key=False, in_process=True)
        self.calls: list[ProviderCall] = []
        self._steps = deque(step if isinstance(step, Step) else Step(step) for step in steps)
        self._taken = 0
        self._overrun: AssertionError | None = None
        self._sleep = sleep

    @hookimpl
    def interlock_providers(self) -> Iterable[Provider]:
        return [self]

    @hookimpl
    def interlock_model_cards(self) -> Iterable[ModelCard]:
        return [ModelCard(id=f"scripted/{self.facts.name}", maker="the test", jurisdiction="us")]

    async def complete(self, call: ProviderCall) -> Answer:
        step = self._next(call)
        said = await self._say(step, call)
        if isinstance(said, Answer):
            return said
        return folded(_deltas(said, call), self.facts.name)

    async def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        step = self._next(call)
        said = await self._say(step, call)
        for index, delta in enumerate(_deltas(said, call)):
            if index and step.between:
                await self._sleep(step.between)
            yield delta

    @property
    def complaint(self) -> str | None:
        """How test and script parted, or None when every step was used and none was missing."""
        if self._overrun is not None:
            return str(self._overrun)
        if not self._steps:
            return None
        left = "".join(
            f"\n  {index}: {step.said!r}" for index, step in enumerate(self._steps, self._taken + 1)
        )
        return (
            f"provider {self.facts.name!r} was called {self._taken} times; these steps were not used:{left}"
        )

    def assert_done(self) -> None:
        """Raise AssertionError unless the script was used up, and no more than that was asked for."""
        if complaint := self.complaint:
            raise AssertionError(complaint) from self._overrun

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.assert_done()
        elif complaint := self.complaint:
            error.add_note(complaint)

    def _next(self, call: ProviderCall) -> Step:
        self.calls.append(call)
        try:
            step = self._steps.popleft()
        except IndexError:
            # The engine takes this for a fault of the provider and goes on, so it is kept for `assert_done`.
            overrun = AssertionError(
                f"provider {self.facts.name!r} was called for the {_nth(len(self.calls))} time; "
                f"its script has {self._taken} steps"
            )
            self._overrun = self._overrun or overrun
            raise overrun from None
        self._taken += 1
        return step

    async def _say(self, step: Step, call: ProviderCall) -> Said:
        if step.delay:
            await self._sleep(step.delay)
        said = step.said
        if callable(said):
            made = said(call)
            said = await made if inspect.isawaitable(made) else made
        if isinstance(said, BaseException):
            raise said
        return said


def _deltas(said: Said, call: ProviderCall) -> Iterable[Delta]:
    if isinstance(said, Answer):
        yield from _taken_apart(said)
        return
    pieces = _words(said) if isinstance(said, str) else said
    if isinstance(pieces, BaseException):
        raise pieces
    finished = isinstance(said, str)
    for piece in pieces:
        if isinstance(piece, BaseException):
            raise piece
        yield piece if isinstance(piece, Delta) else Delta(piece)
    if finished:
        heard = sum(len(_words(message.text)) for message in call.request.messages)
        usage = Usage(input_tokens=heard, output_tokens=len(pieces))
        yield Delta(finish_reason="stop", usage=usage, served_model=call.deployment.name)


def _taken_apart(answer: Answer) -> Iterable[Delta]:
    """Deltas that fold to `answer`, its `extra` aside."""
    for index, part in enumerate(answer.parts):
        if isinstance(part, Text):
            yield from (Delta(word) for word in _words(part.text))
            if part.citations:
                yield Delta(citations=part.citations)
        elif isinstance(part, Reasoning):
            yield Delta(reasoning=part.text, signature=part.signature, redacted=part.redacted)
        elif isinstance(part, Refusal):
            yield Delta(refusal=part.text)
        elif isinstance(part, (Image, Audio, Document)):
            yield Delta(media=(part,))
        elif isinstance(part, ToolCall):
            arguments = json.dumps(dict(part.arguments))
            first, rest = arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]
            head = ToolCallDelta(
                index=index, id=part.id, name=part.name, arguments=first, signature=part.signature
            )
            yield Delta(tool_calls=(head,))
            yield Delta(tool_calls=(ToolCallDelta(index=index, arguments=rest),))
        else:
            raise TypeError(f"an answer holds no {type(part).__name__}")
    yield Delta(
        finish_reason=answer.finish_reason,
        usage=answer.usage,
        served_model=answer.served_model,
        evidenced=answer.evidenced,
        id=answer.id,
    )


def _words(text: str) -> list[str]:
    """The text in pieces that begin where words do."""
    return re.findall(r"\s*\S+\s*\Z|\s*\S+|\s+", text)


def _nth(number: int) -> str:
    special = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else special.get(number % 10, 'th')}"
