"""The drill's faults, met by clients of the endpoint: what they are told, judged as what callers are told."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import uvicorn

from interlock import Message, Request, Response, Router, ToolCall, Usage, errors
from interlock_drill.faults import Drill, Fault, Scene, Stage, Trial
from interlock_server.endpoint import Served
from interlock_server.endpoint.running import configured, endpoint_of
from interlock_server.keys import Keyring
from interlock_server.names import ModelNames

KINDS: Mapping[str, type[errors.ProviderError]] = {
    "context_length_exceeded": errors.ContextLengthExceeded,
    "content_policy": errors.ContentPolicyViolation,
}
FINISHES = {
    "end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length", "completed": "stop",
    "incomplete": "length",
}  # fmt: skip


@dataclass
class Heard:
    """What a client of a dialect has understood."""

    text: str = ""
    calls: dict[int, list[str]] = field(default_factory=dict)
    finish: str | None = None
    read: int | None = None
    written: int | None = None
    ended: bool = False
    code: str | None = None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(id=id_, name=name, arguments=json.loads(arguments or "{}"))
            for id_, name, arguments in self.calls.values()
        )


def chat_plain(heard: Heard, body: Any) -> None:
    choice = body["choices"][0]
    heard.text, heard.finish, heard.ended = choice["message"]["content"] or "", choice["finish_reason"], True
    for index, call in enumerate(choice["message"].get("tool_calls") or ()):
        heard.calls[index] = [call["id"], call["function"]["name"], call["function"]["arguments"]]
    heard.read, heard.written = body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"]


def chat_event(heard: Heard, data: str) -> None:
    if data == "[DONE]":
        heard.ended = True
        return
    event = json.loads(data)
    heard.code = _code(event) or heard.code
    if event.get("usage"):
        heard.read, heard.written = event["usage"]["prompt_tokens"], event["usage"]["completion_tokens"]
    for choice in event.get("choices") or ():
        heard.text += choice["delta"].get("content") or ""
        heard.finish = choice.get("finish_reason") or heard.finish
        for call in choice["delta"].get("tool_calls") or ():
            held = heard.calls.setdefault(call["index"], ["", "", ""])
            function = call.get("function") or {}
            held[0] = call.get("id") or held[0]
            held[1] = function.get("name") or held[1]
            held[2] += function.get("arguments") or ""


def messages_plain(heard: Heard, body: Any) -> None:
    for index, block in enumerate(body["content"]):
        if block["type"] == "text":
            heard.text += block["text"]
        elif block["type"] == "tool_use":
            heard.calls[index] = [block["id"], block["name"], json.dumps(block["input"])]
    heard.finish, heard.ended = body["stop_reason"], True
    heard.read, heard.written = body["usage"]["input_tokens"], body["usage"]["output_tokens"]


def messages_event(heard: Heard, data: str) -> None:
    event = json.loads(data)
    kind = event["type"]
    if kind == "error":
        heard.code = _code(event)
    elif kind == "content_block_start" and event["content_block"]["type"] == "tool_use":
        heard.calls[event["index"]] = [event["content_block"]["id"], event["content_block"]["name"], ""]
    elif kind == "content_block_delta":
        heard.text += event["delta"].get("text") or ""
        if "partial_json" in event["delta"]:
            heard.calls[event["index"]][2] += event["delta"]["partial_json"]
    elif kind == "message_delta":
        heard.finish = event["delta"]["stop_reason"]
        heard.read = event["usage"].get("input_tokens", heard.read)
        heard.written = event["usage"]["output_tokens"]
    heard.ended = heard.ended or kind == "message_stop"


def responses_plain(heard: Heard, body: Any) -> None:
    heard.text = ""
    for index, item in enumerate(body["output"]):
        if item["type"] == "message":
            heard.text += "".join(part.get("text", "") for part in item["content"])
        elif item["type"] == "function_call":
            heard.calls[index] = [item["call_id"], item["name"], item["arguments"]]
    # An answer that was cut at a length has ended, and says so.
    heard.ended = body["status"] in ("completed", "incomplete")
    heard.finish = "tool_calls" if heard.calls else body["status"]
    heard.read, heard.written = body["usage"]["input_tokens"], body["usage"]["output_tokens"]


def responses_event(heard: Heard, data: str) -> None:
    event = json.loads(data)
    kind = event["type"]
    if kind == "response.output_text.delta":
        heard.text += event["delta"]
    elif kind in ("response.completed", "response.incomplete"):
        said = heard.text
        responses_plain(heard, event["response"])
        assert heard.text == said, "the deltas are not the answer that the end holds"
    elif kind in ("error", "response.failed"):
        heard.code = _code(event) or kind


def _code(value: Any) -> str | None:
    """The problem's code, wherever the dialect has it."""
    if not isinstance(value, Mapping):
        return None
    for name in ("error_code", "code"):
        if isinstance(value.get(name), str):
            return str(value[name])
    return next((code for each in value.values() if (code := _code(each)) is not None), None)


