"""OpenAI's Responses dialect, read and written as the vendor does it, storing nothing."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sdk_openai
from asked import Asked, Called, Medium, Refused, Result, Said, Turn
from response_events import Item, events, response, thought
from response_events import called as call_item
from response_events import said as text_item

MADE_HERE = "call_responses_"


def read(body: Mapping[str, Any], path: str) -> Asked:
    sdk_openai.valid_response(body)
    system = [body["instructions"]] if body.get("instructions") else []
    turns: list[Turn] = []
    for item in body["input"]:
        if item.get("role") == "system":
            system += _texts(item["content"])
        else:
            _take(item, turns)
    _check_thoughts(body["input"])
    spec = body.get("text", {}).get("format", {})
    if spec.get("strict") and spec["schema"].get("additionalProperties") is not False:
        raise Refused("strict mode wants closed objects")
    schema = spec.get("schema")
    return Asked(
        dialect="responses",
        model=body["model"],
        stream=bool(body.get("stream")),
        system="\n".join(system),
        turns=turns,
        tools={tool["name"]: tool["parameters"] for tool in body.get("tools", ())},
        choice=_choice(body.get("tool_choice", "auto")),
        schema=schema if schema and schema.get("properties") else None,
        json=bool(spec) and not (schema or {}).get("properties"),
        settings=body,
        thinks="reasoning.encrypted_content" in body.get("include", ()),
    )


def write(asked: Asked, said: Said) -> dict[str, Any]:
    return response(*_items(said), **_head(asked, said))


def stream(asked: Asked, said: Said) -> Iterator[Any]:
    yield from events(*_items(said), **_head(asked, said))


def refusal(why: str) -> dict[str, Any]:
    return {"error": {"message": why, "type": "invalid_request_error", "param": None, "code": None}}


def _items(said: Said) -> list[Item]:
    number = sum(len(call.id) for call in said.calls)
    items = [thought(said.thought, seal=said.signature, id_=f"rs_{number}")] if said.thought else []
    if said.text:
        items.append(text_item(said.text))
    return [*items, *(call_item(json.dumps(call.arguments), call.name, call.id) for call in said.calls)]


def _head(asked: Asked, said: Said) -> dict[str, Any]:
    given, made = said.tokens
    usage = {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": 3 if asked.thinks else 0},
        "total_tokens": given + made,
    }
    return {"model": asked.model, "usage": usage}


def _check_thoughts(items: list[Item]) -> None:
    """A thought comes back with its proof and what it led to, and a call with the thought that led to it."""
    thoughts = 0
    for item, then in zip(items, [*items[1:], {}], strict=True):
        kind = item.get("type", "message")
        if kind == "reasoning":
            thoughts += 1
            if not item.get("encrypted_content"):
                raise Refused(f"Item with id '{item.get('id')}' not found. Items are not persisted.")
            if (
                then.get("role") in ("user", "system")
                or then.get("type") == "function_call_output"
                or not then
            ):
                raise Refused("an item of type 'reasoning' was provided without its required following item")
        elif kind == "function_call":
            if item["call_id"].startswith(MADE_HERE) and not thoughts:
                raise Refused("a 'function_call' was provided without its required 'reasoning' item")
        elif item.get("role") != "assistant":
            thoughts = 0


def _take(item: Item, turns: list[Turn]) -> None:
    kind = item.get("type", "message")
    role = {"function_call_output": "tool", "message": item.get("role")}.get(kind, "assistant")
    if not turns or turns[-1].role != role or role == "user":
        turns.append(Turn(role=str(role)))
    turn = turns[-1]
    if kind == "function_call":
        turn.calls.append(
            Called(id=item["call_id"], name=item["name"], arguments=json.loads(item["arguments"]))
        )
    elif kind == "function_call_output":
        turn.results.append(Result(id=item["call_id"], text="".join(_texts(item["output"]))))
        turn.media += _media(item["output"])
    elif kind == "reasoning":
        turn.signatures.append(item["encrypted_content"])
    else:
        turn.texts += _texts(item["content"])
        turn.media += _media(item["content"])


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content] if content else []
    return [piece["text"] for piece in content if "text" in piece]


def _media(content: Any) -> list[Medium]:
    pieces = content if isinstance(content, list) else ()
    links = [piece.get("image_url") or piece.get("file_data") or piece.get("file_url") for piece in pieces]
    return [_linked(link) for link in links if link]


def _linked(url: str) -> Medium:
    if not url.startswith("data:"):
        return Medium(media_type="image/png", url=url)
    head, _, data = url.removeprefix("data:").partition(",")
    return Medium(media_type=head.removesuffix(";base64"), data=base64.b64decode(data, validate=True))


def _choice(choice: Any) -> str:
    return str(choice) if isinstance(choice, str) else str(choice["name"])
