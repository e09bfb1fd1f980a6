"""Pieces of a text that come together, which are read by their text alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ProviderError, Unavailable
from interlock.fold import Fold
from interlock.types.response import Answer, Delta
from interlock_openai import VENDORS
from interlock_openai.reader import ChatReader

Dialects = Callable[[str], Any]


def step(delta: dict[str, Any], reason: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {"id": "r", "model": "m", "choices": [choice], "usage": None, **more}


def events(*payloads: dict[str, Any]) -> bytes:
    return b"".join(b"data: %b\n\n" % json.dumps(each).encode() for each in payloads)


OPENING, ENDING = step({"role": "assistant", "content": ""}), step({}, "stop")


@pytest.mark.parametrize("name", ["content", "reasoning_content", "reasoning"])
def test_pieces_that_come_together_are_one_delta(name, dialect):
    decoder = dialect().codec.decoder(dialect().call())
    field = "text" if name == "content" else "reasoning"
    list(decoder.feed(events(OPENING, step({name: "a"}))))
    assert list(decoder.feed(events(step({name: "b"}), step({name: ' "c"\n'}), step({name: "é"})))) == [
        Delta(**{field: 'b "c"\né'})
    ]
    assert list(decoder.feed(events(step({name: "d"})))) == [Delta(**{field: "d"})]
    assert list(decoder.feed(events(step({name: ""})))) == []


def test_pieces_beside_which_a_vendor_hides_their_length(dialect):
    decoder = dialect().codec.decoder(dialect().call())
    said = [step({"content": text}, obfuscation=text * 3) for text in "abc"]
    assert [delta.text for delta in decoder.feed(events(OPENING, *said)) if delta.text] == ["a", "bc"]


def test_what_came_before_an_error_comes_before_it(dialect):
    decoder = dialect().codec.decoder(dialect().call())
    broken = {"error": {"message": "overloaded", "type": "server_error"}}
    came: list[Delta] = []
    with pytest.raises(Unavailable):
        came.extend(decoder.feed(events(step({"content": "a"}))))
        came.extend(decoder.feed(events(step({"content": "b"}), step({"content": "c"}), broken)))
    assert "".join(delta.text for delta in came) == "abc"


def test_nothing_counts_after_the_end(dialect):
    it = dialect()
    late = events(step({"content": "c"}))
    stream = events(OPENING, step({"content": "a"}), step({"content": "b"}))
    assert it.fold([stream + events(ENDING) + b"data: [DONE]\n\n" + late]).text == "ab"
    with pytest.raises(ProviderError, match="finished"):
        it.fold([stream + b"data: [DONE]\n\n" + late + events(ENDING)])


TEXTS = st.sampled_from(["", "a", "b\n", '"', "<think>", "</think>", "\u2028", "\ud83d", "\ude00"])
STEPS = st.one_of(
    st.builds(lambda text: step({"content": text}), TEXTS),
    st.builds(lambda text: step({"content": text}, obfuscation="x" * 9), TEXTS),
    st.builds(lambda text, served: step({"content": text}, model=served), TEXTS, st.sampled_from(["m", "n"])),
    st.builds(lambda text, tier: step({"content": text}, service_tier=tier), TEXTS, st.sampled_from("fs")),
    st.builds(lambda text: step({"reasoning_content": text}), TEXTS),
    st.builds(lambda text: step({"refusal": text}), TEXTS),
    st.builds(lambda text: step({"content": text}, usage={"prompt_tokens": 1}), TEXTS),
    st.builds(
        lambda text: step({"content": text, "reasoning_details": [{"type": "reasoning.text", "text": text}]}),
        TEXTS,
    ),
    st.builds(
        lambda text: step({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": text}}]}), TEXTS
    ),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(STEPS.flatmap(lambda one: st.integers(1, 3).map(lambda n: [one] * n)), max_size=8),
    vendor=st.sampled_from([each.name for each in VENDORS]),
    size=st.integers(1, 900),
)
def test_they_make_the_answer_that_each_event_alone_makes(steps, vendor, size, dialect):
    it = dialect(vendor)
    payloads = [OPENING, *(each for some in steps for each in some), ENDING]
    stream = events(*payloads)
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]

    def alone() -> Answer:
        reader, fold = ChatReader(it.call(), it.vendor), Fold(vendor)
        for payload in payloads:
            for delta in reader.chunk(json.loads(json.dumps(payload)), 0):
                fold.add(delta)
        for delta in reader.close():
            fold.add(delta)
        return fold.answer()

    def outcome(make: Callable[[], Answer]) -> Any:
        try:
            return make()
        except ProviderError as error:
            return type(error), error.message

    assert outcome(lambda: it.fold(pieces)) == outcome(alone)
