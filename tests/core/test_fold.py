import json
from itertools import pairwise
from math import exp, isnan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import AnswerTooLarge, ProtocolError
from interlock.fold import Fold, confidence_of, folded
from interlock.types.messages import Citation, Image, Reasoning, Refusal, Text, ToolCall
from interlock.types.response import Delta, ToolCallDelta, Usage

STOP = Delta(finish_reason="stop")


def test_pieces_of_text_become_one_part():
    answer = folded([Delta("Good "), Delta("morning"), STOP])
    assert answer.parts == (Text("Good morning"),)


def test_parts_keep_the_order_in_which_they_began():
    deltas = [
        Delta(reasoning="hm"),
        Delta("I will look."),
        Delta(tool_calls=(ToolCallDelta(index=0, id="a", name="look", arguments='{"x"'),)),
        Delta(tool_calls=(ToolCallDelta(index=0, arguments=": 1}"),)),
        Delta(finish_reason="tool_calls"),
    ]
    answer = folded(deltas, vendor="acme")
    assert answer.parts == (
        Reasoning("hm", vendor="acme"),
        Text("I will look."),
        ToolCall(id="a", name="look", arguments={"x": 1}),
    )


def test_a_signature_seals_its_thought():
    deltas = [
        Delta(reasoning="first", signature="s1"),
        Delta(reasoning="second"),
        Delta(signature="s2"),
        Delta(signature="dark", redacted=True),
        STOP,
    ]
    assert folded(deltas).parts == (
        Reasoning("first", signature="s1"),
        Reasoning("second", signature="s2"),
        Reasoning("", signature="dark", redacted=True),
    )


def test_the_last_usage_and_model_count():
    deltas = [
        Delta("a", usage=Usage(input_tokens=1), served_model="m1"),
        Delta(usage=Usage(input_tokens=2)),
        STOP,
    ]
    answer = folded(deltas)
    assert (answer.usage.input_tokens, answer.served_model) == (2, "m1")


def test_citations_and_refusals_are_kept():
    source = Citation(url="https://example.org")
    answer = folded(
        [Delta("Paris", citations=(source,)), Delta(refusal="No."), Delta(finish_reason="refusal")]
    )
    assert answer.parts == (Text("Paris", citations=(source,)), Refusal("No."))


def test_a_stream_without_a_finish_reason_was_cut():
    with pytest.raises(ProtocolError, match="ended before"):
        folded([Delta("half an ans")])


@pytest.mark.parametrize("arguments", ['{"amount": 1', "[1]", "null", "12", '{"a":}'])
def test_arguments_that_are_no_object_are_an_error(arguments):
    call = Delta(tool_calls=(ToolCallDelta(index=0, id="a", name="pay", arguments=arguments),))
    with pytest.raises(ProtocolError, match="no JSON object"):
        folded([call, Delta(finish_reason="tool_calls")])


@pytest.mark.parametrize("arguments", ['{"amount": 1', ""])
def test_a_call_that_was_cut_off_is_left_out(arguments):
    call = Delta(tool_calls=(ToolCallDelta(index=0, id="a", name="pay", arguments=arguments),))
    answer = folded([Delta("Paying"), call, Delta(finish_reason="length")])
    assert answer.tool_calls == ()
    assert answer.finish_reason == "length"


def test_calls_without_an_id_get_one_each():
    calls = tuple(ToolCallDelta(index=index, name="look", arguments="{}") for index in range(2))
    answer = folded([Delta(tool_calls=calls), Delta(finish_reason="tool_calls")])
    assert len({call.id for call in answer.tool_calls}) == 2


@given(
    text=st.text(),
    arguments=st.dictionaries(st.text(), st.integers() | st.text() | st.none()),
    cuts=st.lists(st.integers(0, 200)),
)
def test_where_a_stream_is_cut_into_pieces_does_not_matter(text, arguments, cuts):
    raw = json.dumps(arguments)

    def pieces(whole):
        edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
        return [whole[a:b] for a, b in pairwise(edges)]

    deltas = [Delta(piece) for piece in pieces(text)]
    deltas.append(Delta(tool_calls=(ToolCallDelta(index=3, id="i", name="n"),)))
    deltas += [Delta(tool_calls=(ToolCallDelta(index=3, arguments=piece),)) for piece in pieces(raw)]
    answer = folded([*deltas, Delta(finish_reason="tool_calls")])
    assert answer.text == text
    assert answer.tool_calls[0].arguments == arguments


def test_thoughts_without_words_keep_their_signatures_apart():
    deltas = [Delta(signature="s1"), Delta(signature="s2"), STOP]
    assert folded(deltas).parts == (Reasoning("", signature="s1"), Reasoning("", signature="s2"))


