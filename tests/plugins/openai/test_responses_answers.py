"""What we read of Responses: plain answers, streams, and whatever else a server may send."""

import json
from collections.abc import Callable, Sequence
from math import exp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import (
    ContentPolicyViolation,
    InvalidRequest,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from interlock.http import HttpReply
from interlock.types.messages import Citation, Reasoning, Refusal, Text, ToolCall
from interlock.types.request import Request, Settings
from interlock.types.response import Answer, Usage
from response_events import CUT, called, events, message, numbered, refused, response, said, thought

Dialects = Callable[..., Any]

PAGE = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 1, "end_index": 3}
FILE = {"type": "file_citation", "file_id": "f", "filename": "notes.txt", "index": 2}
SEARCH = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search"}}
SEALED = '{"summary":[],"type":"reasoning","id":"rs_1","encrypted_content":"gAAAAseal"}'


def read(dialect: Any, payload: Any, request: Request | str = "hello") -> Answer:
    body = json.dumps(payload).encode()
    return dialect.codec.decode(dialect.call(request), HttpReply(status=200, headers={}, body=body))


def sse(told: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(f"event: {each.get('type')}\ndata: {json.dumps(each)}\n\n".encode() for each in told)


def fold(dialect: Any, told: Sequence[dict[str, Any]], request: Request | str = "hello") -> Answer:
    return dialect.fold([sse(told)], dialect.call(request))


def both(dialect: Any, *items: dict[str, Any], request: Request | str = "hello", **more: Any) -> Answer:
    """The answer of a plain response, once the stream of the same one has proved to say the same."""
    answer = read(dialect, response(*items, **more), request)
    assert fold(dialect, events(*items, **more), request) == answer
    return answer


def test_an_answer_holds_every_part_in_its_order(responses: Dialects) -> None:
    answer = both(
        responses(),
        thought(),
        said("Let me look."),
        called('{"at": 1}'),
        called("", name="stop", call_id="call_2"),
        service_tier="default",
    )
    assert answer.parts == (
        Reasoning("", signature=SEALED, vendor="openai", redacted=True),
        Text("Let me look."),
        ToolCall(id="call_1", name="look", arguments={"at": 1}),
        ToolCall(id="call_2", name="stop", arguments={}),
    )
    assert (answer.finish_reason, answer.served_model, answer.id) == ("tool_calls", "model-1", "resp_1")
    assert answer.usage == Usage(
        input_tokens=112, output_tokens=9, cache_read=100, cache_write=7, reasoning=4
    )
    assert answer.extra == {"service_tier": "default"}


def test_a_thought_is_its_summaries_and_what_a_server_shows_of_it_comes_first(responses: Dialects) -> None:
    shown = {"content": [{"type": "reasoning_text", "text": "hm"}]}
    assert both(responses(), thought("One.", "Two."), said("x")).reasoning == "One.\n\nTwo."
    [reasoning, _] = both(responses(), thought(seal=None, **shown), said("x")).parts
    assert (reasoning.text, "hm" in reasoning.signature) == ("hm", True)
    [reasoning, _] = both(responses(), thought("Only a summary.", seal=None), said("x")).parts
    assert reasoning.signature is None, "the vendor could not read it again"
    assert both(responses(), thought(seal=None), said("x")).parts == (Text("x"),)


def test_sources_are_placed_in_the_text_that_they_are_of(responses: Dialects) -> None:
    answer = both(
        responses(), said("abc", annotations=[PAGE]), SEARCH, said("defg", annotations=[PAGE, FILE])
    )
    assert answer.parts == (
        Text(
            "abcdefg",
            citations=(
                Citation(url="https://a.example", title="A", start=1, end=3),
                Citation(url="https://a.example", title="A", start=4, end=6),
                Citation(title="notes.txt"),
            ),
        ),
    )
    assert answer.extra["items"] == [SEARCH]


def test_a_refusal_and_probabilities(responses: Dialects) -> None:
    answer = both(responses(), refused("I will not."))
    assert (answer.parts, answer.finish_reason) == ((Refusal("I will not."),), "refusal")
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    part = {"type": "output_text", "text": "a", "annotations": [], "logprobs": [token]}
    answer = both(responses(), message(part))
    assert (answer.extra, answer.confidence) == ({"logprobs": {"content": [token]}}, pytest.approx(exp(-0.5)))


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ({"reason": "max_output_tokens"}, "length"),
        ({"reason": "content_filter"}, "refusal"),
        ({"reason": "steered"}, "length"),
        (None, "length"),
    ],
)
def test_what_is_incomplete_is_never_whole(why: Any, expected: str, responses: Dialects) -> None:
    more = {"status": "incomplete", "incomplete_details": why}
    answer = both(responses(), said("Hel"), called('{"at": 1}'), called('{"at": ', call_id="c2"), **more)
    assert (answer.finish_reason, answer.text) == (expected, "Hel")
    assert [call.id for call in answer.tool_calls] == ["call_1"]


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (response(status="failed", error={"code": "server_error", "message": "x"}), Unavailable),
        (response(status="failed", error={"code": "rate_limit_exceeded", "message": "x"}), RateLimited),
        (response(status="failed", error={"code": "bio_policy", "message": "x"}), ContentPolicyViolation),
        (response(status="failed", error={"code": "invalid_image_url", "message": "x"}), InvalidRequest),
        (response(status="failed"), Unavailable),
        (response(status="cancelled"), Unavailable),
        (response(said("x"), status="queued"), ProtocolError),
        (response(said("x"), status="in_progress"), ProtocolError),
        (response(said("x"), status="sunspots"), ProtocolError),
        (response(said("x"), status=None), ProtocolError),
        (response(output=None), ProtocolError),
        (response("x"), ProtocolError),
        ({"error": {"message": "x", "code": "server_error"}}, Unavailable),
        (response(called('{"at": ')), ProtocolError),
        (response(called("[1]")), ProtocolError),
        (response(called("{}", name="")), ProtocolError),
    ],
)
def test_what_is_no_answer_is_an_error(payload: Any, error: type[Exception], responses: Dialects) -> None:
    with pytest.raises(error):
        read(responses(), payload)
    end = {"type": f"response.{payload.get('status') or 'completed'}", "response": payload}
    if payload.get("status", "") is None or payload.get("output", "") is None:
        return  # the event says how it ended, and those before it what was said
    with pytest.raises(error):
        fold(responses(), numbered([{"type": "response.created", "response": {}}, end]))


