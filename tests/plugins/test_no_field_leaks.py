"""Whatever field a word stands in: where a guardrail hides it, it is in no byte that arrives anywhere."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from every_dialect import ANTHROPIC, BEDROCK, GOOGLE, OPENAI, RESPONSES, Dialect
from every_field import TABLE
from guards_at_work import Offered
from interlock import (
    GuardrailError,
    InterlockError,
    Message,
    Reasoning,
    Request,
    Router,
    ToolCall,
    ToolResult,
    ToolSpec,
    Verdict,
)
from interlock.assembly import assemble
from interlock.errors import InvalidRequest
from interlock.protocols import GuardCall
from interlock.testing import Reply, Upstream
from interlock.types.request import Output, Settings

DIALECTS = [OPENAI, RESPONSES, ANTHROPIC, GOOGLE, BEDROCK]
MARK = re.compile(r"Mark\d\d")
MODELS = {
    "openai": "openai/gpt-5.5",
    "responses": "openai/gpt-5.5",
    "anthropic": "anthropic/claude-4-opus",
    "google": "google/gemini-2.5-ultra",
    "bedrock": "anthropic/claude-4-opus",
}
ROWS = {
    f"{kind.__name__}.{name}": row
    for kind, rows in TABLE.items()
    for name, row in rows.items()
    if isinstance(row, tuple) and kind.__name__ != "Answer"
}
# Seen all the same: what another provider sends, nobody knows.
SENT_BY_NONE = {
    *("Text.citations", "Citation.url", "Citation.title", "Citation.quote", "Image.name", "Audio.name"),
    "ToolCall.signature",  # of this form
}
MARKS = {name: f"Mark{at:02}" for at, name in enumerate(ROWS)}
HIDDEN = [name for name, (how, _) in ROWS.items() if how == "rewritten"]


class Hides(Offered):
    """Rewrites each mark; one that cannot be rewritten stops the call."""

    name = "hides"
    phases = frozenset({"request", "tool_result"})
    rewrites = True

    def inspect(self, call: GuardCall) -> Verdict:
        if any(MARK.search(each.text) for each in call.passages if not each.rewritable):
            return Verdict(action="block", category="mark")
        texts = {each.where: MARK.sub("X1", each.text) for each in call.passages if each.rewritable}
        return Verdict(action="rewrite", texts=texts)


def routed(dialect: Dialect, upstream: Upstream, *plugins: Any) -> Router:
    there = {
        "id": "there",
        "model": MODELS[dialect.name],
        "provider": dialect.provider or dialect.name,
        "name": dialect.model,
        "base_url": f"{upstream.url}/v1",
        "region": dialect.region,
        "api_key": "k",
        "traits": {"endpoint": "responses" if dialect is RESPONSES else "chat"},
    }
    config = {"deployments": [there], "retries": {"max": 0}}
    return Router(assemble(config, plugins=plugins, environ={}))


def own(part: Any, dialect: Dialect) -> Any:
    """Thoughts and calls of this vendor's own, which alone it is given back."""
    vendor = dialect.provider or dialect.name
    if isinstance(part, Reasoning) and part.signature is None:
        return replace(part, vendor=vendor, signature="c2lnbmVk")
    return replace(part, vendor=vendor) if isinstance(part, (Reasoning, ToolCall)) else part


def paired(message: Message, dialect: Dialect) -> Iterator[Message]:
    """The message, with the results of its calls, or the calls of its results."""
    parts = tuple(own(part, dialect) for part in message.parts)
    results = [part for part in parts if isinstance(part, ToolResult)]
    calls = [part for part in parts if isinstance(part, ToolCall)]
    for result in results:
        yield Message("assistant", (ToolCall(id=result.id, name=result.name or "search"),))
    yield replace(message, content=parts)
    for call in calls:
        yield Message("tool", (ToolResult(id=call.id, content="Found."),))
    if message.role == "assistant":
        yield Message("user", "Go on.")


