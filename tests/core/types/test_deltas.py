from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.attempting.attempts import speaks
from interlock.engine.rescue import Delivery
from interlock.errors import ProviderError
from interlock.fold import Fold
from interlock.types.deltas import joined
from interlock.types.messages import Citation
from interlock.types.response import Delta, ToolCallDelta, Usage

words = st.sampled_from(["", "a", "bc"])
calls = st.builds(
    ToolCallDelta,
    index=st.integers(0, 1),
    name=st.none() | st.just("look"),
    arguments=st.sampled_from(["", "{", "}", "{}"]),
)
deltas = st.builds(
    Delta,
    words,
    reasoning=words,
    signature=st.none() | st.just("s"),
    redacted=st.booleans(),
    refusal=words,
    tool_calls=st.lists(calls, max_size=2).map(tuple),
    citations=st.just(()) | st.just((Citation(url="https://example.org"),)),
    finish_reason=st.none() | st.sampled_from(["stop", "length", "tool_calls"]),
    usage=st.none() | st.builds(Usage, input_tokens=st.none() | st.integers(0, 2)),
    served_model=st.none() | st.sampled_from("mn"),
    evidenced=st.none() | st.sampled_from(["eu", "us"]),
    id=st.none() | st.sampled_from("xy"),
    extra=st.none() | st.dictionaries(st.sampled_from("pq"), st.integers(0, 1), max_size=1),
    confidence=st.none() | st.sampled_from([0.5, 1.0]),
)
# Most of what comes says one thing or two.
plain = st.one_of(
    st.builds(Delta, words),
    st.builds(Delta, reasoning=words),
    st.builds(Delta, tool_calls=calls.map(lambda call: (call,))),
    st.builds(Delta, served_model=st.just("m"), id=st.just("x")),
    st.builds(Delta, finish_reason=st.just("stop")),
    st.builds(Delta, usage=st.builds(Usage, input_tokens=st.integers(0, 2))),
)
streams = st.lists(deltas | plain, max_size=8)


def folded(given: list[Delta]) -> tuple[object, ...]:
    fold = Fold("vendor")
    for delta in given:
        fold.add(delta)
    try:
        answer: object = fold.answer()
    except ProviderError as error:
        answer = str(error)
    return answer, fold.usage, fold.served_model, fold.evidenced, fold.finished, fold.settled, fold.said


def delivered(given: list[Delta]) -> tuple[object, ...]:
    delivery = Delivery("replay")
    chunks = [chunk for delta in given if (chunk := delivery.take(delta)) is not None]
    calls = tuple(call for chunk in chunks for call in chunk.tool_call_deltas)
    return delivery.delivered, calls, tuple(thought for chunk in chunks for thought in chunk.thoughts)


@given(streams)
def test_fewer_deltas_say_the_same(given):
    fewer = joined(given)
    assert len(fewer) <= len(given)
    assert folded(fewer) == folded(given)
    assert delivered(fewer) == delivered(given)
    assert any(map(speaks, fewer)) == any(map(speaks, given))


@given(streams)
def test_what_is_said_stays_in_its_order(given):
    def told(deltas: list[Delta]) -> str:
        said = []
        for each in deltas:
            arguments = "".join(call.arguments for call in each.tool_calls)
            said.append(each.reasoning.upper() + each.text + arguments)
        return "".join(said)

    assert told(joined(given)) == told(given)


def test_a_stream_that_comes_at_once_is_one_delta():
    used, given = Usage(input_tokens=1), [Delta(id="x", served_model="m"), Delta("a"), Delta("b")]
    whole = joined([*given, Delta(finish_reason="stop", confidence=0.5), Delta(usage=used)])
    assert whole == [Delta("ab", id="x", served_model="m", finish_reason="stop", confidence=0.5, usage=used)]


def test_what_follows_the_end_is_told_apart_from_it():
    given = [Delta("a", finish_reason="stop"), Delta("b"), Delta(finish_reason="length")]
    assert joined(given) == [given[0], Delta("b", finish_reason="length")]


def test_that_the_model_is_at_work_is_told_by_itself():
    given = [Delta(), Delta(id="x"), Delta(), Delta("a")]
    assert joined(given) == given
