"""A whole answer out of this dialect."""

from typing import Any

from interlock.errors import ProtocolError
from interlock.http import HttpReply, arguments_in, broken_call
from interlock.http.payload import optional_text, parse_object, parts_in, text_of
from interlock.protocols import ProviderCall
from interlock.types.messages import Part, Reasoning, Refusal, Text, ToolCall
from interlock.types.response import Answer, Usage
from interlock_openai.details import Details
from interlock_openai.encode import must_call_tools
from interlock_openai.extra import Extra
from interlock_openai.past import proof_on, seal_on
from interlock_openai.read import (
    citations,
    finish,
    first_choice,
    is_cut,
    joined,
    raise_error,
    reasoning_of,
    usage,
)
from interlock_openai.think import split
from interlock_openai.vendors import Vendor


def decode(call: ProviderCall, reply: HttpReply, vendor: Vendor) -> Answer:
    return answer_of(call, parse_object(reply.body, "the answer"), vendor)


def answer_of(call: ProviderCall, payload: dict[str, Any], vendor: Vendor) -> Answer:
    raise_error(payload, vendor.name)
    choice = first_choice(payload.get("choices"))
    message = choice.get("message") if choice is not None else None
    if choice is None or not isinstance(message, dict):
        raise ProtocolError("the answer holds no message")
    reason = choice.get("finish_reason")
    parts: list[Part] = _thoughts(message, vendor)
    _content(message.get("content"), parts, vendor)
    if refusal := text_of(message.get("refusal")):
        _grow(parts, Refusal(refusal))
    if (seal := seal_on(message)) is not None:
        parts.append(Reasoning("", signature=seal, vendor=vendor.name, redacted=True))
    calls = _calls(message, vendor, cut=is_cut(reason))
    cited = citations(message.get("annotations"))
    if cited:
        _cite(parts, cited)
    parts.extend(calls)
    refused = any(isinstance(part, Refusal) for part in parts)
    ended = finish(reason, choice, called=bool(calls), refused=refused, vendor=vendor.name)
    check_called(call, vendor, called=bool(calls), ended=ended)
    extra = Extra()
    extra.add(payload, choice, message)
    return Answer(
        parts=tuple(parts),
        finish_reason=ended,
        usage=usage(payload, vendor.name) or Usage(),
        served_model=optional_text(payload.get("model")),
        id=optional_text(payload.get("id")),
        extra=extra.take(),
    )


def check_called(call: ProviderCall, vendor: Vendor, *, called: bool, ended: str) -> None:
    """A call that could only be asked for in words must have come, unless the answer was cut or refused."""
    if not called and ended == "stop" and must_call_tools(call, vendor):
        raise ProtocolError(f"{vendor.name} was told to call {call.request.tool_choice} and did not")


def _thoughts(message: dict[str, Any], vendor: Vendor) -> list[Part]:
    text = reasoning_of(message)
    signature, hidden = None, False
    if given := message.get("reasoning_details"):
        details = Details()
        details.add(given)
        signature, hidden = details.take()
    if not text and signature is None:
        return []
    return [Reasoning(text, signature=signature, vendor=vendor.name, redacted=hidden and not text)]


def _content(content: Any, parts: list[Part], vendor: Vendor) -> None:
    """Text, or mistral's parts: neighbours of one kind become one part, as they do in a stream."""
    if isinstance(content, str):
        _text(content, parts, vendor)
        return
    if not isinstance(content, list):
        return
    for item in parts_in(content):
        kind = item.get("type") if isinstance(item, dict) else None
        if kind in ("text", "output_text"):
            _text(text_of(item.get("text")), parts, vendor)
        elif kind == "thinking":
            thought, signature = joined(item.get("thinking")), optional_text(item.get("signature"))
            if thought or signature:
                _grow(parts, Reasoning(thought, signature=signature, vendor=vendor.name))
        elif kind == "refusal" and (refusal := text_of(item.get("refusal"))):
            _grow(parts, Refusal(refusal))


def _text(text: str, parts: list[Part], vendor: Vendor) -> None:
    if vendor.think_tags and "<think>" in text:
        thought, text = split(text)
        if thought:
            _grow(parts, Reasoning(thought, vendor=vendor.name))
    if text:
        _grow(parts, Text(text))


def _grow(parts: list[Part], part: Text | Refusal | Reasoning) -> None:
    last = parts[-1] if parts else None
    if isinstance(part, Text) and isinstance(last, Text):
        parts[-1] = Text(last.text + part.text)
    elif isinstance(part, Refusal) and isinstance(last, Refusal):
        parts[-1] = Refusal(last.text + part.text)
    elif isinstance(part, Reasoning) and isinstance(last, Reasoning) and last.signature is None:
        parts[-1] = Reasoning(last.text + part.text, signature=part.signature, vendor=part.vendor)
    else:
        parts.append(part)


def _cite(parts: list[Part], cited: tuple[Any, ...]) -> None:
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if isinstance(part, Text):
            parts[index] = Text(part.text, citations=cited)
            return
    parts.append(Text("", citations=cited))


def _calls(message: dict[str, Any], vendor: Vendor, *, cut: bool) -> list[ToolCall]:
    given = message.get("tool_calls")
    if not given and isinstance(message.get("function_call"), dict):
        given = [{"function": message["function_call"]}]
    if not given:
        return []
    if not isinstance(given, list):
        raise ProtocolError("the answer's tool calls are no list")
    calls = []
    for index, item in enumerate(given):
        function = item.get("function") if isinstance(item, dict) else None
        name = text_of(function.get("name")) if isinstance(function, dict) else ""
        given_arguments = function.get("arguments") if isinstance(function, dict) else None
        arguments = arguments_of(given_arguments)
        if name and arguments is not None and not (cut and _is_blank(given_arguments)):
            id_ = optional_text(item.get("id")) or f"call_{index}"
            proof = proof_on(item)
            owner = None if proof is None else vendor.name
            calls.append(ToolCall(id=id_, name=name, arguments=arguments, signature=proof, vendor=owner))
        elif not cut:
            raise broken_call("answer", name)
    return calls


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def arguments_of(value: Any) -> dict[str, Any] | None:
    """An object, or None for what is none; nothing at all is an empty object."""
    if _is_blank(value):
        return {}
    if isinstance(value, str):
        return arguments_in(value)
    return value if isinstance(value, dict) else None
