"""What the vendors' servers send, for Interlock's conformance kit: one kit a vendor and dialect."""

from typing import Any, ClassVar

from interlock.http import EmbeddingHttpProvider, HttpProvider
from interlock.testing import ProviderConformance, Reply
from interlock_openai.codec import ChatCompletions
from interlock_openai.embeddings import Embeddings
from interlock_openai.responses.conformance import KITS as RESPONSES_KITS
from interlock_openai.vendors import VENDORS, Vendor

_USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
_CACHED = {
    "prompt_tokens": 112,
    "completion_tokens": 5,
    "total_tokens": 117,
    "prompt_tokens_details": {"cached_tokens": 100},
}
_ARGUMENTS = '{"city": "Paris", "days": 2}'
_TEXT, _PIECES = "Hello, wide wörld.", ("Hello,", " wide wörld.")
_SOURCE = {"url": "https://example.org/source", "title": "A source", "start_index": 0, "end_index": 5}
_CITED: dict[str, Any] = {"annotations": [{"type": "url_citation", "url_citation": _SOURCE}]}


def _whole(finish: str = "stop", *, usage: dict[str, Any] | None = _USAGE, **message: Any) -> Reply:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, **message},
        "finish_reason": finish,
    }
    counted = {} if usage is None else {"usage": usage}
    return Reply.json({"id": "c1", "model": "model-1", "choices": [choice], **counted})


def _events(*deltas: dict[str, Any], finish: str | None = "stop") -> list[Any]:
    head = {"id": "c1", "model": "model-1"}
    steps: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    if finish is not None:
        steps.append({"index": 0, "delta": {}, "finish_reason": finish})
    return [head | {"choices": [step]} for step in steps]


def _streamed(*deltas: dict[str, Any], finish: str = "stop", usage: dict[str, Any] | None = _USAGE) -> Reply:
    last = [] if usage is None else [{"id": "c1", "model": "model-1", "choices": [], "usage": usage}]
    return Reply.events(*_events(*deltas, finish=finish), *last, "[DONE]")


def _said(*pieces: str) -> list[dict[str, Any]]:
    return [{"content": piece} for piece in pieces]


def _call(arguments: str) -> dict[str, Any]:
    function = {"name": "get_weather", "arguments": arguments}
    return {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]}


def _more(arguments: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]}


def _failed(status: int, code: str) -> Reply:
    return Reply.json({"error": {"message": "no", "type": code, "code": code}}, status=status)


_ERROR = {"error": {"message": "The server had an error.", "type": "server_error", "code": None}}


# The order of the list is not that of the texts.
_VECTORS = Reply.json(
    {
        "object": "list",
        "model": "model-1",
        "data": [
            {"object": "embedding", "index": 1, "embedding": [0.0, -1, 0.5]},
            {"object": "embedding", "index": 0, "embedding": [0.25, 0.5, 1e-3]},
        ],
        "usage": {"prompt_tokens": 12, "total_tokens": 12},
    }
)


