"""Streams that a vendor cuts anywhere are an error to the client, and never end as a message does."""

from typing import Any

import pytest

import asked_anthropic
import asked_openai
from asked import Asked, Called, Said
from attentive import Attentive
from interlock.testing import Reply
from interlock_server.endpoint import open_served
from interlock_server.endpoint.running import endpoint_of
from langchain_standard import configuration
from server_messages import streamed
from server_stage import serving

SAID = Said(
    text="I will look.",
    thought="It must be read.",
    signature="c2VhbA",
    calls=[Called(id="toolu_1", name="look", arguments={"at": "sea"})],
    finish="tool_calls",
    tokens=(20, 9),
)
BODY = {
    "model": "auto",
    "max_tokens": 4096,
    "stream": True,
    "thinking": {"type": "adaptive"},
    "messages": [{"role": "user", "content": "Look."}],
    "tools": [{"name": "look", "input_schema": {"type": "object"}}],
}
WRITERS: dict[str, Any] = {"anthropic": asked_anthropic.stream, "openai": asked_openai.stream}


def whole(asked: Asked) -> list[Any]:
    return list(WRITERS[asked.dialect](asked, SAID))


@pytest.mark.parametrize("dialect", WRITERS)
def test_a_cut_stream_never_ends_as_a_message_does(dialect):
    with Attentive() as upstream:
        patient = {"error_rate": 1.0, "opens_after": 1000}
        served = open_served({**configuration(upstream.url, dialect), "health": patient})
        with serving(endpoint_of(served)) as client:
            length = None
            for at in range(99):

                def cut(asked: Asked, at: int = at) -> Reply:
                    nonlocal length
                    events = whole(asked)
                    length = len(events)
                    return Reply.events(*events[:at])

                upstream.answers = cut
                answer = client.post("/v1/messages", BODY)
                if length is not None and at >= length:
                    break
                if answer.status != 200:
                    assert answer.json()["type"] == "error"
                elif not answer.whole:
                    assert answer.events[-1]["type"] == "error"
                    assert "message_stop" not in answer.text
                else:
                    # Nothing but the vendor's own farewell was missing.
                    assert at >= length - 2
            assert answer.whole
            assert [part.arguments for part in streamed(answer.body).tool_calls] == [{"at": "sea"}]
