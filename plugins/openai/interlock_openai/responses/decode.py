"""A whole answer out of this dialect."""

from typing import Any

from interlock.http import HttpReply
from interlock.http.payload import optional_text, parse_object
from interlock.protocols import ProviderCall
from interlock.types.messages import Refusal, ToolCall
from interlock.types.response import Answer, Usage
from interlock_openai.decode import check_called
from interlock_openai.responses.parts import parts_of
from interlock_openai.responses.read import extra_of, finish_of, items_of, raise_error, usage_of
from interlock_openai.responses.stops import cut_at
from interlock_openai.vendors import Vendor


def decode(call: ProviderCall, reply: HttpReply, vendor: Vendor) -> Answer:
    return answer_of(call, parse_object(reply.body, "the answer"), vendor)


def answer_of(call: ProviderCall, response: dict[str, Any], vendor: Vendor) -> Answer:
    raise_error(response, vendor.name)
    items = items_of(response)
    status = response.get("status")
    parts = parts_of(items, vendor.name, cut=status == "incomplete")
    called = any(isinstance(part, ToolCall) for part in parts)
    refused = any(isinstance(part, Refusal) for part in parts)
    ended = finish_of(response, status, called=called, refused=refused, vendor=vendor.name)
    check_called(call, vendor, called=called, ended=ended)
    answer = Answer(
        parts=tuple(parts),
        finish_reason=ended,
        usage=usage_of(response) or Usage(),
        served_model=optional_text(response.get("model")),
        id=optional_text(response.get("id")),
        extra=extra_of(response, items),
    )
    return cut_at(answer, call.request.settings.stop)
