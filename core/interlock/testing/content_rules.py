"""The rules for what an answer holds beside its text."""

import json
from collections.abc import Mapping
from typing import Any

from interlock.testing.asking import PROMPT, WAYS, Asking, citations_of, weather
from interlock.testing.rules import expect, not_applicable
from interlock.types.messages import Message
from interlock.types.request import Output, Request, Settings
from interlock.types.response import Answer, Usage

_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
_ENOUGH = 200


class AnswerRules(Asking):
    """Tool calls, reasoning, structured output, citations, usage, refusals."""

    def test_gives_tool_calls(self) -> None:
        """A tool call comes with its id, name and arguments; where there are no tools, they are refused."""
        tools = weather(self.called)
        if not self.has_tools:
            self.check_refused(tools, "tools", "has_tools")
            return
        self.over_http()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("tool_call", streamed=streamed), streamed=streamed, request=tools)
            calls = [(call.name, dict(call.arguments)) for call in answer.tool_calls]
            expect(
                calls == [(self.called, dict(self.arguments))], f"{way}: the tool calls were read as {calls}"
            )
            expect(all(call.id for call in answer.tool_calls), f"{way}: a tool call without an id")
            _expect_end(answer, "tool_calls", way)
        _, upstream = self.ask(self.reply("tool_call"), streamed=False, request=tools)
        expect(self.called.encode() in upstream.requests[0].body, "the tool's name was not sent")
        self.check_same("tool_call", tools)

    def test_makes_no_call_of_what_the_token_limit_cut(self) -> None:
        """A tool call that the token limit cut is none, and the answer ends in `length`."""
        self.over_http()
        if not self.has_tools:
            not_applicable("has_tools is False")
        tools = weather(self.called)
        for streamed, way in WAYS.items():
            reply = self.reply("cut_tool_call", streamed=streamed)
            answer = self.answer(reply, streamed=streamed, request=tools)
            expect(not answer.tool_calls, f"{way}: half a tool call was given as {answer.tool_calls}")
            _expect_end(answer, "length", way)
        self.check_same("cut_tool_call", tools)

    def test_gives_reasoning_apart_from_the_answer(self) -> None:
        """Reasoning stands in `reasoning`, and nothing of it in `text`."""
        self.unless_it_cannot("reasoning")
        if not self.has_reasoning:
            not_applicable("has_reasoning is False")
        self.over_http()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("reasoning", streamed=streamed), streamed=streamed)
            expect(
                answer.reasoning == self.reasoning, f"{way}: the reasoning was read as {answer.reasoning!r}"
            )
            expect(answer.text == self.text, f"{way}: the text was read as {answer.text!r}")
        self.check_same("reasoning")

    def test_gives_structured_output_or_refuses_it(self) -> None:
        """The schema is sent and its object comes back as text; where there is no way, it is refused."""
        request = structured(self.arguments)
        if not self.has_output:
            self.check_refused(request, "structured output", "has_output")
            return
        in_process = self.provider.facts.in_process
        for streamed, way in WAYS.items():
            reply = None if in_process else self.reply("output", streamed=streamed)
            answer = self.answer(reply, streamed=streamed, request=request)
            _expect_end(answer, "stop", way)
            expect(not answer.tool_calls, f"{way}: the output was given as a tool call: {answer.tool_calls}")
            self._check_output(answer.text, way)
        if in_process:
            return
        self.check_same("output", request)
        _, upstream = self.ask(self.reply("output"), streamed=False, request=request)
        sent = upstream.requests[0].body
        expect(all(name.encode() in sent for name in self.arguments), "the schema was not sent")

    def test_keeps_citations_as_data(self) -> None:
        """The cited URL is a Citation's, whose offsets lie within the text."""
        self.over_http()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("citations", streamed=streamed), streamed=streamed)
            expect(answer.text == self.text, f"{way}: the text was read as {answer.text!r}")
            found = citations_of(answer)
            urls = [citation.url for citation in found]
            expect(self.cited in urls, f"{way}: the source {self.cited} was cited; citations hold {urls}")
            for citation in found:
                start, end = citation.start, citation.end
                expect((start is None) == (end is None), f"{way}: half an offset: {citation}")
                if start is not None and end is not None:
                    inside = 0 <= start < end <= len(answer.text)
                    expect(inside, f"{way}: {start} to {end} lies outside a text of {len(answer.text)}")
        self.check_same("citations")

    def test_leaves_uncounted_tokens_unknown(self) -> None:
        """Where the vendor counts nothing, every field of `usage` is None."""
        self._counts_tokens()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("no_usage", streamed=streamed), streamed=streamed)
            expect(answer.text == self.text, f"{way}: the text was read as {answer.text!r}")
            expect(
                answer.usage == Usage(),
                f"{way}: nothing was counted, and usage is {answer.usage}; what nobody knows is None",
            )

    def test_counts_the_cache_as_part_of_the_input(self) -> None:
        """`input_tokens` holds what was read from, and written to, the cache as well."""
        self._counts_tokens()
        for streamed, way in WAYS.items():
            used = self.answer(self.reply("cached", streamed=streamed), streamed=streamed).usage
            expect(used == self.cached_usage, f"{way}: usage was read as {used}, not {self.cached_usage}")
            cached = (used.cache_read or 0) + (used.cache_write or 0)
            whole = cached and (used.input_tokens or 0) >= cached
            expect(whole, f"{way}: input_tokens must include what touched the cache: {used}")

    def test_gives_a_refusal_as_one(self) -> None:
        """A refusal inside a 200 is an answer whose `finish_reason` is `refusal`."""
        self.over_http()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("refusal", streamed=streamed), streamed=streamed)
            _expect_end(answer, "refusal", way)
        self.check_same("refusal")

    def _counts_tokens(self) -> None:
        self.over_http()
        if not self.has_usage:
            not_applicable("has_usage is False")

    def _check_output(self, text: str, way: str) -> None:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not self.provider.facts.in_process:
            expect(value == dict(self.arguments), f"{way}: the output was read as {text!r}")
        else:
            fits = isinstance(value, dict) and value.keys() == self.arguments.keys()
            expect(fits, f"{way}: the output does not fit its schema: {text!r}")


def structured(example: Mapping[str, Any]) -> Request:
    """A request for an object like the example."""
    properties = {name: {"type": _KINDS[type(value)]} for name, value in example.items()}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    settings = Settings(temperature=0.0, seed=7, max_tokens=_ENOUGH)
    output = Output(name="weather", schema=schema, build=dict)
    return Request((Message("user", PROMPT),), settings=settings, output=output)


def _expect_end(answer: Answer, due: str, way: str) -> None:
    expect(answer.finish_reason == due, f"{way}: finish_reason is {answer.finish_reason!r}, not {due!r}")