class ChatKit(ProviderConformance):
    """What every vendor of this dialect sends; `kit_for` adds what is particular to one."""

    vectors = ((0.25, 0.5, 1e-3), (0.0, -1.0, 0.5))

    has_tools = True
    has_images = True
    has_reasoning = True
    has_output = True
    replies: ClassVar = {
        "text": _whole(content=_TEXT),
        "text_streamed": _streamed({"role": "assistant", "content": ""}, *_said(*_PIECES)),
        "tool_call": _whole("tool_calls", **_call(_ARGUMENTS)),
        "tool_call_streamed": _streamed(
            _call(""), _more(_ARGUMENTS[:9]), _more(_ARGUMENTS[9:]), finish="tool_calls"
        ),
        "cut_tool_call": _whole("length", **_call(_ARGUMENTS[:-6])),
        "cut_tool_call_streamed": _streamed(_call(_ARGUMENTS[:9]), _more(_ARGUMENTS[9:-6]), finish="length"),
        "reasoning": _whole(content=_TEXT, reasoning_content="A greeting is asked for."),
        "reasoning_streamed": _streamed(
            {"reasoning_content": "A greeting "}, {"reasoning_content": "is asked for."}, *_said(*_PIECES)
        ),
        "output": _whole(content=_ARGUMENTS),
        "output_streamed": _streamed(*_said(_ARGUMENTS[:11], _ARGUMENTS[11:])),
        "citations": _whole(content=_TEXT, **_CITED),
        "citations_streamed": _streamed(*_said(*_PIECES), _CITED),
        "refusal": _whole(refusal="I cannot help with that."),
        "refusal_streamed": _streamed({"refusal": "I cannot "}, {"refusal": "help with that."}),
        "no_usage": _whole(content=_TEXT, usage=None),
        "no_usage_streamed": _streamed(*_said(*_PIECES), usage=None),
        "cached": _whole(content=_TEXT, usage=_CACHED),
        "cached_streamed": _streamed(*_said(*_PIECES), usage=_CACHED),
        "error_inside": Reply.json(_ERROR),
        "error_inside_streamed": Reply.events(*_events(*_said(_PIECES[0]), finish=None), _ERROR),
        "invalid": _failed(400, "invalid_request_error"),
        "unauthorised": _failed(401, "invalid_api_key"),
        "unknown_model": _failed(404, "model_not_found"),
    }


_FILTERED: dict[str, Reply] = {
    "refusal": _whole("content_filter", content="Hello,"),
    "refusal_streamed": _streamed(*_said("Hello,"), finish="content_filter"),
}
_NO_SOURCES = "what it answers is not searched for, and so names no sources"
_HIDDEN = "what it thinks is counted, and never shown"


def _particular(vendor: Vendor) -> dict[str, Any]:
    """What one vendor's kit has beside the others' data."""
    replies = dict(ChatKit.replies)
    cannot: dict[str, str] = {}
    changes: dict[str, Any] = {"replies": replies, "cannot": cannot}
    if not vendor.strict:
        replies.update(_FILTERED)  # the field for a refusal is one of the strict formats
    if vendor.name in ("openai", "azure"):
        changes["has_reasoning"] = False
        cannot["reasoning"] = _HIDDEN
        del replies["reasoning"], replies["reasoning_streamed"]
    if vendor.name in ("ollama", "vllm", "llamacpp"):
        cannot["citations"] = _NO_SOURCES
        del replies["citations"], replies["citations_streamed"]
    if vendor.reasoning_form == "thinking_parts":
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": "A greeting is asked for."}]}
        replies["reasoning"] = _whole(content=[thought, {"type": "text", "text": _TEXT}])
        replies["reasoning_streamed"] = _streamed({"content": [thought]}, *_said(*_PIECES))
    elif vendor.reasoning_form in ("reasoning", "reasoning_details") and changes.get("has_reasoning", True):
        replies["reasoning"] = _whole(content=_TEXT, reasoning="A greeting is asked for.")
        replies["reasoning_streamed"] = _streamed(
            {"reasoning": "A greeting "}, {"reasoning": "is asked for."}, *_said(*_PIECES)
        )
    return changes


def kit_for(vendor: Vendor) -> type[ChatKit]:
    chat, told = ChatCompletions(vendor), _particular(vendor)
    if vendor.embeddings:
        told["provider"] = EmbeddingHttpProvider(vendor.facts, chat, Embeddings(vendor))
        told["replies"]["vectors"] = _VECTORS
    else:
        told["provider"] = HttpProvider(vendor.facts, chat)
    return type(f"{vendor.name}-kit", (ChatKit,), told)


CHAT_KITS = tuple(kit_for(vendor) for vendor in VENDORS)
KITS = (*CHAT_KITS, *RESPONSES_KITS)
