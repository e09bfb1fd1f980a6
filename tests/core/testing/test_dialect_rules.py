"""ProviderConformance over a dialect that has everything: each rule about content finds its breach."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from interlock import Answer, Delta, ProtocolError, ProviderError, Unavailable, Usage
from interlock.fold import folded
from interlock.http import EventParser, HttpProvider, HttpReply, HttpRequest, error_for
from interlock.protocols import ProviderCall, ProviderFacts
from interlock.testing import ProviderConformance, Reply, ScriptedProvider
from interlock.types.messages import Citation, Image, Message, Reasoning, Refusal, Text, ToolCall, ToolResult
from interlock.types.response import ToolCallDelta

FACTS = ProviderFacts(name="full", env=("FULL_KEY",), base_url="https://full.example/v1", region="us")
WHY: dict[str, Any] = {"done": "stop", "cut": "length", "asked": "tool_calls", "no": "refusal"}


class Full:
    """`{"said", "thought", "call", "sources", "no", "why", "cost", "fault"}`, whole or in pieces."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        request, there = call.request, call.deployment
        body = {
            "oracle": there.name,
            "lines": [{"who": m.role, "parts": list(self.parts(m))} for m in request.messages],
            "tools": [tool.name for tool in request.tools],
            "schema": self.schema(request.output),
            **there.extra_body,
        }
        headers = {"full-key": there.credential.secret.reveal()}
        return HttpRequest(url=f"{there.base_url}/talk", body=json.dumps(body).encode(), headers=headers)

    def schema(self, output: Any) -> Any:
        return output and output.schema

    def parts(self, message: Message) -> Iterator[Any]:
        for part in message.parts:
            if isinstance(part, Text | Refusal):
                yield part.text
            elif isinstance(part, Reasoning) and part.vendor == "full":
                yield {"thought": part.text}
            elif isinstance(part, ToolCall):
                yield {"call": part.name, "id": self.id(part.id), "with": json.dumps(dict(part.arguments))}
            elif isinstance(part, ToolResult):
                yield {"for": self.result_id(part.id), "result": part.content}
            elif isinstance(part, Image):
                yield {"image": base64.b64encode(part.data or b"").decode()}

    def id(self, given: str) -> str:
        return given

    def result_id(self, given: str) -> str:
        return self.id(given)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        return folded(self.deltas(reply.body), "full")

    def decoder(self, call: ProviderCall) -> "Stream":
        return Stream(self)

    def deltas(self, data: str | bytes) -> list[Delta]:
        try:
            said = json.loads(data)
            return list(self.read(said))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ProtocolError(f"not the dialect: {type(error).__name__}") from None

    def read(self, said: dict[str, Any]) -> Iterator[Delta]:
        if "fault" in said:
            raise Unavailable(said["fault"])
        asked = said.get("call", {})
        piece = ToolCallDelta(
            index=0, id=asked.get("id"), name=asked.get("name"), arguments=asked.get("with", "")
        )
        yield Delta(
            str(said.get("said", "")),
            reasoning=said.get("thought", ""),
            refusal=said.get("no", ""),
            citations=tuple(self.cite(source) for source in said.get("sources", ())),
            tool_calls=(piece,) if asked else (),
            finish_reason=self.end(said),
            usage=self.usage(said.get("cost")),
        )

    def cite(self, source: dict[str, Any]) -> Citation:
        return Citation(url=source["url"], start=0, end=5)

    def end(self, said: dict[str, Any]) -> Any:
        return WHY[said["why"]] if "why" in said else None

    def usage(self, cost: Any) -> Usage | None:
        if cost is None:
            return None
        kept = cost.get("kept")
        return Usage(input_tokens=cost["heard"] + (kept or 0), output_tokens=cost["spoken"], cache_read=kept)

    def error(self, reply: HttpReply) -> ProviderError:
        words = reply.body.decode(errors="replace")
        return error_for(status=reply.status, headers=reply.headers, vendor_message=words)


class Stream:
    def __init__(self, codec: Full) -> None:
        self.codec = codec
        self.events = EventParser()

    def feed(self, data: bytes) -> Iterator[Delta]:
        for event in self.events.feed(data):
            yield from self.codec.deltas(event.data)

    def close(self) -> Iterator[Delta]:
        for event in self.events.close():
            yield from self.codec.deltas(event.data)