@dataclass(frozen=True)
class Speech:
    """A dialect, from a client's side."""

    path: str
    body: Callable[[Request, bool], dict[str, Any]]
    plain: Callable[[Heard, Any], None]
    event: Callable[[Heard, str], None]


def _own(request: Request) -> dict[str, Any]:
    return {"model": "auto", "interlock": {"task": request.task}}


def _chat(request: Request, stream: bool) -> dict[str, Any]:
    tools = [
        {"type": "function", "function": {"name": each["name"], "parameters": dict(each["parameters"])}}
        for each in request.tools
    ]
    said = [{"role": "user", "content": request.messages[0].text}]
    more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return {**_own(request), "messages": said, **more, **({"tools": tools} if tools else {})}


def _messages(request: Request, stream: bool) -> dict[str, Any]:
    tools = [{"name": each["name"], "input_schema": dict(each["parameters"])} for each in request.tools]
    said = [{"role": "user", "content": request.messages[0].text}]
    body = {**_own(request), "messages": said, "stream": stream, "max_tokens": 1000}
    return body | ({"tools": tools} if tools else {})


def _responses(request: Request, stream: bool) -> dict[str, Any]:
    tools = [
        {"type": "function", "name": each["name"], "parameters": dict(each["parameters"])}
        for each in request.tools
    ]
    body = {**_own(request), "input": request.messages[0].text, "stream": stream}
    return body | ({"tools": tools} if tools else {})


SPEECHES = {
    "chat": Speech("/v1/chat/completions", _chat, chat_plain, chat_event),
    "messages": Speech("/v1/messages", _messages, messages_plain, messages_event),
    "responses": Speech("/v1/responses", _responses, responses_plain, responses_event),
}


class _Server(uvicorn.Server):
    """Leaves the signals of the process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class ServedDrill(Drill):
    """Has each call made by a client of the endpoint."""

    def __init__(self, *arguments: Any, speech: Speech, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._speech = speech

    async def _calls(self, router: Router, call: Any, fault: Fault, stage: Stage, scene: Scene) -> Scene:
        served = Served(
            router=router,
            names=ModelNames(router, {}, created=0),
            identities=Keyring.open(None, None, {}),
        )
        taken = socket.create_server(("127.0.0.1", 0))
        server = _Server(configured(endpoint_of(served)))
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.005)
            url = f"http://127.0.0.1:{taken.getsockname()[1]}{self._speech.path}"
            body = self._speech.body(call.args[1], scene.streamed)
            stage.begin()
            return await super()._calls(
                router, partial(asked, url, body, self._speech, router), fault, stage, scene
            )
        finally:
            server.should_exit = True
            await serving
            taken.close()


async def asked(url: str, body: dict[str, Any], speech: Speech, router: Router) -> Trial:
    """One call, as its client sees it."""
    heard, streamed = Heard(), bool(body.get("stream"))
    delivered = "" if streamed else None
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        whole = True
        if answer.status != 200:
            heard.code = _code(await answer.json())
            return Trial(
                error=KINDS.get(heard.code or "", errors.ProviderError)(str(heard.code)), delivered=delivered
            )
        if not streamed:
            speech.plain(heard, await answer.json())
        else:
            held = b""
            try:
                async for piece in answer.content.iter_any():
                    *events, held = (held + piece).split(b"\n\n")
                    for event in events:
                        for line in event.decode().splitlines():
                            if line.startswith("data: "):
                                speech.event(heard, line[6:])
            except aiohttp.ClientPayloadError:
                whole = False
    record = router.records[-1]
    answered = record.attempts[-1]
    response = Response(
        text=heard.text,
        tool_calls=heard.tool_calls if heard.ended else (),
        finish_reason=FINISHES.get(heard.finish or "", heard.finish),  # type: ignore[arg-type]  # as it came
        # What no dialect says is looked up in the record.
        usage=Usage(input_tokens=heard.read, output_tokens=heard.written, estimated=answered.usage.estimated),
        served_model=answered.served_model,
        model=record.model or "",
        deployment=record.deployment or "",
        message=Message("assistant", heard.text),
        record=record,
    )
    delivered = heard.text if streamed else None
    if whole and heard.ended and heard.code is None:
        return Trial(response=response, delivered=delivered)
    if whole or heard.ended or heard.code is None:
        # No typed error: the judge complains.
        what = f"whole: {whole}, ended: {heard.ended}, code: {heard.code}"
        return Trial(error=RuntimeError(what), delivered=delivered)
    return Trial(error=errors.StreamInterrupted(heard.code, partial=response), delivered=delivered)