@pytest.mark.parametrize(
    "event",
    [
        {"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None},
        {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "slow down"}},
        {"error": {"code": "rate_limit_exceeded", "message": "slow down"}},
    ],
)
def test_an_error_in_the_stream_is_one_in_every_shape(event: Any, responses: Dialects) -> None:
    with pytest.raises(RateLimited, match="slow down"):
        fold(responses(), [*events(said("Hello"))[:5], event])


def test_a_stream_that_is_cut_is_an_error_wherever_that_happens(responses: Dialects) -> None:
    told = events(thought("Hm."), said("Hello."), called("{}"))
    for end in range(len(told)):
        with pytest.raises(ProtocolError, match="before its answer was finished"):
            fold(responses(), told[:end])


def test_what_was_not_streamed_is_made_up_for(responses: Dialects) -> None:
    """Some servers send a call's arguments, or a whole message, with the item's end or the response alone."""
    items = [thought("Hm."), said("Hello.", annotations=[PAGE]), called('{"at": 1}')]
    whole = read(responses(), response(*items))
    told = events(*items)
    for kept in (
        [each for each in told if not each["type"].endswith(".delta")],
        [each for each in told if each["type"].startswith("response.output_item")] + told[-1:],
        told[-1:],
    ):
        assert fold(responses(), kept) == whole
    bare = [each for each in told[:-1] if each["type"] != "response.output_item.added"]
    assert (
        fold(responses(), [*bare, {**told[-1], "response": {**told[-1]["response"], "output": []}}]) == whole
    )


def test_what_was_streamed_otherwise_is_an_error(responses: Dialects) -> None:
    told = events(said("Hello."), called('{"at": 1}'))
    for item, other in ((0, said("Hallo.")), (0, refused("Hello.")), (1, called('{"at": 2}'))):
        output = [said("Hello."), called('{"at": 1}')]
        output[item] = other
        with pytest.raises(ProtocolError):
            fold(responses(), [*told[:-1], {**told[-1], "response": response(*output)}])
    with pytest.raises(ProtocolError, match="not in its response"):
        fold(responses(), [*told[:-1], {**told[-1], "response": response(said("Hello."))}])


def test_events_that_come_twice_or_are_unknown_change_nothing(responses: Dialects) -> None:
    told = events(thought("Hm."), SEARCH, said("Hello, wide world."), called('{"at": 1}'))
    plain = fold(responses(), told)
    assert fold(responses(), [each for each in told for _ in range(2)]) == plain
    strange = [{"type": "response.sunspots", "item_id": "x", "delta": 7}, {"type": None}, {}]
    assert fold(responses(), [*told[:4], *strange, *told[4:]]) == plain
    uncounted = [{key: value for key, value in each.items() if key != "sequence_number"} for each in told]
    assert fold(responses(), uncounted) == plain
    constant = [{**each, "sequence_number": 0} for each in told]
    assert fold(responses(), constant) == plain


