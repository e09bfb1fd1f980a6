"""Pieces of a text that come together, which are read by their text alone."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ProviderError
from interlock.types.response import Answer, Delta


def event(payload: dict[str, Any], blanks: int = 0) -> bytes:
    data = json.dumps(payload, separators=(",", ":"))
    return f"event: {payload['type']}\ndata: {data[:-1]}{' ' * blanks}}}\n\n".encode()


def start(index: int, kind: str) -> bytes:
    block = {"type": kind, "text": ""} if kind == "text" else {"type": kind, "thinking": "", "signature": ""}
    return event({"type": "content_block_start", "index": index, "content_block": block})


def stop(index: int) -> bytes:
    return event({"type": "content_block_stop", "index": index})


def piece(text: str, *, index: int = 0, kind: str = "text", blanks: int = 0) -> bytes:
    delta = {"type": f"{kind}_delta", kind: text}
    return event({"type": "content_block_delta", "index": index, "delta": delta}, blanks)


USED = {"input_tokens": 3, "output_tokens": 1}
OPENING = event({"type": "message_start", "message": {"id": "m", "model": "claude", "usage": USED}})
PING = event({"type": "ping"})
ENDING = event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": USED}) + event(
    {"type": "message_stop"}
)


def test_pieces_that_come_together_are_one_delta(claude):
    decoder = claude.codec.decoder(claude.call())
    list(decoder.feed(OPENING + start(0, "text") + piece("a")))
    assert list(decoder.feed(piece("b", blanks=7) + piece('"c"\n') + piece("é", blanks=2))) == [
        Delta('b"c"\né')
    ]
    assert list(decoder.feed(piece("d") + piece("e", index=1)[:20])) == [Delta("d")]


def test_thoughts_do_so_too(claude):
    thoughts = [piece(text, kind="thinking") for text in "abc"]
    came = list(claude.codec.decoder(claude.call()).feed(OPENING + start(0, "thinking") + b"".join(thoughts)))
    assert came[1:] == [Delta(reasoning="a"), Delta(reasoning="bc")]


TEXTS = st.sampled_from(["", "a", "b\n", '"}', "\u2028", "\ud83d", "\ude00"])
PIECES = st.one_of(
    st.builds(piece, TEXTS, index=st.sampled_from([0, 0, 0, 1, 2]), blanks=st.integers(0, 3)),
    st.builds(piece, TEXTS, index=st.sampled_from([1, 1, 0]), kind=st.just("thinking")),
    st.sampled_from([PING, stop(0), stop(1), ENDING]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(PIECES.flatmap(lambda one: st.integers(1, 3).map(lambda n: [one] * n)), max_size=8),
    size=st.integers(1, 600),
)
def test_they_make_the_answer_that_each_event_alone_makes(pieces, size, claude):
    events = [
        OPENING,
        start(0, "text"),
        start(1, "thinking"),
        *(each for some in pieces for each in some),
        ENDING,
    ]
    stream = b"".join(events)

    def outcome(make: Callable[[], Answer]) -> Any:
        try:
            return make()
        except ProviderError as error:
            return type(error), error.message

    # With a ping between them, no event is like the one before it.
    alone = [each for one in events for each in (one, PING)]
    together = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert outcome(lambda: claude.fold(together)) == outcome(lambda: claude.fold(alone))
