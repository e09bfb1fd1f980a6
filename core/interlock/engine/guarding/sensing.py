"""What guardrails find in a request before it is decided where it may go."""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

from interlock.engine.guarding.sides import OUT, rewrites
from interlock.http.aside import aside
from interlock.http.turns import at_once, in_turns
from interlock.logs import redacting_logger
from interlock.protocols import DetectingGuardrail, Guardrail, SensingGuardrail
from interlock.requests.passages import passages
from interlock.requests.readable import words_in
from interlock.types.messages import Audio, Document, Image, Message, Part, Text, ToolCall, ToolResult
from interlock.types.passages import Passage
from interlock.types.request import Request
from interlock.types.sensed import Sensed
from interlock.types.uncollected import uncollected

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")

_NAME = re.compile(r"[a-z][a-z0-9_:.-]{0,63}")  # of a kind; what was found should not look like one
# Characters. A text is looked at in pieces, between which others have their turn; that of a larger one is
# taken apart in a thread, for it may be JSON or a file.
_PIECE: Final = 2_000
_LARGE: Final = 50_000
_OVERLAP: Final = 300  # what is found, and the words around it that tell what it is, are shorter
_REST: Final = 500


class Sensing:
    """Asks each guardrail that senses about every text that would leave, shown to it or not: what it finds
    where it is not shown anything, it cannot seal.
    """

    def __init__(self, guardrails: Sequence[Guardrail]) -> None:
        out = sorted((each for each in guardrails if each.phases & OUT), key=lambda each: each.name)
        self.guardrails = [each for each in out if isinstance(each, SensingGuardrail)]
        # Detectors may take their time, of a short text too.
        self._slow = any(isinstance(each, DetectingGuardrail) and each.detectors for each in self.guardrails)
        # Where some other rewrites too, nobody knows beforehand whether anything is left as it is.
        self._alone = all(isinstance(each, SensingGuardrail) for each in out if rewrites(each))

    async def unhurried(self, request: Request) -> Sensed:
        """The same as `look`, while others have their turns. Detectors are asked in threads."""
        if not self._slow and _is_small(request, _PIECE):
            return self.look(request)
        work, ended = self._looked(request), list[Sensed]()
        if self._slow or not _is_small(request, _LARGE):
            await aside(uncollected, _step, work, ended)
        while self._slow and not ended:  # a step at a time: cancelled, it goes on with none of them
            await aside(uncollected, _step, work, ended)
        return ended[0] if ended else await in_turns(work)

    def look(self, request: Request) -> Sensed:
        """What is in a request, and whether all of it would be sealed. What a guardrail raises means that
        anything may be there.
        """
        return at_once(self._looked(request))

    def _looked(self, request: Request) -> Generator[None, None, Sensed]:
        unread = any(map(_unread, request.messages))
        try:
            texts = passages(request) if self.guardrails else ()
            yield
            kinds, sealable = frozenset[str](), True
            for each in self.guardrails:
                more, sealed = yield from _found(each, texts)
                kinds, sealable = kinds | more, sealable and sealed
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; then anything may be there
            _log.error("a guardrail that looks for personal data raised %s", type(error).__name__)
            return Sensed(failed=True, sealable=False, unread=unread)
        return Sensed(
            kinds=kinds,
            sealable=sealable,
            unread=unread,
            changed=False if self.guardrails and self._alone and not kinds else None,
        )


def _step(work: Generator[None, None, Sensed], ended: list[Sensed]) -> None:
    try:
        next(work)
    except StopIteration as end:
        ended.append(end.value)


def _found(
    guardrail: SensingGuardrail, texts: Sequence[Passage]
) -> Generator[None, None, tuple[frozenset[str], bool]]:
    """The kinds that a guardrail finds, and whether it seals them all."""
    shown = tuple(each for each in texts if each.phase in guardrail.phases)
    kinds = yield from _kinds(guardrail, shown)
    elsewhere = frozenset[str]()
    if len(shown) < len(texts):
        others = tuple(each for each in texts if each.phase not in guardrail.phases)
        elsewhere = yield from _kinds(guardrail, others)
    sealable = not kinds or (rewrites(guardrail) and guardrail.sealable(kinds) is True)
    return kinds | elsewhere, sealable and not elsewhere


def _kinds(guardrail: SensingGuardrail, texts: tuple[Passage, ...]) -> Generator[None, None, frozenset[str]]:
    kinds: set[str] = set()
    for some in _some_at_a_time(texts):
        found: object = guardrail.kinds_of(some)
        if not isinstance(found, (frozenset, set)) or not all(
            isinstance(each, str) and _NAME.fullmatch(each) for each in found
        ):
            raise TypeError("kinds_of gives a frozenset of names")
        kinds |= found
        yield
    return frozenset(kinds)


def _some_at_a_time(texts: Sequence[Passage]) -> Iterator[tuple[Passage, ...]]:
    """The texts, so many together that there is little to look through; long ones in pieces."""
    gathered: list[Passage] = []
    room = _PIECE
    for passage in texts:
        pieces = [passage]
        if len(passage.text) > _PIECE:
            pieces = [replace(passage, text=text) for text in _pieces(passage.text)]
        for piece in pieces:
            if gathered and len(piece.text) > room:
                yield tuple(gathered)
                gathered, room = [], _PIECE
            gathered.append(piece)
            room -= len(piece.text)
    if gathered:
        yield tuple(gathered)


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces that overlap, cut between words where there are words."""
    start = 0
    while True:
        end = start + _PIECE
        if end < len(text):
            cut = max(text.rfind(blank, start + _PIECE // 2, end) for blank in (" ", "\n"))
            end = cut if cut > 0 else end
        yield text[start:end]
        if end >= len(text):
            return
        blank = text.find(" ", end - _OVERLAP, end)
        start = end - _OVERLAP if blank < 0 else blank + 1


def _unread(message: Message) -> bool:
    content = message.content
    return not isinstance(content, str) and any(map(_closed, content))


def _closed(part: Part) -> bool:
    """Whether a part holds what has no text that could be looked into."""
    if isinstance(part, (Image, Audio, Document)):
        return words_in(part) is None
    if isinstance(part, ToolResult) and not isinstance(part.content, str):
        return any(map(_closed, part.content))
    return False


def _is_small(request: Request, room: int) -> bool:
    left = room - _REST * (len(request.tools) + (request.output is not None))
    for message in request.messages:
        content = message.content
        left -= len(content) if isinstance(content, str) else sum(map(_size, content))
        if left < 0:
            return False
    return left >= 0


def _size(part: Part) -> int:
    """About how many characters there are to look through."""
    if isinstance(part, Text):
        return len(part.text)
    if isinstance(part, ToolResult):
        return len(part.content) if isinstance(part.content, str) else sum(map(_size, part.content))
    if isinstance(part, (Image, Audio, Document)):
        return len(part.data or b"") + len(part.url or "")
    if isinstance(part, ToolCall):
        return sum(len(each) if isinstance(each, str) else _REST for each in part.arguments.values())
    return _REST
