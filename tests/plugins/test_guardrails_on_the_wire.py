"""What guardrails seal is on no wire, in any dialect, and comes back in text, thoughts and tool calls."""

import json
from dataclasses import replace
from typing import Any

import pytest

from guards_at_work import Accounts
from interlock import Message, Router, ToolCall, ToolResult
from interlock.testing import Received, Reply, Upstream
from vendor_said import VENDORS as DIALECTS
from vendor_said import Called, Thought, Told, Words

NUMBER = "ACC-123456"
SEALED = "<ACCOUNT_1>"
SAID = f'It is {SEALED}, not "<ACCOUNT_2>" <'
GIVEN = f'It is {NUMBER}, not "<ACCOUNT_2>" <'
ARGUMENTS = {"said": SAID, SEALED: [f"\\{SEALED}\n"]}
ECHO = {"name": "echo", "description": f"as for {NUMBER}", "parameters": {"type": "object", "properties": {}}}

TOLD = Told([Thought(SAID), Words(SAID), Called("echo", ARGUMENTS, "c1")], "calls")
VENDORS = {
    "chat": {"model": "zhipu/glm-5.2", "provider": "openai", "traits": {"endpoint": "chat"}},
    "responses": {"model": "openai/gpt-5.5", "provider": "openai", "traits": {"endpoint": "responses"}},
    "anthropic": {"model": "anthropic/claude-4-opus", "provider": "anthropic"},
    "google": {"model": "google/gemini-2.5-ultra", "provider": "google"},
    "bedrock": {"model": "anthropic/claude-4-opus", "provider": "bedrock"},
}
CONVERSATION = [
    Message("system", f"You know {NUMBER}."),
    Message("user", NUMBER),
    Message("assistant", (ToolCall(id="c0", name="echo", arguments={"said": NUMBER, NUMBER: 1}),)),
    Message("tool", (ToolResult(id="c0", content=json.dumps({"of": NUMBER})),)),
    Message("user", f"Is it {NUMBER}?"),
]


def shape(response: Any) -> Any:
    (call,) = response.tool_calls
    return response.text, response.reasoning, call.name, dict(call.arguments)


@pytest.fixture(params=["together", "apart"])
def between(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What stands between events. With a comment, and deltas left as they are, each piece is a step of its
    own, however many come at once.
    """
    if request.param == "together":
        return b""
    monkeypatch.setattr("interlock.http.codec.joined", list)
    return b": apart\n\n"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("dialect", VENDORS)
def test_no_piece_of_what_is_sealed_leaves_and_it_comes_back_whole(
    dialect: str, size: int, between: bytes
) -> None:
    replied = DIALECTS[dialect].reply(replace(TOLD, step=size))

    def answer(received: Received) -> Reply:
        reply = replied(received)
        if reply.headers["content-type"] != "text/event-stream":
            return reply
        return replace(reply, pieces=(reply.body.replace(b"\n\n", b"\n\n" + between),))

    with Upstream(always=answer) as upstream:
        here = {"id": "d", "name": "m", "region": "local", "api_key": "k", "base_url": upstream.url}
        with Router.from_config({"deployments": [here | VENDORS[dialect]]}, plugins=[Accounts()]) as router:
            options: Any = {"tools": [ECHO], "settings": {"user": NUMBER}}
            plain = router.complete_sync(CONVERSATION, **options)
            with router.stream_sync(CONVERSATION, **options) as stream:
                chunks = list(stream)
    assert shape(plain) == (GIVEN, GIVEN, "echo", {"said": GIVEN, NUMBER: [f"\\{NUMBER}\n"]})
    assert shape(stream.response) == shape(plain)
    assert "".join(chunk.text for chunk in chunks) == GIVEN
    assert "".join(chunk.reasoning for chunk in chunks) == GIVEN
    said = [each.arguments for chunk in chunks for each in chunk.tool_call_deltas]
    assert json.loads("".join(said)) == dict(plain.tool_calls[0].arguments)
    assert len(upstream.requests) == 2
    for received in upstream.requests:
        assert NUMBER not in received.body.decode() + received.path + repr(received.headers)
        assert received.body.decode().count("ACCOUNT_1") > len(CONVERSATION)
