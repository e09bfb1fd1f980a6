"""The rules for how bytes arrive: in any pieces, and not all of them."""

from collections.abc import Iterable, Iterator

from interlock.errors import ProviderError
from interlock.fold import Fold
from interlock.http import HttpClient, HttpProvider
from interlock.testing.asking import WAYS, Asking, Outcome, expect_failure, weather
from interlock.testing.content_rules import structured
from interlock.testing.rules import expect, fail, not_applicable
from interlock.testing.upstream import End, Reply
from interlock.types.request import Request
from interlock.types.response import Answer

_CUTS = 12
_NOWHERE = "http://127.0.0.1:9"


class StreamRules(Asking):
    """Skipped for providers in process."""

    def test_takes_no_cut_answer_for_a_whole_one(self) -> None:
        """A reply that is cut is a ProviderError, unless the whole text had come."""
        self.over_http()
        for streamed, way in WAYS.items():
            whole = self.reply("text", streamed=streamed)
            for end in ((), (End.CUT,)):
                positions = cut_positions(whole)
                cuts = [Reply(headers=whole.headers, pieces=(whole.body[:at], b"", *end)) for at in positions]
                outcomes, _ = self.ask_all(cuts, streamed=streamed)
                for at, outcome in zip(positions, outcomes, strict=True):
                    when = f"{way}, cut after {at} of {len(whole.body)} bytes"
                    if isinstance(outcome, Answer):
                        said = outcome.text == self.text
                        expect(said, f"{when}: {outcome.text!r} was given as a whole answer")
                    else:
                        expect_failure(outcome, ProviderError, when)

    def test_never_makes_a_call_of_half_of_one(self) -> None:
        """Cut anywhere, a tool call comes whole or is a ProviderError."""
        self.over_http()
        if not self.has_tools:
            not_applicable("has_tools is False")
        tools = weather(self.called)
        for streamed, way in WAYS.items():
            whole = self.reply("tool_call", streamed=streamed)
            if streamed and self.has_streaming and isinstance(self.provider, HttpProvider):
                positions = list(range(len(whole.body)))
                outcomes = [folded(self, [whole.body[:at]], tools) for at in positions]
            else:
                positions = cut_positions(whole)
                cuts = [Reply(headers=whole.headers, pieces=(whole.body[:at], b"")) for at in positions]
                outcomes, _ = self.ask_all(cuts, streamed=streamed, request=tools)
            for at, outcome in zip(positions, outcomes, strict=True):
                when = f"{way}, cut after {at} of {len(whole.body)} bytes"
                if isinstance(outcome, Answer):
                    calls = [(call.name, dict(call.arguments)) for call in outcome.tool_calls]
                    due = [(self.called, dict(self.arguments))]
                    expect(calls == due, f"{when}: the answer was given as whole, with the calls {calls}")
                else:
                    expect_failure(outcome, ProviderError, when)

    def test_reads_a_stream_in_any_pieces(self) -> None:
        """Cut anywhere, or byte by byte, a stream is read as in one piece."""
        self.over_http()
        if not isinstance(self.provider, HttpProvider) or not self.has_streaming:
            not_applicable("only a codec's decoder can be fed byte by byte")
        self.reply("text", streamed=True)
        for scenario, request in self._streams():
            body = self.reply(scenario, streamed=True).body
            whole = folded(self, [body], request)
            if isinstance(whole, Exception):
                fail(f"{scenario}: in one piece, {type(whole).__name__} came: {whole}", whole)
            halves = ((body[:at], body[at:]) for at in range(len(body) + 1))
            singles = [body[at : at + 1] for at in range(len(body))]
            for pieces in (singles, *halves):
                outcome = folded(self, pieces, request)
                if outcome != whole:
                    sizes = "one byte" if pieces is singles else " and ".join(str(len(p)) for p in pieces)
                    fail(f"{scenario}: a stream in pieces of {sizes} bytes was read as {outcome!r}")

    def _streams(self) -> Iterator[tuple[str, Request | None]]:
        asked = {"tool_call": weather(self.called), "output": structured(self.arguments)}
        for scenario in ("text", "tool_call", "reasoning", "output", "citations"):
            if f"{scenario}_streamed" in self.replies:
                yield scenario, asked.get(scenario)


def folded(kit: Asking, pieces: Iterable[bytes], request: Request | None = None) -> Outcome:
    """What the provider's decoder makes of a stream that arrives in these pieces."""
    provider = kit.provider
    assert isinstance(provider, HttpProvider)  # noqa: S101 - the callers looked
    fold = Fold(provider.facts.name)
    try:
        decoder = provider.codec.decoder(kit.call(_NOWHERE, HttpClient(), request))
        for piece in pieces:
            for delta in decoder.feed(piece):
                fold.add(delta)
        for delta in decoder.close():
            fold.add(delta)
        return fold.answer()
    except Exception as error:  # noqa: BLE001 - how it ended is what the rules judge
        return error


def cut_positions(whole: Reply) -> list[int]:
    """Where to cut: at the ends of pieces, and a dozen places in between; never at the very end."""
    size = len(whole.body)
    ends = [
        len(b"".join(piece for piece in whole.pieces[:n] if isinstance(piece, bytes)))
        for n in range(len(whole.pieces))
    ]
    return sorted({*ends, *(size * n // _CUTS for n in range(_CUTS)), max(0, size - 1)} - {size})