COST = {"heard": 12, "spoken": 5}
DONE = {"why": "done", "cost": COST}
TEXT, PIECES = {"said": "Hello, wide wörld."}, ({"said": "Hello,"}, {"said": " wide wörld."})
ARGUMENTS = '{"city": "Paris", "days": 2}'
CALL = {"call": {"id": "1", "name": "get_weather", "with": ARGUMENTS}}
CALL_PIECES = ({"call": {"id": "1", "name": "get_weather"}}, {"call": {"with": ARGUMENTS[:9]}})
SOURCES = {"sources": [{"url": "https://example.org/source"}]}
THOUGHT = {"thought": "A greeting is asked for."}
CACHED = {"why": "done", "cost": {**COST, "kept": 100}}


def both(name: str, whole: Any, pieces: Any, end: Any) -> dict[str, Reply]:
    return {name: Reply.json({**whole, **end}), f"{name}_streamed": Reply.events(*pieces, end)}


class Kit(ProviderConformance):
    module = "json"
    has_tools = has_images = has_reasoning = has_output = True
    replies: ClassVar = {
        **both("text", TEXT, PIECES, DONE),
        **both(
            "tool_call", CALL, (*CALL_PIECES, {"call": {"with": ARGUMENTS[9:]}}), {**DONE, "why": "asked"}
        ),
        **both(
            "cut_tool_call",
            {"call": {"id": "1", "name": "get_weather", "with": ARGUMENTS[:9]}},
            CALL_PIECES,
            {**DONE, "why": "cut"},
        ),
        **both("reasoning", {**THOUGHT, **TEXT}, (THOUGHT, *PIECES), DONE),
        **both("output", {"said": ARGUMENTS}, ({"said": ARGUMENTS[:9]}, {"said": ARGUMENTS[9:]}), DONE),
        **both("citations", {**TEXT, **SOURCES}, (*PIECES, SOURCES), DONE),
        **both("refusal", {"no": "I will not."}, ({"no": "I will"}, {"no": " not."}), {**DONE, "why": "no"}),
        **both("no_usage", TEXT, PIECES, {"why": "done"}),
        **both("cached", TEXT, PIECES, CACHED),
        "error_inside": Reply.json({"fault": "overloaded"}),
        "error_inside_streamed": Reply.events(PIECES[0], {"fault": "overloaded"}),
    }

    def __init__(self, codec: Any, **changes: Any) -> None:
        self.provider = codec if isinstance(codec, HttpProvider) else HttpProvider(FACTS, codec)
        vars(self).update(changes)


RULES = [name for name in dir(ProviderConformance) if name.startswith("test_")]


@pytest.mark.parametrize("rule", RULES)
def test_a_dialect_that_has_everything_passes(rule: str) -> None:
    with suppress(SkipTest):
        getattr(Kit(Full()), rule)()


class ForgetsSchemas(Full):
    def schema(self, output: Any) -> Any:
        return None


class GivesOutputAsCall(Full):
    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        answer = super().decode(call, reply)
        if call.request.output is None:
            return answer
        return replace(answer, parts=(ToolCall(id="1", name="answer", arguments=json.loads(answer.text)),))


class WritesSourcesIntoTheText(Full):
    def read(self, said: dict[str, Any]) -> Iterator[Delta]:
        for source in said.pop("sources", ()):
            said["said"] = said.get("said", "") + f" [{source['url']}]"
        yield from super().read(said)


class DropsSources(Full):
    def read(self, said: dict[str, Any]) -> Iterator[Delta]:
        said.pop("sources", None)
        yield from super().read(said)


class CitesNowhere(Full):
    def cite(self, source: dict[str, Any]) -> Citation:
        return Citation(url=source["url"], start=0, end=500)


class CountsNothingAsNought(Full):
    def usage(self, cost: Any) -> Usage | None:
        return super().usage(cost) or Usage(input_tokens=0, output_tokens=0)


class CountsTheCacheApart(Full):
    def usage(self, cost: Any) -> Usage | None:
        used = super().usage(cost)
        return used and replace(used, input_tokens=cost["heard"])


