"""Google's dialect, read and written as the vendor does it."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import sdk_google
from asked import Asked, Called, Medium, Refused, Result, Said, Turn

_PATH = re.compile(r"/models/(?P<model>[^:/]+):(?P<verb>\w+)")
_FINISH = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS"}


def read(body: Mapping[str, Any], path: str) -> Asked:
    sdk_google.valid(body)
    found = _PATH.search(path)
    if found is None:
        raise Refused(f"{path} is no path")
    config = body.get("generationConfig", {})
    calling = body.get("toolConfig", {}).get("functionCallingConfig", {})
    declared = [each for tool in body.get("tools", ()) for each in tool["functionDeclarations"]]
    schema = config.get("responseJsonSchema")
    if schema is not None and declared:
        raise Refused("this model takes a response schema or tools, not both")
    return Asked(
        dialect="google",
        model=found["model"],
        stream=found["verb"] == "streamGenerateContent",
        system="\n".join(part["text"] for part in body.get("systemInstruction", {}).get("parts", ())),
        turns=[_turn(content) for content in body["contents"]],
        tools={each["name"]: each["parametersJsonSchema"] for each in declared},
        choice=_choice(calling),
        schema=schema if schema and schema.get("properties") else None,
        json=config.get("responseMimeType") == "application/json" and not (schema or {}).get("properties"),
        stop=config.get("stopSequences", ()),
        settings=config,
        thinks=bool(config.get("thinkingConfig", {}).get("includeThoughts")),
    )


def write(asked: Asked, said: Said) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": _parts(said)}, "index": 0}
    candidate["finishReason"] = _FINISH[said.finish]
    return {"candidates": [candidate], **_tail(asked, said)}


def stream(asked: Asked, said: Said) -> Iterator[Any]:
    pieces = [{"text": piece} for piece in said.pieces]
    for part in [*(part for part in _parts(said) if part.get("thought")), *pieces, *_calls(said)]:
        candidate = {"content": {"role": "model", "parts": [part]}, "index": 0}
        yield {"candidates": [candidate], "modelVersion": asked.model, "responseId": "r1"}
    last = {"content": {"role": "model", "parts": []}, "index": 0, "finishReason": _FINISH[said.finish]}
    yield {"candidates": [last], **_tail(asked, said)}


def refusal(why: str) -> dict[str, Any]:
    return {"error": {"code": 400, "message": why, "status": "INVALID_ARGUMENT"}}


def _turn(content: Mapping[str, Any]) -> Turn:
    turn = Turn(role={"model": "assistant"}.get(content["role"], content["role"]))
    for part in content["parts"]:
        if "functionCall" in part:
            call = part["functionCall"]
            turn.calls.append(Called(id=call["id"], name=call["name"], arguments=call["args"]))
        elif "functionResponse" in part:
            answered = part["functionResponse"]
            given = answered["response"]
            text = given.get("output") or given.get("error") or ""
            turn.results.append(Result(id=answered["id"], text=text, error="error" in given))
        elif "inlineData" in part:
            blob = part["inlineData"]
            data = base64.b64decode(blob["data"], validate=True)
            turn.media.append(Medium(media_type=blob["mimeType"], data=data))
        elif "fileData" in part:
            turn.media.append(Medium(media_type="image/png", url=part["fileData"]["fileUri"]))
        elif not part.get("thought"):
            turn.texts += [part["text"]] if part["text"] else []
        if "thoughtSignature" in part:
            turn.signatures.append(part["thoughtSignature"])
    return turn


def _choice(calling: Mapping[str, Any]) -> str:
    mode = calling.get("mode", "AUTO")
    if mode == "ANY":
        return str(calling.get("allowedFunctionNames", ["required"])[0])
    return {"NONE": "none"}.get(mode, "auto")


def _parts(said: Said) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": said.thought, "thought": True}] if said.thought else []
    if said.text:
        parts.append({"text": said.text})
    return parts + _calls(said)


def _calls(said: Said) -> list[dict[str, Any]]:
    """The first call of a thoughtful answer is signed."""
    calls: list[dict[str, Any]] = [
        {"functionCall": {"id": call.id, "name": call.name, "args": dict(call.arguments)}}
        for call in said.calls
    ]
    if calls and said.signature:
        calls[0]["thoughtSignature"] = said.signature
    return calls


def _tail(asked: Asked, said: Said) -> dict[str, Any]:
    given, made = said.tokens
    thought = 3 if asked.thinks else 0
    usage = {
        "promptTokenCount": given,
        "candidatesTokenCount": made - thought,
        "thoughtsTokenCount": thought,
        "cachedContentTokenCount": 4,
        "totalTokenCount": given + made,
    }
    return {"usageMetadata": usage, "modelVersion": asked.model, "responseId": "r1"}
