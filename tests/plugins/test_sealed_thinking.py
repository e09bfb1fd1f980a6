"""Claude binds its thoughts to all that stood before them: nothing of ours may change that between turns."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Message, Router, ToolResult, ToolSpec
from interlock.http import HttpClient, HttpReply, Permit
from interlock.protocols import ProviderCall
from interlock.requests.checking import as_request
from interlock.testing import Received, Upstream
from interlock.types.models import Deployment, ModelCard
from interlock_anthropic import Messages
from interlock_bedrock import Converse
from sealing_vendor import SealingVendor

NAMES = {"anthropic": "claude-fable-5-1", "bedrock": "anthropic.claude-fable-5-1"}
CODECS = {"anthropic": Messages(), "bedrock": Converse()}
TOOL = ToolSpec(
    name="f", description="d", parameters={"type": "object", "properties": {"a": {"type": "integer"}}}
)
OTHER = replace(TOOL, name="g")
PLAIN = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
TREE = {
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
    "$ref": "#/$defs/node",
}
MAP = {"type": "object", "additionalProperties": {"type": "integer"}}
FREE = {"tools": [TOOL]}
FORCED = {"tools": [TOOL], "tool_choice": "required"}
NAMED = {"tools": [TOOL], "tool_choice": "f"}
NONE = {"tools": [TOOL], "tool_choice": "none"}
LATE = Message("system", "From now on, answer in French.")
DIALECTS = pytest.mark.parametrize("dialect", sorted(NAMES))
STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])

KEPT: dict[str, list[dict[str, Any]]] = {
    "the same": [FREE, FREE, FREE],
    "forced, then free": [FORCED, FREE, FREE],
    "named, then free": [NAMED, FREE],
    "free, then forced": [FREE, FORCED, FREE],
    "forced twice, another way": [FORCED, NAMED, FREE],
    "a system message behind a result": [FREE, {**FREE, "late": True}, FREE],
    "none at the end": [FREE, NONE],
    "none, then free": [NONE, FREE, FREE],
    "a plain schema at the end": [FREE, {**FREE, "output": PLAIN}],
    "a recursive schema at the end": [FREE, {**FREE, "output": TREE}, FREE],
    "a map at the end": [FREE, {**NONE, "output": MAP}],
    "a recursive schema all along": [{**FREE, "output": TREE}] * 3,
    "everything": [FORCED, {**FREE, "late": True}, {**NONE, "output": MAP}, NAMED, FREE],
}
CHANGED: dict[str, list[dict[str, Any]]] = {
    "no tools at the end": [FREE, {}],
    "one more tool": [FREE, {"tools": [TOOL, OTHER]}],
    "another prompt": [FREE, {**FREE, "prompt": "Be verbose."}],
}


def router(dialect: str, url: str) -> Router:
    there = {
        "id": "there",
        "model": "anthropic/claude-4-opus",
        "provider": dialect,
        "name": NAMES[dialect],
        "region": "local",
        "api_key": "k",
        "base_url": url,
    }
    return Router.from_config({"deployments": [there], "retries": {"max": 0}})


def talk(asked: Router, steps: list[dict[str, Any]], *, streamed: bool) -> list[Message]:
    """The conversation that a caller has who keeps every answer and adds to the end alone."""
    kept = [Message("system", "Be brief."), Message("user", "Look it up.")]
    for step in steps:
        options = dict(step)
        if options.pop("late", False):
            kept.append(LATE)
        messages = [Message("system", options.pop("prompt", "Be brief.")), *kept[1:]]
        if streamed:
            with asked.stream_sync(messages, **options) as stream:
                for _ in stream:
                    pass
            assert stream.response is not None
            kept += turns_after(stream.response.message)
        else:
            kept += turns_after(asked.complete_sync(messages, **options).message)
    asked.close_sync()
    return kept


def turns_after(answer: Message) -> list[Message]:
    results = [ToolResult(id=call.id, name=call.name, content="1") for call in answer.tool_calls]
    return [answer, Message("tool", results) if results else Message("user", "And now?")]


@DIALECTS
@STREAMED
@pytest.mark.parametrize("name", KEPT)
def test_thoughts_stay_valid_in_every_ordinary_conversation(name: str, dialect: str, streamed: bool) -> None:
    vendor = SealingVendor(dialect, says='{"a": 1}' if "map" in name or "plain" in name else "{}")
    with Upstream(always=vendor) as upstream:
        talk(router(dialect, upstream.url), KEPT[name], streamed=streamed)
    assert vendor.dropped == 0
    assert len(vendor.bodies) == len(KEPT[name])  # nothing was refused, and so nothing asked again


@DIALECTS
@STREAMED
@pytest.mark.parametrize("name", CHANGED)
def test_what_the_caller_changes_costs_the_thoughts_and_not_the_conversation(
    name: str, dialect: str, streamed: bool
) -> None:
    vendor = SealingVendor(dialect)
    with Upstream(always=vendor) as upstream:
        kept = talk(router(dialect, upstream.url), CHANGED[name], streamed=streamed)
    assert vendor.dropped == 1
    assert len(vendor.bodies) == len(CHANGED[name]) + 1
    assert "drop_block" not in json.dumps(vendor.bodies[:2])
    assert kept[-2].role == "assistant"


@DIALECTS
def test_a_second_refusal_stands(dialect: str) -> None:
    vendor = SealingVendor(dialect)
    refused = vendor._refused("messages.1.content.0: Invalid `signature` in `thinking` block.")
    with Upstream(always=refused) as upstream:
        asked = router(dialect, upstream.url)
        with pytest.raises(Exception, match="Invalid `signature`"):
            asked.complete_sync("hi")
        asked.close_sync()
        assert len(upstream.requests) == 2


def test_a_late_system_message_stands_where_it_came() -> None:
    vendor = SealingVendor("anthropic")
    with Upstream(always=vendor) as upstream:
        talk(router("anthropic", upstream.url), [FREE, {**FREE, "late": True}], streamed=False)
    assert vendor.bodies[-1]["system"] == "Be brief."
    assert vendor.bodies[-1]["messages"][-1] == {
        "role": "system",
        "content": [{"type": "text", "text": "From now on, answer in French."}],
    }


STEPS = st.lists(
    st.one_of(
        st.sampled_from([FREE, FORCED, NAMED, NONE, {**FREE, "late": True}, {**NONE, "output": MAP}]),
        st.sampled_from([{**FREE, "output": TREE}, {**FORCED, "late": True}, {**NONE, "late": True}]),
    ),
    min_size=2,
    max_size=7,
)


@DIALECTS
@settings(deadline=None, max_examples=60)
@given(steps=STEPS, twice=st.sets(st.integers(0, 6)))
def test_any_order_of_ordinary_turns_keeps_every_thought(
    dialect: str, steps: list[dict[str, Any]], twice: set[int]
) -> None:
    vendor, codec = SealingVendor(dialect, says="{}"), CODECS[dialect]
    kept = [Message("system", "Be brief."), Message("user", "Look it up.")]
    for number, step in enumerate(steps):
        options = dict(step)
        if options.pop("late", False):
            kept += [LATE] * (1 + (number in twice))
        call = call_of(dialect, kept, options)
        request = codec.encode(call, stream=False)
        received = Received(method="POST", path=request.url, headers=dict(request.headers), body=request.body)
        reply = vendor(received)
        assert reply.status == 200, reply.body
        answer = codec.decode(call, HttpReply(status=200, headers={}, body=reply.body))
        kept += turns_after(Message("assistant", answer.parts))
        if number in twice:
            kept.append(Message("user", "And do hurry."))
    assert vendor.dropped == 0


def call_of(dialect: str, messages: list[Message], options: dict[str, Any]) -> ProviderCall:
    deployment = Deployment(
        id="there",
        card=ModelCard(id="anthropic/claude", maker="Anthropic", jurisdiction="us"),
        provider=dialect,
        region="eu-central-1",
        name=NAMES[dialect],
        base_url="https://there.example/v1",
    )
    request = as_request(messages, options)
    return ProviderCall(
        request=request,
        deployment=deployment,
        permit=Permit(deployment="there", origin=None),
        http=HttpClient(),
    )