def test_a_refusal_in_the_middle_of_a_call_leaves_it_out():
    call = Delta(tool_calls=(ToolCallDelta(index=0, id="a", name="pay", arguments='{"amo'),))
    answer = folded([call, Delta(refusal="No."), Delta(finish_reason="refusal")])
    assert (answer.tool_calls, answer.refusal) == ((), "No.")


def test_data_without_a_home_is_merged():
    answer = folded([Delta(extra={"a": 1}), Delta(extra={"b": 2, "a": 3}), STOP])
    assert answer.extra == {"a": 3, "b": 2}


def test_a_signed_call_names_its_vendor():
    call = ToolCallDelta(index=0, id="a", name="pay", arguments="{}", signature="s")
    answer = folded([Delta(tool_calls=(call,)), Delta(finish_reason="tool_calls")], vendor="acme")
    assert (answer.tool_calls[0].signature, answer.tool_calls[0].vendor) == ("s", "acme")


def test_counts_never_fall_back_to_nought():
    first = Usage(input_tokens=9, output_tokens=1, cache_read=4, cost=0.5)
    deltas = [Delta("x", usage=first), Delta(usage=Usage(input_tokens=0, output_tokens=5, cost=0.0)), STOP]
    usage = Usage(input_tokens=9, output_tokens=5, cache_read=4, cost=0.5)
    assert folded(deltas).usage == usage


def outcome(read):
    try:
        return read()
    except ProtocolError as error:
        return type(error), str(error)


@given(
    st.builds(
        Delta,
        st.sampled_from(["", "a", "a" * 40]),
        reasoning=st.sampled_from(["", "hm"]),
        signature=st.sampled_from([None, "", "s"]),
        redacted=st.booleans(),
        refusal=st.sampled_from(["", "No."]),
        tool_calls=st.sampled_from([(), (ToolCallDelta(index=0, name="look", arguments="{}"),)]),
        citations=st.sampled_from([(), (Citation(url="https://example.org"),)]),
        media=st.sampled_from([(), (Image(data=b"png"),)]),
        finish_reason=st.sampled_from([None, "stop", "length", "tool_calls", "refusal"]),
        usage=st.sampled_from([None, Usage(), Usage(input_tokens=1, cost=0.5)]),
        served_model=st.sampled_from([None, "m1"]),
        evidenced=st.sampled_from([None, "eu"]),
        id=st.sampled_from([None, "r1"]),
        extra=st.sampled_from([None, {}, {"tier": "flex"}]),
    ),
    st.sampled_from([0, 63, 64, 100, 104, 10_000]),
)
def test_an_answer_in_one_delta_is_what_a_stream_of_it_folds_to(delta, limit):
    def grown():
        fold = Fold("acme", limit)
        fold.add(delta)
        return fold.answer()

    assert outcome(lambda: folded([delta], "acme", limit)) == outcome(grown)


def test_an_answer_in_one_delta_has_its_own_extra():
    extra = {"tier": "flex"}
    answer = folded([Delta("a", finish_reason="stop", extra=extra)])
    extra["tier"] = "priority"
    assert answer.extra == {"tier": "flex"}


def test_an_answer_in_one_delta_is_no_larger_than_its_limit():
    with pytest.raises(AnswerTooLarge):
        folded([Delta("a" * 100, finish_reason="stop")], limit=99)


def test_how_sure_an_answer_is_comes_with_its_end_or_after_it() -> None:
    ended = Delta("4", finish_reason="stop", confidence=0.5)
    assert folded([ended]).confidence == 0.5
    assert folded([Delta("4"), ended, Delta(extra={"a": 1})]).confidence == 0.5
    assert folded([Delta("4"), ended, Delta(extra={"a": 1}, confidence=0.25)]).confidence == 0.25
    assert folded([Delta("4", finish_reason="stop")]).confidence is None


_LOGARITHMS = st.floats(max_value=0, allow_nan=False) | st.just(-(10**400))


@given(st.lists(_LOGARITHMS | st.none() | st.text() | st.just(float("nan"))))
def test_how_sure_an_answer_is_lies_between_nothing_and_all(logprobs: list[Any]) -> None:
    confidence = confidence_of(logprobs)
    assert confidence is None or 0 <= confidence <= 1
    known = [
        each for each in logprobs if isinstance(each, int) or (isinstance(each, float) and not isnan(each))
    ]
    assert (confidence is None) == (not known)


def test_how_sure_an_answer_is_is_the_mean_over_its_tokens() -> None:
    assert confidence_of([-0.1, -0.3]) == pytest.approx(exp(-0.2))