class CallsARefusalAnEnd(Full):
    def end(self, said: dict[str, Any]) -> Any:
        ended = super().end(said)
        return "stop" if ended == "refusal" else ended


class MendsHalfACall(Full):
    def read(self, said: dict[str, Any]) -> Iterator[Delta]:
        for delta in super().read(said):
            calls = tuple(
                replace(call, arguments=call.arguments + '"Par"}')
                if call.arguments == ARGUMENTS[:9]
                else call
                for call in delta.tool_calls
            )
            yield replace(delta, tool_calls=calls)


class CallsNothingWhenCut(Full):
    """Takes the end of the bytes for the end of the answer."""

    def decoder(self, call: ProviderCall) -> Stream:
        class Eager(Stream):
            def close(self) -> Iterator[Delta]:
                yield Delta(finish_reason="stop")

        return Eager(self)


class IgnoresFaults(Full):
    def read(self, said: dict[str, Any]) -> Iterator[Delta]:
        if "fault" in said:
            yield Delta(finish_reason="stop")
        else:
            yield from super().read(said)


class CallsFaultsMalformed(Full):
    def read(self, said: dict[str, Any]) -> Iterator[Delta]:
        if "fault" in said:
            raise ProtocolError("what is this?")
        yield from super().read(said)


class Tells(Full):
    def parts(self, message: Message) -> Iterator[Any]:
        yield from super().parts(message)
        yield from (part.text for part in message.parts if isinstance(part, Reasoning))


class Signs(Full):
    def parts(self, message: Message) -> Iterator[Any]:
        yield from super().parts(message)
        yield from (part.signature for part in message.parts if isinstance(part, ToolCall))


class CutsIds(Full):
    def id(self, given: str) -> str:
        return given[:40]


class CutsIdsOfCalls(Full):
    def id(self, given: str) -> str:
        return given[:40]

    def result_id(self, given: str) -> str:
        return given


class DropsResults(Full):
    def parts(self, message: Message) -> Iterator[Any]:
        return iter(()) if message.role == "tool" else super().parts(message)


class ForgetsItself(Full):
    def parts(self, message: Message) -> Iterator[Any]:
        return iter(()) if message.role == "assistant" else super().parts(message)


class LosesIds(Full):
    def error(self, reply: HttpReply) -> ProviderError:
        error = super().error(reply)
        error.request_id = None
        return error


class ReadsSecondsAlone(Full):
    def error(self, reply: HttpReply) -> ProviderError:
        error = super().error(reply)
        given = reply.headers.get("retry-after", "")
        error.retry_after = float(given) if given.isdecimal() else None
        return error


class StrictAboutBytes(Full):
    def decoder(self, call: ProviderCall) -> Stream:
        class Strict(Stream):
            def feed(self, data: bytes) -> Iterator[Delta]:
                data.decode("ascii" if data.isascii() else "utf-8")
                yield from super().feed(data)

        return Strict(self)


class ReadsPages(Full):
    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        if b"<html" in reply.body.lower():
            return Answer(parts=(Text("a page"),), finish_reason="stop")
        return super().decode(call, reply)


class NoLimit(Full):
    def error(self, reply: HttpReply) -> ProviderError:
        return Unavailable("too much", status=413) if reply.status == 413 else super().error(reply)


