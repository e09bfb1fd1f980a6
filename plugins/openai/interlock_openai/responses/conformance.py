"""What a vendor's Responses endpoint sends, for Interlock's conformance kit."""

from collections.abc import Iterator
from typing import Any, ClassVar

from interlock.http import HttpProvider
from interlock.testing import ProviderConformance, Reply
from interlock_openai.responses.codec import Responses
from interlock_openai.vendors import AZURE, OPENAI, Vendor

_USAGE = {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17}
_CACHED = {**_USAGE, "input_tokens": 112, "input_tokens_details": {"cached_tokens": 100}}
_ARGUMENTS = '{"city": "Paris", "days": 2}'
_TEXT, _PIECES = "Hello, wide wörld.", ("Hello,", " wide wörld.")
_SOURCE = {
    "type": "url_citation",
    "url": "https://example.org/source",
    "title": "A source",
    "start_index": 0,
    "end_index": 5,
}
_ERROR = {"code": "server_error", "message": "The server had an error."}

Item = dict[str, Any]


def _said(text: str, **more: Any) -> Item:
    part = {"type": "output_text", "text": text, "annotations": [], **more}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}


def _refused(words: str) -> Item:
    return {**_said(""), "content": [{"type": "refusal", "refusal": words}]}


def _thought(words: str) -> Item:
    summary = [{"type": "summary_text", "text": words}]
    return {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "c2VjcmV0"}


def _called(arguments: str) -> Item:
    head = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "get_weather"}
    return {**head, "arguments": arguments, "status": "completed"}


def _response(*items: Item, status: str = "completed", usage: Any = _USAGE, **more: Any) -> dict[str, Any]:
    response = {"id": "resp_1", "object": "response", "model": "model-1", "status": status, **more}
    return {**response, "output": list(items), "usage": usage}


_CUT: dict[str, Any] = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}


def _streamed(*items: Item, **more: Any) -> Reply:
    return Reply.events(*_events(*items, **more))


def _events(*items: Item, end: bool = True, **more: Any) -> list[dict[str, Any]]:
    begun = _response(status="in_progress", usage=None)
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(items):
        open_ = {key: value for key, value in item.items() if key != "encrypted_content"}
        open_ |= {"content": []} if "content" in item else {"summary": []} if "summary" in item else {}
        open_ |= {"arguments": ""} if "arguments" in item else {}
        events.append({"type": "response.output_item.added", "output_index": index, "item": open_})
        events += [{"output_index": index, "item_id": item["id"], **piece} for piece in _pieces(item)]
        if end:
            events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    if end:
        response = _response(*items, **more)
        events.append({"type": f"response.{response['status']}", "response": response})
    return [{"sequence_number": number, **event} for number, event in enumerate(events)]


def _pieces(item: Item) -> Iterator[dict[str, Any]]:
    if item["type"] == "function_call":
        for part in _halves(item["arguments"]):
            yield {"type": "response.function_call_arguments.delta", "delta": part}
    for part in item.get("summary", ()):
        for half in _halves(part["text"]):
            yield {"type": "response.reasoning_summary_text.delta", "summary_index": 0, "delta": half}
    for number, part in enumerate(item.get("content", ())):
        kind = "refusal" if part["type"] == "refusal" else "output_text"
        for half in _halves(part.get("refusal") or part.get("text") or ""):
            yield {"type": f"response.{kind}.delta", "content_index": number, "delta": half}


def _halves(text: str) -> tuple[str, str]:
    middle = len(text) // 2
    return text[:middle], text[middle:]


def _both(name: str, *items: Item, **more: Any) -> dict[str, Reply]:
    return {name: Reply.json(_response(*items, **more)), f"{name}_streamed": _streamed(*items, **more)}


def _failed(status: int, code: str) -> Reply:
    return Reply.json(
        {"error": {"message": "no", "type": "invalid_request_error", "code": code}}, status=status
    )


class ResponsesKit(ProviderConformance):
    """What every vendor of this dialect sends."""

    has_tools = True
    has_images = True
    has_reasoning = True
    has_output = True
    replies: ClassVar = {
        **_both("text", _said(_TEXT)),
        **_both("tool_call", _called(_ARGUMENTS)),
        **_both("cut_tool_call", _called(_ARGUMENTS[:-6]), **_CUT),
        **_both("reasoning", _thought("A greeting is asked for."), _said(_TEXT)),
        **_both("output", _said(_ARGUMENTS)),
        **_both("citations", _said(_TEXT, annotations=[_SOURCE])),
        **_both("refusal", _refused("I cannot help with that.")),
        **_both("no_usage", _said(_TEXT), usage=None),
        **_both("cached", _said(_TEXT), usage=_CACHED),
        "error_inside": Reply.json(_response(status="failed", error=_ERROR)),
        "error_inside_streamed": Reply.events(
            *_events(_said(_PIECES[0]), end=False), {"type": "error", "sequence_number": 99, **_ERROR}
        ),
        "invalid": _failed(400, "invalid_value"),
        "unauthorised": _failed(401, "invalid_api_key"),
        "unknown_model": _failed(404, "model_not_found"),
    }


def kit_for(vendor: Vendor) -> type[ResponsesKit]:
    provider = HttpProvider(vendor.facts, Responses(vendor))
    return type(f"{vendor.name}-responses-kit", (ResponsesKit,), {"provider": provider})


KITS = (kit_for(OPENAI), kit_for(AZURE))
