"""A turn that a client's package gives back, as it gives it back, is to its vendor the turn that it gave,
whichever dialect the client speaks and whether the turn was streamed to it.
"""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState

from every_speaker import ANY, HELLO, NAMES, SPEAKERS, configuration
from interlock.testing import Upstream
from interlock_server.endpoint import open_served
from interlock_server.endpoint.running import endpoint_of
from server_stage import serving
from vendor_said import VENDORS, Called, Thought, Told, Words

FIRST = Told(
    [
        Thought("Hm."),
        Words("So."),
        Called("look", {"at": "sea é"}, "call_a"),
        Called("find", {}, "call_b"),
    ],
    "calls",
)
LAST = Told([Words("Done.")])
RESULTS = {"look": "a ship", "find": ""}
EFFORT = "low"


class Chat:
    """Asks twice: for a turn, and with it and the results of its calls."""

    def __init__(self, url: str) -> None:
        self._api = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0).chat.completions
        tools = [{"type": "function", "function": {"name": name, "parameters": ANY}} for name in NAMES]
        self._asked: Any = {"tools": tools, "reasoning_effort": EFFORT}

    def plain(self, model: str) -> Any:
        return self._api.create(model=model, messages=HELLO, **self._asked).choices[0].message

    def streamed(self, model: str) -> Any:
        state = ChatCompletionStreamState()
        for chunk in self._api.create(model=model, messages=HELLO, stream=True, **self._asked):
            state.handle_chunk(chunk)
        return state.current_completion_snapshot.choices[0].message

    def again(self, model: str, turn: Any) -> None:
        results = [
            {"role": "tool", "tool_call_id": call.id, "content": RESULTS[call.function.name]}
            for call in turn.tool_calls
        ]
        self._api.create(model=model, messages=[*HELLO, turn.model_dump(), *results], **self._asked)


class Responses:
    """The same, of items."""

    def __init__(self, url: str) -> None:
        self._api = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0).responses
        tools = [{"type": "function", "name": name, "parameters": ANY} for name in NAMES]
        self._asked: Any = {"tools": tools, "reasoning": {"effort": EFFORT}}

    def plain(self, model: str) -> Any:
        return self._api.create(model=model, input=HELLO, **self._asked).output

    def streamed(self, model: str) -> Any:
        with self._api.stream(model=model, input=HELLO, **self._asked) as stream:
            return stream.get_final_response().output

    def again(self, model: str, turn: Any) -> None:
        results = [
            {"type": "function_call_output", "call_id": item.call_id, "output": RESULTS[item.name]}
            for item in turn
            if item.type == "function_call"
        ]
        self._api.create(model=model, input=[*HELLO, *turn, *results], **self._asked)


class Messages:
    """The same, of blocks."""

    def __init__(self, url: str) -> None:
        self._api = anthropic.Anthropic(base_url=url, api_key="none", max_retries=0).messages
        tools = [{"name": name, "input_schema": ANY} for name in NAMES]
        thinking = {"type": "adaptive"}
        effort = {"effort": EFFORT}
        self._asked: Any = {
            "max_tokens": 9000,
            "tools": tools,
            "thinking": thinking,
            "output_config": effort,
        }

    def plain(self, model: str) -> Any:
        return self._api.create(model=model, messages=HELLO, **self._asked).content

    def streamed(self, model: str) -> Any:
        with self._api.stream(model=model, messages=HELLO, **self._asked) as stream:
            return stream.get_final_message().content

    def again(self, model: str, turn: Any) -> None:
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": RESULTS[block.name]}
            for block in turn
            if block.type == "tool_use"
        ]
        said = [{"role": "assistant", "content": turn}, {"role": "user", "content": results}]
        self._api.create(model=model, messages=[*HELLO, *said], **self._asked)


CLIENTS: dict[str, Any] = {"chat": Chat, "responses": Responses, "messages": Messages}


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Upstream, str]]:
    with (
        Upstream() as upstream,
        serving(endpoint_of(open_served(configuration(upstream.url)))) as client,
    ):
        yield upstream, client.url


@pytest.mark.parametrize("vendor", SPEAKERS)
def test_a_turn_comes_back_to_its_vendor_as_it_was(stage, vendor):
    upstream, url = stage
    told = set()
    for dialect, kind in CLIENTS.items():
        client = kind(url)
        for ask in (client.plain, client.streamed):
            upstream.always = VENDORS[vendor].reply(FIRST)
            turn = ask(vendor)
            upstream.always = VENDORS[vendor].reply(LAST)
            client.again(vendor, turn)
            body = upstream.requests[-1].json()
            conversation = body.get("messages") or body.get("input") or body["contents"]
            told.add(json.dumps(conversation[1:], sort_keys=True))
            assert len(told) == 1, (dialect, ask.__name__)
    (said,) = told
    assert all(word in said for word in ("Hm.", "So.", "call_a", "call_b", "a ship"))
