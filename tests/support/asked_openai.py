"""OpenAI's dialect, read and written as the vendor does it."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sdk_openai
from asked import Asked, Called, Medium, Refused, Result, Said, Turn


def read(body: Mapping[str, Any], path: str) -> Asked:
    sdk_openai.valid(body, stream=bool(body.get("stream")))
    system: list[str] = []
    turns: list[Turn] = []
    for message in body["messages"]:
        if message["role"] == "system":
            system += _texts(message["content"])
        elif message["role"] == "tool":
            result = Result(id=message["tool_call_id"], text="".join(_texts(message["content"])))
            if turns and turns[-1].role == "tool":
                turns[-1].results.append(result)
            else:
                turns.append(Turn(role="tool", results=[result]))
        else:
            turns.append(_turn(message))
    output = body.get("response_format", {})
    spec = output.get("json_schema", {})
    if spec.get("strict") and spec["schema"].get("additionalProperties") is not False:
        raise Refused("strict mode wants closed objects")
    return Asked(
        dialect="openai",
        model=body["model"],
        stream=bool(body.get("stream")),
        system="\n".join(system),
        turns=turns,
        tools={tool["function"]["name"]: tool["function"]["parameters"] for tool in body.get("tools", ())},
        choice=_choice(body.get("tool_choice", "auto")),
        schema=spec.get("schema") if spec.get("schema", {}).get("properties") else None,
        json=bool(output) and not spec.get("schema", {}).get("properties"),
        stop=body.get("stop", ()),
        settings=body,
        thinks="reasoning_effort" in body,
    )


def write(asked: Asked, said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.calls:
        message["tool_calls"] = [_call(call, json.dumps(call.arguments)) for call in said.calls]
    choice = {"index": 0, "message": message, "finish_reason": said.finish}
    return {**_head(asked), "choices": [choice], "usage": _usage(asked, said)}


def stream(asked: Asked, said: Said) -> Iterator[Any]:
    yield _step(asked, {"role": "assistant", "content": ""})
    for piece in said.pieces:
        yield _step(asked, {"content": piece})
    for index, call in enumerate(said.calls):
        yield _step(asked, {"tool_calls": [{"index": index, **_call(call, "")}]})
        written = json.dumps(call.arguments)
        for start in range(0, len(written), 5):
            piece = {"index": index, "function": {"arguments": written[start : start + 5]}}
            yield _step(asked, {"tool_calls": [piece]})
    yield _step(asked, {}, said.finish)
    if asked.settings.get("stream_options", {}).get("include_usage"):
        yield {**_head(asked), "choices": [], "usage": _usage(asked, said)}
    yield "[DONE]"


def refusal(why: str) -> dict[str, Any]:
    return {"error": {"message": why, "type": "invalid_request_error", "param": None, "code": None}}


def _turn(message: Mapping[str, Any]) -> Turn:
    turn = Turn(role=message["role"], texts=_texts(message.get("content")))
    for call in message.get("tool_calls", ()):
        arguments = json.loads(call["function"]["arguments"])
        turn.calls.append(Called(id=call["id"], name=call["function"]["name"], arguments=arguments))
    content = message.get("content")
    for piece in content if isinstance(content, list) else ():
        if piece["type"] == "image_url":
            turn.media.append(_linked(piece["image_url"]["url"]))
        elif piece["type"] == "input_audio":
            spec = piece["input_audio"]
            data = base64.b64decode(spec["data"], validate=True)
            turn.media.append(Medium(media_type=f"audio/{spec['format']}", data=data))
        elif piece["type"] == "file":
            turn.media.append(_linked(piece["file"]["file_data"]))
    return turn


def _linked(url: str) -> Medium:
    if not url.startswith("data:"):
        return Medium(media_type="image/png", url=url)
    head, _, data = url.removeprefix("data:").partition(",")
    return Medium(media_type=head.removesuffix(";base64"), data=base64.b64decode(data, validate=True))


def _texts(content: Any) -> list[str]:
    if content is None or isinstance(content, str):
        return [content] if content else []
    return [piece["text"] for piece in content if piece["type"] == "text"]


def _choice(choice: Any) -> str:
    return str(choice) if isinstance(choice, str) else str(choice["function"]["name"])


def _call(call: Called, arguments: str) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _usage(asked: Asked, said: Said) -> dict[str, Any]:
    given, made = said.tokens
    thought = {"reasoning_tokens": 3 if asked.thinks else 0}
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": thought,
    }


def _head(asked: Asked) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked.model}


def _step(asked: Asked, delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {**_head(asked), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