def together(requests: Iterable[Request], dialect: Dialect) -> Request:
    """One request that says all that these say."""
    messages: list[Message] = []
    settings: dict[str, Any] = {}
    made = Request("")
    for at, request in enumerate(requests):
        for message in request.messages:
            # No two calls of a conversation have one id.
            parts = tuple(
                replace(part, id=f"{part.id}_{at}") if isinstance(part, (ToolCall, ToolResult)) else part
                for part in message.parts
            )
            messages.extend(paired(replace(message, content=parts), dialect))
        given = request.settings
        settings["stop"] = (*settings.get("stop", ()), *given.stop)
        settings["user"] = " ".join(filter(None, (settings.get("user"), given.user))) or None
        settings["extra"] = {**settings.get("extra", {}), **({f"x{at}": given.extra} if given.extra else {})}
        tools = tuple(replace(tool, name=f"{tool.name}_{at}") for tool in request.tools)
        made = replace(made, tools=(*made.tools, *tools), output=merged(made.output, request.output, at))
    return replace(made, messages=(*messages, Message("user", "Answer.")), settings=Settings(**settings))


def merged(one: Any, other: Any, at: int) -> Any:
    if one is None or other is None:
        return one or other
    schema = {"type": "object", "properties": {"one": one.schema, f"x{at}": other.schema}}
    return Output(name=f"{one.name}_{other.name}", schema=schema, build=one.build)


def taken(dialect: Dialect, request: Request) -> bool:
    """Whether the vendor has a place for what a request says."""
    try:
        dialect.codec.encode(dialect.call(together([request], dialect)), stream=False)
    except InvalidRequest:
        return False
    return True


def everything(dialect: Dialect) -> Request:
    requests = [ROWS[name][1](MARKS[name]) for name in HIDDEN]
    return together([each for each in requests if taken(dialect, each)], dialect)


async def arrived(dialect: Dialect, request: Request, *plugins: Any) -> str:
    """Every byte that a plain and a streamed call send."""
    with Upstream(always=Reply.json({}, status=400)) as upstream:
        async with routed(dialect, upstream, *plugins) as router:
            with suppress(InterlockError):
                await router.complete(request)
            with suppress(InterlockError):
                async for _ in router.stream(request):
                    pass
    assert len(upstream.requests) == 2
    assert len({each.path for each in upstream.requests}) <= 2
    return "\n".join(f"{each.path}\n{each.headers}\n{each.body.decode()}" for each in upstream.requests)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_no_field_takes_a_hidden_word_out(dialect: Dialect) -> None:
    request = everything(dialect)
    assert len(MARK.findall(await arrived(dialect, request))) > len(HIDDEN)
    sent = await arrived(dialect, request, Hides())
    assert MARK.search(sent) is None
    assert sent.count("X1") > len(HIDDEN)


def test_every_field_leaves_in_some_dialect() -> None:
    """Otherwise the test above would say nothing about it."""

    async def found() -> set[str]:
        sent = [await arrived(dialect, everything(dialect)) for dialect in DIALECTS]
        return set(MARK.findall("\n".join(sent)))

    marks = asyncio.run(found())
    assert {name for name in HIDDEN if MARKS[name] not in marks} == SENT_BY_NONE


@pytest.mark.parametrize("name", [name for name in ROWS if name not in HIDDEN])
async def test_what_only_a_program_reads_can_stop_a_call(name: str) -> None:
    request = ROWS[name][1](MARKS[name])
    tools = (ToolSpec(name=request.tool_choice),) if request.tool_choice else request.tools
    request = replace(together([request], OPENAI), settings=request.settings, tools=tools)
    with Upstream(always=Reply.json({}, status=400)) as upstream:
        async with routed(OPENAI, upstream, Hides()) as router:
            with pytest.raises(GuardrailError):
                await router.complete(request)
    assert not upstream.requests


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_what_is_no_passage_leaves_in_no_dialect(dialect: Dialect) -> None:
    thought = Reasoning("Hm.", signature="c2lnbmVk", vendor="Mark01", origin="Mark02")
    call = ToolCall(id="c1", name="search", vendor="Mark03", origin="Mark04", signature="c2lnbmVk")
    messages = (
        Message("user", "Hello"),
        Message("assistant", (thought, call)),
        Message("tool", (ToolResult(id="c1", content="Found."),)),
    )
    request = Request(messages, metadata={"Mark05": "Mark06"}, run="Mark07", step="Mark08", prefer="Mark09")
    assert MARK.search(await arrived(dialect, request)) is None
