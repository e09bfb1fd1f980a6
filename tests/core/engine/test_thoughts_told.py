"""Thoughts in a stream: complete ones are told with their signatures, in their place, each once."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.rescue import Delivery
from interlock.fold import Fold
from interlock.testing import Step, scripted_router
from interlock.types.messages import Reasoning, Text
from interlock.types.response import Answer, Delta, ToolCallDelta


def told(delivery, *deltas):
    chunks = [delivery.take(delta) for delta in deltas]
    return [thought for chunk in chunks if chunk is not None for thought in chunk.thoughts]


def test_a_thought_is_told_when_it_is_signed_or_something_else_begins():
    delivery = Delivery("replay")
    deltas = (Delta(reasoning="I "), Delta(reasoning="see."), Delta(signature="s"))
    assert told(delivery, *deltas) == [Reasoning("I see.", signature="s")]
    assert told(delivery, Delta(reasoning="And?"), Delta("Yes.")) == [Reasoning("And?")]
    call = Delta(tool_calls=(ToolCallDelta(index=0, name="f"),))
    assert told(delivery, Delta(reasoning="So:"), call) == [Reasoning("So:")]


def test_what_holds_no_text_waits_and_another_stream_may_take_its_place():
    delivery = Delivery("replay")
    assert delivery.take(Delta(signature="dark", redacted=True)) is None
    assert not delivery.started
    delivery.begin()
    assert told(delivery, Delta(signature="other", redacted=True), Delta("Yes.")) == [
        Reasoning("", signature="other", redacted=True)
    ]


def test_what_waits_is_told_at_the_end():
    delivery = Delivery("replay")
    delivery.take(Delta(signature="s"))
    rest = delivery.settle(Answer(parts=(), finish_reason="stop"))
    assert rest is not None
    assert rest.thoughts == (Reasoning("", signature="s"),)


def test_a_stream_that_takes_over_signs_nothing_twice():
    delivery = Delivery("replay")
    deltas = (Delta(reasoning="I see."), Delta(signature="s"), Delta("Y"))
    assert len(told(delivery, *deltas)) == 1
    delivery.begin()
    assert told(delivery, Delta(reasoning="I see."), Delta(signature="t"), Delta("Yes.")) == []


def test_where_text_passes_piece_by_piece_no_thought_is_called_complete():
    delivery = Delivery("replay", windowed=True)
    assert told(delivery, Delta(reasoning="I see."), Delta(signature="s"), Delta("Yes.")) == []
    assert delivery.settle(Answer(parts=(Text("Yes."),), finish_reason="stop")) is None


def test_what_is_held_comes_with_all_its_thoughts():
    thought = Reasoning("I see.", signature="s", vendor="one", origin="there")
    chunk = Delivery("hold").settle(Answer(parts=(thought, Text("Yes.")), finish_reason="stop"))
    assert chunk is not None
    assert chunk.thoughts == (thought,)


deltas = st.lists(
    st.builds(Delta, st.text(max_size=3))
    | st.builds(lambda text: Delta(reasoning=text), st.text(max_size=3))
    | st.builds(lambda text, seal: Delta(reasoning=text, signature=seal), st.text(max_size=3), st.text("ab"))
    | st.builds(lambda seal: Delta(signature=seal, redacted=True), st.text("ab", min_size=1))
    | st.builds(lambda index: Delta(tool_calls=(ToolCallDelta(index=index, name="f"),)), st.integers(0, 2)),
    max_size=12,
)


@given(steps=deltas)
def test_thoughts_of_a_stream_are_those_of_the_answer(steps):
    delivery, fold = Delivery("replay"), Fold()
    chunks = []
    for delta in steps:
        fold.add(delta)
        chunks.append(delivery.take(delta))
    fold.add(Delta(finish_reason="stop"))
    answer = fold.answer()
    chunks.append(delivery.settle(answer))
    heard = [thought for chunk in chunks if chunk is not None for thought in chunk.thoughts]
    assert heard == [part for part in answer.parts if isinstance(part, Reasoning)]


def test_they_say_who_signed_them():
    parts = (Reasoning("I see.", signature="s"), Text("Yes."))
    router = scripted_router({"one": [Step(Answer(parts=parts, finish_reason="stop"))]})
    with router, router.stream_sync("q") as stream:
        thoughts = [thought for chunk in stream for thought in chunk.thoughts]
    assert stream.response is not None
    assert thoughts == [part for part in stream.response.message.parts if isinstance(part, Reasoning)]
    assert thoughts[0].vendor == "one"
    assert thoughts[0].origin is not None
