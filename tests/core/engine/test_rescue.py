from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.rescue import Delivery, Diverged
from interlock.types.messages import Text
from interlock.types.response import Answer, Delta, ToolCallDelta


def answer(text):
    return Answer(parts=(Text(text),), finish_reason="stop")


def texts(delivery, pieces):
    chunks = [delivery.take(Delta(piece)) for piece in pieces]
    return [chunk.text for chunk in chunks if chunk is not None]


def test_replay_goes_on_where_the_first_stream_stopped():
    delivery = Delivery("replay")
    assert texts(delivery, ["The answer", " is"]) == ["The answer", " is"]
    delivery.begin()
    assert texts(delivery, ["The", " answer is 4", "2."]) == [" 4", "2."]
    assert delivery.settle(answer("The answer is 42.")) is None


@given(whole=st.text(min_size=1, max_size=60), cut=st.integers(0, 60), edges=st.lists(st.integers(1, 60)))
def test_a_replayed_answer_is_delivered_exactly_once(whole, cut, edges):
    delivery = Delivery("replay")
    delivered = texts(delivery, [whole[:cut]] if whole[:cut] else [])
    delivery.begin()
    bounds = sorted({0, len(whole), *(edge for edge in edges if edge < len(whole))})
    delivered += texts(delivery, [whole[a:b] for a, b in pairwise(bounds)])
    delivery.settle(answer(whole))
    assert "".join(delivered) == whole


@pytest.mark.parametrize("second", [["The reply"], ["The answer was"], ["the answer is 42"]])
def test_an_answer_in_other_words_is_never_spliced(second):
    delivery = Delivery("replay")
    texts(delivery, ["The answer", " is"])
    delivery.begin()
    with pytest.raises(Diverged):
        texts(delivery, second)


def test_a_shorter_second_answer_is_no_continuation():
    delivery = Delivery("replay")
    texts(delivery, ["The answer is 42, and"])
    delivery.begin()
    assert texts(delivery, ["The answer is 42"]) == []
    with pytest.raises(Diverged):
        delivery.settle(answer("The answer is 42"))


def test_nothing_follows_half_a_tool_call():
    delivery = Delivery("replay")
    delivery.take(Delta(tool_calls=(ToolCallDelta(index=0, name="pay", arguments='{"amo'),)))
    with pytest.raises(Diverged):
        delivery.begin()


def test_hold_delivers_only_whole_answers():
    delivery = Delivery("hold")
    assert texts(delivery, ["The ", "answer"]) == []
    assert not delivery.started
    assert delivery.settle(answer("The answer")).text == "The answer"


def test_restart_tells_the_consumer_to_discard():
    delivery = Delivery("restart")
    texts(delivery, ["Half an"])
    assert delivery.begin().restart
    assert texts(delivery, ["Another answer"]) == ["Another answer"]


def test_a_first_attempt_needs_no_restart():
    assert Delivery("restart").begin() is None
