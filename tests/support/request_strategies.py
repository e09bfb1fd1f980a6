"""Requests of every kind, for testing what codecs make of them."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from interlock.types.messages import (
    Audio,
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.request import Output, Request, Settings, ToolSpec

PNG = b"\x89PNG\r\n\x1a\n"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
VENDORS: Sequence[str | None] = (None, "openai", "anthropic", "google", "bedrock", "deepseek")

words = st.text(max_size=12)
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
ids = st.text("abc_0", min_size=1, max_size=60)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | words
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2), max_leaves=4)
texts = st.builds(Text, words, cache=st.booleans())
images = st.sampled_from(
    [
        Image(data=PNG),
        Image(url="https://pictures.example/a.jpg", detail="low"),
        Image(data=b"x", media_type="image/webp"),
    ]
)
sounds = st.sampled_from([Audio(data=b"RIFF0000WAVE"), Audio(data=b"ID3", media_type="audio/mpeg")])
documents = st.sampled_from(
    [
        Document(data=b"%PDF-1.7", name="a.pdf"),
        Document(url="https://papers.example/a.pdf"),
        Document(data=b"a,b", media_type="text/csv", name="t.csv"),
    ]
)
results = st.builds(
    ToolResult,
    id=ids,
    content=words | st.lists(texts | images | documents, max_size=3).map(tuple),
    name=st.none() | names,
    error=st.booleans(),
)
tools = st.lists(
    st.builds(
        ToolSpec,
        name=names,
        description=words,
        parameters=st.just({"type": "object", "properties": {"a": {"type": "string"}}}),
        strict=st.none() | st.booleans(),
    ),
    max_size=2,
    unique_by=lambda tool: tool.name,
).map(tuple)
outputs = st.none() | st.just(Output(name="city info", schema=SCHEMA, build=dict))
choices = st.builds(
    Settings,
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    top_k=st.none() | st.integers(1, 50),
    max_tokens=st.none() | st.integers(1, 99),
    stop=st.lists(words, max_size=3).map(tuple),
    seed=st.none() | st.integers(0, 99),
    presence_penalty=st.none() | st.floats(-2, 2),
    frequency_penalty=st.none() | st.floats(-2, 2),
    logprobs=st.none() | st.integers(0, 5),
    reasoning_effort=st.sampled_from([None, "none", "minimal", "low", "medium", "high", "xhigh"]),
    reasoning_tokens=st.none() | st.integers(1, 99),
    parallel_tool_calls=st.none() | st.booleans(),
    user=st.none() | words,
)


def assistant_parts(
    signatures: st.SearchStrategy[str] = words, hidden: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[list[Any]]:
    """What stands in an assistant's turn.

    `signatures` are such as the vendor under test gives; `hidden` are those of redacted thoughts.
    """
    signed = st.none() | signatures
    calls = st.builds(
        ToolCall, id=ids, name=names, arguments=st.dictionaries(names, values, max_size=2), signature=signed
    )
    thoughts = st.builds(Reasoning, words, signature=signed, vendor=st.sampled_from(VENDORS))
    redacted = st.builds(
        Reasoning,
        st.just(""),
        signature=signatures if hidden is None else hidden,
        vendor=st.sampled_from(VENDORS),
        redacted=st.just(True),
    )
    return st.lists(texts | calls | thoughts | redacted | st.builds(Refusal, words), max_size=4)


def conversations(
    signatures: st.SearchStrategy[str] = words, hidden: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[list[Message]]:
    """Turns in any order, as callers do write them."""
    turns = st.one_of(
        st.builds(Message, st.just("system"), words | st.lists(texts, max_size=3), name=st.none() | names),
        st.builds(
            Message,
            st.just("user"),
            words | st.lists(texts | images | sounds | documents, max_size=4),
            name=st.none() | names,
        ),
        st.builds(Message, st.just("assistant"), words | assistant_parts(signatures, hidden)),
        st.builds(Message, st.just("tool"), st.lists(results, min_size=1, max_size=3)),
    )
    return st.lists(turns, min_size=1, max_size=5)


def requests(
    signatures: st.SearchStrategy[str] = words, hidden: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[Request]:
    return _requests(conversations(signatures, hidden))


@st.composite
def _requests(draw: st.DrawFn, histories: st.SearchStrategy[list[Message]]) -> Request:
    offered = draw(tools)
    named = [tool.name for tool in offered]
    choice = draw(st.sampled_from([None, "auto", "none", *(["required", *named] if offered else [])]))
    return Request(
        draw(histories),
        settings=draw(choices),
        tools=offered,
        tool_choice=choice,
        output=draw(outputs),
        metadata={"trace": "secret-trace"},
    )
