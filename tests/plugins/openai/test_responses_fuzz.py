"""Broken Responses: a typed error or a valid answer, and nothing else. FUZZ_EXAMPLES sets how many."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ProviderError
from interlock.http import HttpReply
from interlock.types.messages import Message
from interlock.types.request import Request, Settings
from interlock.types.response import Answer
from mutations import EXAMPLES, as_events, as_json, broken_bytes, broken_payload
from response_events import CUT, called, events, refused, response, said, thought

Dialects = Callable[..., Any]

PAGE = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 2}
SEARCH = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search"}}
SHOWN = {"content": [{"type": "reasoning_text", "text": "hm"}]}
ITEMS = [
    thought("One.", "Two."),
    SEARCH,
    said("Hello.", annotations=[PAGE]),
    called('{"x": 1}'),
    refused("no"),
]
WHOLE = [
    response(*ITEMS, service_tier="flex"),
    response(thought(seal=None, **SHOWN), said("Hel"), called('{"x"'), **CUT),
    response(said("x"), status="failed", error={"code": "server_error", "message": "x"}),
    response(said("x"), status="queued"),
    {"error": {"message": "x", "type": "server_error", "code": 503}},
]
STREAMS = [
    events(*ITEMS),
    events(thought(seal=None, **SHOWN), called("{}"), called('{"x"', call_id="c2"), **CUT),
    [*events(said("Hello."))[:-1], {"type": "error", "code": "server_error", "message": "x"}],
    events(said("x"), status="failed", error={"code": "server_error", "message": "x"}),
]

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
requests = st.builds(
    lambda stop: Request("hello", settings=Settings(stop=stop)), st.sampled_from([(), ("l",), ("o.", "\n")])
)


def checked(answer: Answer, it: Any) -> None:
    """Valid: of the types it claims, and fit to be sent on."""
    assert answer.finish_reason in ("stop", "length", "tool_calls", "refusal")
    assert isinstance(answer.text + answer.reasoning + answer.refusal, str)
    for call in answer.tool_calls:
        assert call.name
        assert call.id
        json.dumps(dict(call.arguments))
    for count in (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.reasoning):
        assert count is None or count >= 0
    history = Request([Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")])
    try:
        it.codec.encode(it.call(history), stream=False)
    except ProviderError:
        return


@fuzzed
@given(
    request=requests,
    body=broken_bytes(broken_payload(WHOLE).map(as_json)),
    status=st.integers(400, 599),
)
def test_a_broken_plain_answer(request: Request, body: bytes, status: int, responses: Dialects) -> None:
    it = responses()
    assert isinstance(it.codec.error(HttpReply(status=status, headers={}, body=body)), ProviderError)
    try:
        answer = it.codec.decode(it.call(request), HttpReply(status=200, headers={}, body=body))
    except ProviderError:
        return
    checked(answer, it)
    assert it.fold([body], it.call(request)) == answer


@fuzzed
@given(
    request=requests,
    body=broken_bytes(broken_payload(STREAMS).map(as_events)),
    size=st.integers(1, 400),
)
def test_a_broken_stream(request: Request, body: bytes, size: int, responses: Dialects) -> None:
    it = responses()
    try:
        answer = it.fold([body[at : at + size] for at in range(0, len(body), size)], it.call(request))
    except ProviderError:
        return
    checked(answer, it)
