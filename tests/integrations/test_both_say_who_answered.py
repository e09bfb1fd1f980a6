"""What LangChain's and LlamaIndex's users are told about a call has one shape."""

import json
import re
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage

from interlock import Answer, ProviderError, RateLimited, Text, Unavailable, Usage
from interlock.testing import Step, scripted_router
from langchain_interlock import ChatInterlock
from llama_index.llms.interlock import Interlock

PAGE = Path(__file__).parents[2] / "docs" / "langchain.md"
# Of each run alone.
OWN = ("id", "record", "started", "latency", "first_token", "waited")


def router():
    usage = Usage(input_tokens=9, output_tokens=3, cache_read=2, reasoning=1)
    answer = Answer(parts=(Text("hello"),), finish_reason="stop", served_model="b-2026", usage=usage, id="r1")
    failed: list[ProviderError] = [
        Unavailable("gone", status=503, code="overloaded", request_id="req-1"),
        RateLimited("slow down", status=429),
    ]
    return scripted_router({"a": failed[:1], "c": failed[1:], "b": [Step(answer)]})


def bare(value):
    """The value without what differs from run to run."""
    if isinstance(value, dict):
        return {name: "…" if name in OWN else bare(inner) for name, inner in value.items()}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def in_langchain(*, streamed):
    model = ChatInterlock(router=router())
    if not streamed:
        return model.invoke("x").response_metadata["interlock"]
    return list(model.stream("x"))[-1].response_metadata["interlock"]


def in_llamaindex(*, streamed):
    llm = Interlock(router=router())
    asked = [ChatMessage(content="x")]
    response = list(llm.stream_chat(asked))[-1] if streamed else llm.chat(asked)
    assert response.raw["interlock"] == response.additional_kwargs["interlock"]
    return response.raw["interlock"]


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_it_is_the_same_in_both(streamed):
    one, other = in_langchain(streamed=streamed), in_llamaindex(streamed=streamed)
    assert bare(one) == bare(other)
    assert json.loads(json.dumps(one)) == one
    assert [each["error"] and each["error"]["kind"] for each in one["attempts"]] == [
        "Unavailable",
        "RateLimited",
        None,
    ]
    assert (one["deployment"], one["served_model"]) == ("b", "b-2026")


def every_key(value):
    """Those of the mapping and of what is in it, but for `excluded`, whose keys are rules."""
    if isinstance(value, list):
        return {name for inner in value for name in every_key(inner)}
    if not isinstance(value, dict):
        return set()
    below = {name for key, inner in value.items() if key != "excluded" for name in every_key(inner)}
    return below | set(value)


def test_the_page_names_every_key_and_no_other():
    table = PAGE.read_text("utf-8").partition("has one shape")[2].partition("\n\n`usage_metadata`")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    assert named - {"parts", "origin"} == every_key(in_langchain(streamed=False))
