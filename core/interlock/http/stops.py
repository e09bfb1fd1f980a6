"""Stop strings that a vendor does not take: the text is cut here, and the rest of it dropped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from interlock.http.codec import StreamDecoder
from interlock.protocols import ProviderCall
from interlock.types.messages import Citation
from interlock.types.response import Delta

__all__ = ["CutStream", "Cutter", "blank_stops", "cut"]


def blank_stops(call: ProviderCall) -> tuple[str, ...]:
    """Those of white space alone, which some vendors refuse. Where a schema says what the answer is, none."""
    request = call.request
    stops = request.settings.stop
    if not stops or request.output is not None:
        return ()
    return tuple(stop for stop in stops if stop and not stop.strip())


def cut(deltas: Iterable[Delta], stops: Sequence[str]) -> Iterable[Delta]:
    """The deltas of an answer up to a stop string."""
    if not stops:
        return deltas
    cutter = Cutter(stops)
    return (kept for delta in deltas for kept in cutter.feed(delta))


class CutStream:
    """A decoder whose text is cut."""

    def __init__(self, decoder: StreamDecoder, stops: Sequence[str]) -> None:
        self._decoder = decoder
        self._cutter = Cutter(stops)

    @property
    def over(self) -> bool:
        return bool(getattr(self._decoder, "over", False))

    @property
    def holds(self) -> int:
        return int(getattr(self._decoder, "holds", 0))

    def feed(self, data: bytes) -> Iterator[Delta]:
        for delta in self._decoder.feed(data):
            yield from self._cutter.feed(delta)

    def close(self) -> Iterator[Delta]:
        for delta in self._decoder.close():
            yield from self._cutter.feed(delta)


class Cutter:
    """What may begin a stop string is held until it proves to be none."""

    __slots__ = ("_cited", "_held", "_open", "_place", "_run", "_stops")

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self._cited: tuple[Citation, ...] = ()  # those of a text of which some is held
        self._run = 0  # characters of the text under way that were let through
        self._place: int | None = None  # how long the text is that was cut
        self._open = True  # whether the text that was cut is still under way

    def feed(self, delta: Delta) -> Iterator[Delta]:
        if not self._stops:
            yield delta
        elif self._place is None:
            yield from self._before(delta)
        else:
            yield from self._after(delta, self._place)

    def _before(self, delta: Delta) -> Iterator[Delta]:
        if _is_other(delta) or delta.finish_reason is not None:
            yield from self._release()
        if _is_other(delta):
            self._run = 0
        if not delta.text:
            if delta.citations and self._held:
                self._cited += delta.citations
                delta = replace(delta, citations=())
            yield delta
            return
        text = self._held + delta.text
        place = _first(text, self._stops)
        if place is not None:
            self._held, self._place = "", self._run + place
            cited, self._cited = self._cited, ()
            yield replace(delta, text=text[:place], citations=_inside(cited, self._place))
            return
        keep = _overlap(text, self._stops)
        self._held = text[len(text) - keep :]
        self._run += len(text) - keep
        yield replace(delta, text=text[: len(text) - keep])
        if not self._held:
            yield from self._release()

    def _after(self, delta: Delta, place: int) -> Iterator[Delta]:
        self._open = self._open and not _is_other(delta)
        yield Delta(
            citations=_inside(delta.citations, place) if self._open else (),
            finish_reason="stop" if delta.finish_reason is not None else None,
            usage=delta.usage,
            served_model=delta.served_model,
            evidenced=delta.evidenced,
            id=delta.id,
            extra=delta.extra,
            confidence=delta.confidence,
        )

    def _release(self) -> Iterator[Delta]:
        if self._held or self._cited:
            yield Delta(self._held, citations=self._cited)
            self._held, self._cited = "", ()


def _is_other(delta: Delta) -> bool:
    return bool(delta.reasoning or delta.signature or delta.redacted or delta.refusal or delta.tool_calls)


def _first(text: str, stops: Iterable[str]) -> int | None:
    """Where the stop string begins that is whole first, as whoever reads along would meet it."""
    places = [(place + len(stop), place) for stop in stops if stop and (place := text.find(stop)) >= 0]
    return min(places)[1] if places else None


def _overlap(text: str, stops: Iterable[str]) -> int:
    """How many characters at the end of `text` may be the beginning of a stop string."""
    longest = 0
    for stop in stops:
        for size in range(min(len(text), len(stop) - 1), longest, -1):
            if stop.startswith(text[-size:]):
                longest = size
                break
    return longest


def _inside(citations: Iterable[Citation], place: int) -> tuple[Citation, ...]:
    return tuple(citation for citation in citations if citation.end is None or citation.end <= place)