def test_an_order_that_was_lost_on_the_way_is_never_a_wrong_text(responses: Dialects) -> None:
    told = events(said("ab"))
    first, second = (at for at, each in enumerate(told) if each["type"].endswith("text.delta"))
    told[first], told[second] = told[second], told[first]
    with pytest.raises(ProtocolError, match="do not add up"):
        fold(responses(), told)


def test_items_that_are_streamed_at_once_keep_their_order(responses: Dialects) -> None:
    items = [said("Hello, world."), thought("Hm."), said("And more.", id_="msg_2")]
    told = events(*items)
    by_item = [[each for each in told if each.get("output_index") == number] for number in range(3)]
    woven = [each for row in zip(*(each[:4] for each in by_item), strict=True) for each in row]
    rest = [each for each in told[2:-1] if each not in woven]
    assert fold(responses(), numbered([*told[:2], *woven, *rest, told[-1]])) == fold(responses(), told)


def test_a_proof_that_comes_with_the_whole_response_is_kept(responses: Dialects) -> None:
    told = events(thought("Hm.", seal=None), said("Hello."))
    told[-1]["response"] = response(thought("Hm."), said("Hello."))
    answer = fold(responses(), told)
    assert [type(part) for part in answer.parts] == [Reasoning, Text, Reasoning]
    assert "gAAAAseal" in answer.parts[-1].signature


def test_a_gateway_may_give_every_event_an_id_of_its_own(responses: Dialects) -> None:
    told = events(thought("Hm."), said("Hello."), called("{}"))
    strange = [
        {**each, "item_id": f"x{number}"} if "item_id" in each else each for number, each in enumerate(told)
    ]
    assert fold(responses(), strange) == fold(responses(), told)


def test_a_plain_answer_sent_to_a_streaming_request_folds_to_the_same(responses: Dialects) -> None:
    payload = response(thought("Hm."), said("Hello.", annotations=[PAGE]), called("{}"))
    assert responses().fold([json.dumps(payload).encode()]) == read(responses(), payload)


words = st.text("ab#\n", max_size=8)
pages = st.lists(
    st.builds(
        lambda start, end: PAGE | {"start_index": start, "end_index": end},
        st.integers(0, 2),
        st.integers(0, 4),
    ),
    max_size=2,
)
parts = st.one_of(
    st.builds(lambda text, cited: {"type": "output_text", "text": text, "annotations": cited}, words, pages),
    words.map(lambda text: {"type": "refusal", "refusal": text}),
)
seals = st.none() | words
items = st.one_of(
    st.lists(parts, max_size=3).map(lambda each: message(*each)),
    st.builds(lambda texts, seal: thought(*texts, seal=seal), st.lists(words, max_size=2), seals),
    words.map(lambda text: called(json.dumps({"a": text}))),
    st.just(SEARCH),
)
pieces = st.integers(1, 4).map(
    lambda size: lambda text: [text[at : at + size] for at in range(0, len(text), size)]
)


def test_a_place_outside_the_cited_text_is_none(responses: Dialects) -> None:
    blank = {"type": "output_text", "text": "", "annotations": [PAGE]}
    output = [message(blank), said("# a")]
    request = Request("hello", settings=Settings(stop=("#",)))
    kept = (Text("", citations=(Citation(url="https://a.example", title="A"),)),)
    assert read(responses(), response(*output), request).parts == kept
    assert responses().fold([sse(events(*output))], responses().call(request)).parts == kept


def test_citations_wait_for_the_text_that_may_be_cut(responses: Dialects) -> None:
    output = [said("xab", annotations=[PAGE]), said("#y")]
    dialect = responses()
    for stop, places in (("ab#", []), ("b#z", [(1, 3)])):
        request = Request("hello", settings=Settings(stop=(stop,)))
        plain = read(dialect, response(*output), request)
        assert dialect.fold([sse(events(*output))], dialect.call(request)) == plain
        assert [(each.start, each.end) for part in plain.parts for each in part.citations] == places


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    output=st.lists(items, max_size=5),
    cut=pieces,
    stop=st.lists(st.sampled_from(["#", "ab", "b#a", "\n\n", "a\n"]), max_size=2),
    ended=st.sampled_from([{}, CUT]),
    size=st.integers(1, 300),
)
def test_a_stream_says_what_the_plain_answer_says(
    *, output: list[Any], cut: Any, stop: list[str], ended: Any, size: int, responses: Dialects
) -> None:
    dialect = responses()
    request = Request("hello", settings=Settings(stop=tuple(stop)))
    plain = read(dialect, response(*output, **ended), request)
    raw = sse(events(*output, cut=cut, **ended))
    streamed = dialect.fold([raw[at : at + size] for at in range(0, len(raw), size)], dialect.call(request))
    assert streamed == plain
    for each in stop:
        assert each not in plain.text