BREACHES = [
    ("gives_structured", ForgetsSchemas(), "the schema was not sent"),
    ("gives_structured", GivesOutputAsCall(), "plain: the output was given as a tool call"),
    ("keeps_citations", WritesSourcesIntoTheText(), "the text was read as"),
    ("keeps_citations", DropsSources(), r"was cited; citations hold \[\]"),
    ("keeps_citations", CitesNowhere(), "0 to 500 lies outside a text of 18"),
    ("leaves_uncounted", CountsNothingAsNought(), "what nobody knows is None"),
    ("counts_the_cache", CountsTheCacheApart(), "usage was read as .*input_tokens=12"),
    ("gives_a_refusal", CallsARefusalAnEnd(), "finish_reason is 'stop', not 'refusal'"),
    ("makes_no_call_of_what", MendsHalfACall(), "half a tool call was given as"),
    ("never_makes_a_call", CallsNothingWhenCut(), "streamed, cut after .* was given as whole"),
    ("finds_an_error", IgnoresFaults(), "an error inside a 200: ProviderError was due, and an answer came"),
    ("finds_an_error", CallsFaultsMalformed(), "taken for a malformed answer"),
    ("sends_no_reasoning", Tells(), "another vendor's reasoning was sent"),
    ("sends_no_reasoning", Signs(), "another vendor's tool call's signature was sent"),
    ("keeps_calls_and", CutsIds(), "two tool calls share the id"),
    ("keeps_calls_and", CutsIdsOfCalls(), "one id was written in several ways"),
    ("keeps_calls_and", DropsResults(), "zzresultzz' was not sent"),
    ("continues_its_own", ForgetsItself(), "text: 'Hello, wide wörld.' of its own answer was not sent back"),
    ("keeps_the_facts", LosesIds(), "request_id is None, not 'req-conformance-1'"),
    ("keeps_the_facts", ReadsSecondsAlone(), "where the vendor sent retry-after-ms: 7000"),
    ("survives_bytes", StrictAboutBytes(), "UnicodeDecodeError came"),
    ("takes_no_web_page", ReadsPages(), "an answer came"),
    ("turns_errors", NoLimit(), r"too_large \(413\): InvalidRequest was due, and Unavailable came"),
]


@pytest.mark.parametrize(("rule", "codec", "sentence"), BREACHES)
def test_a_breach_fails_its_rule(rule: str, codec: Any, sentence: str) -> None:
    (name,) = [name for name in RULES if name.startswith(f"test_{rule}")]
    with pytest.raises(AssertionError, match=f"(?s){sentence}"):
        getattr(Kit(codec), name)()


def test_flags_ask_for_replies_and_reasons_stand_for_them() -> None:
    without = {name: reply for name, reply in Kit.replies.items() if not name.startswith("citations")}
    told = r"""replies lacks 'citations'.* replies = \{'citations': .*, or cannot = \{"citations": "why"\}"""
    with pytest.raises(AssertionError, match=told):
        Kit(Full(), replies=without).test_keeps_citations_as_data()
    with pytest.raises(SkipTest, match="it names no sources"):
        Kit(
            Full(), replies=without, cannot={"citations": "it names no sources"}
        ).test_keeps_citations_as_data()


@pytest.mark.parametrize(
    ("changes", "rule", "sentence"),
    [
        ({"cannot": {"tool_call": "it is too hard"}}, "what_it_cannot_do_has_a_reason", "names 'tool_call'"),
        (
            {"cannot": {"refusal": "no"}},
            "what_it_cannot_do_has_a_reason",
            "a sentence of at least 3 words: 'no'",
        ),
        ({"cannot": {"refusal": "it never does"}}, "replies_are_scenarios", "in replies and in cannot"),
        ({"replies": {"txet": Kit.replies["text"]}}, "replies_are_scenarios", "replies holds 'txet'"),
        ({"has_tools": False}, "replies_are_scenarios", "'tool_call', and has_tools is False"),
    ],
)
def test_data_that_contradicts_itself_is_found_out(changes: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(Full(), **changes), f"test_{rule}")()


class WholeAnswers(HttpProvider):
    """Has no streaming, and says its whole answer at once."""

    async def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        async for delta in ScriptedProvider([await self.complete(call)]).stream(call):
            yield delta


@pytest.mark.parametrize("rule", RULES)
def test_a_vendor_without_streams_needs_no_replies_for_them(rule: str) -> None:
    plain = {name: reply for name, reply in Kit.replies.items() if not name.endswith("_streamed")}
    kit = Kit(WholeAnswers(FACTS, Full()), replies=plain, has_streaming=False)
    with suppress(SkipTest):
        getattr(kit, rule)()


def test_what_is_read_must_be_what_the_replies_hold() -> None:
    with pytest.raises(AssertionError, match="plain: the tool calls were read as"):
        Kit(Full(), arguments={"city": "Rome"}).test_gives_tool_calls()
    with pytest.raises(AssertionError, match="plain: the reasoning was read as"):
        Kit(Full(), reasoning="Nothing.").test_gives_reasoning_apart_from_the_answer()
