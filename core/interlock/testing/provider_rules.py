"""What a provider must keep to."""

import asyncio
import base64
import os
import re
import subprocess
import sys
from typing import get_args

from interlock.constraints import UnknownRegionError, normalise
from interlock.errors import InvalidRequest, PermitError
from interlock.http import HttpClient, HttpProvider, origin_of
from interlock.protocols import API, Provider, ProviderFacts
from interlock.testing.asking import WAYS, expect_failure, same_to_a_caller
from interlock.testing.http_rules import HttpRules
from interlock.testing.rules import expect, not_applicable
from interlock.testing.upstream import Upstream
from interlock.types.messages import Image, Message, Text
from interlock.types.request import Request, ToolSpec
from interlock.types.response import Answer, FinishReason

# A plugin that only declares what it can do needs none of these, and each costs a good part of a second.
SDKS = frozenset(
    """
    aiohttp anthropic azure boto3 botocore cohere google.genai groq httpx huggingface_hub langchain
    langchain_core llama_index mistralai numpy ollama openai pandas pydantic requests together torch
    transformers xllamacpp
    """.split()  # noqa: SIM905 - a list of one name a line would fill a screen
)
_PIXEL = b"\x89PNG\r\n\x1a\nconformance"


class ProviderConformance(HttpRules):
    """The rules for providers; see `Asking` for what a subclass sets."""

    def test_is_a_provider(self) -> None:
        provider = self.provider
        expect(
            isinstance(provider, Provider),
            f"{provider!r} is no Provider: it needs api, facts, complete, stream",
        )
        expect(not isinstance(provider, type), "give an instance, not the class")
        expect(provider.api == API, f"api is {provider.api!r}; this version speaks {API}")
        expect(asyncio.iscoroutinefunction(provider.complete), "complete must be a coroutine function")
        expect(not asyncio.iscoroutinefunction(provider.stream), "stream must be an asynchronous generator")

    def test_states_its_facts(self) -> None:
        facts = self.provider.facts
        expect(isinstance(facts, ProviderFacts), f"facts is a {type(facts).__name__}, not ProviderFacts")
        plain = isinstance(facts.name, str) and re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", facts.name)
        expect(plain, f"facts.name {facts.name!r} is not lower-case words joined by hyphens")
        expect(isinstance(facts.env, tuple), f"facts.env must be a tuple, not {facts.env!r}")
        for variable in facts.env:
            expect(
                re.fullmatch(r"[A-Z][A-Z0-9_]*", variable), f"facts.env: {variable!r} is no variable's name"
            )
        if facts.needs_key and not facts.in_process:
            expect(facts.env, "facts.needs_key without facts.env: where would a key be found?")
        if facts.region:
            try:
                normalise(facts.region, facts.name)
            except UnknownRegionError as unknown:
                raise AssertionError(f"facts.region: {unknown}") from None
        if facts.in_process:
            expect(not facts.base_url, "a provider in process has no facts.base_url")
        elif facts.base_url:
            try:
                origin_of(facts.base_url)
            except PermitError as error:
                raise AssertionError(f"facts.base_url: {error}") from None

    def test_import_brings_no_sdk(self) -> None:
        module = self.module or _module_of(self.provider)
        script = f"import sys; before = set(sys.modules); import {module}; print(*set(sys.modules) - before)"
        path = os.pathsep.join(entry for entry in sys.path if entry)
        done = subprocess.run(  # noqa: S603 - the plugin under test, in the interpreter that tests it
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        expect(done.returncode == 0, f"importing {module} in a fresh interpreter failed:\n{done.stderr}")
        brought = sorted(SDKS.intersection(done.stdout.split()))
        expect(
            not brought, f"importing {module} loads {', '.join(brought)}: import it where it is first needed"
        )

    def test_answers(self) -> None:
        for streamed, way in WAYS.items():
            self._check_greeting(self._greet(streamed=streamed), way)

    def test_streams_what_it_answers(self) -> None:
        if not self.is_deterministic:
            not_applicable("is_deterministic is False")
        self._check_same("text")

    def test_gives_tool_calls(self) -> None:
        tools = Request((Message("user", "What is the weather?"),), tools=(ToolSpec(name=self.called),))
        if not self.has_tools:
            self._check_refusal(tools, "tools", "has_tools")
            return
        self._over_http()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("tool_call", streamed=streamed), streamed=streamed, request=tools)
            calls = [(call.name, dict(call.arguments)) for call in answer.tool_calls]
            expect(
                calls == [(self.called, dict(self.arguments))], f"{way}: the tool calls were read as {calls}"
            )
            expect(all(call.id for call in answer.tool_calls), f"{way}: a tool call without an id")
            expect(
                answer.finish_reason == "tool_calls",
                f"{way}: finish_reason is {answer.finish_reason!r}, not 'tool_calls'",
            )
        _, upstream = self.ask(self.reply("tool_call"), streamed=False, request=tools)
        expect(self.called.encode() in upstream.requests[0].body, "the tool's name was not sent")
        self._check_same("tool_call", tools)

    def test_gives_reasoning_apart_from_the_answer(self) -> None:
        if not self.has_reasoning:
            not_applicable("has_reasoning is False")
        self._over_http()
        for streamed, way in WAYS.items():
            answer = self.answer(self.reply("reasoning", streamed=streamed), streamed=streamed)
            expect(
                answer.reasoning == self.reasoning, f"{way}: the reasoning was read as {answer.reasoning!r}"
            )
            expect(answer.text == self.text, f"{way}: the text was read as {answer.text!r}")
        self._check_same("reasoning")

    def test_sends_images_or_refuses_them(self) -> None:
        picture = Image(data=_PIXEL, media_type="image/png")
        request = Request((Message("user", (Text("What is this?"), picture)),))
        if not self.has_images:
            self._check_refusal(request, "an image", "has_images")
            return
        self._over_http()
        _, upstream = self.ask(self.reply("text"), streamed=False, request=request)
        sent = upstream.requests[0].body if upstream.requests else b""
        expect(base64.b64encode(_PIXEL) in sent, "the image was not sent")

    def test_lets_cancellation_pass(self) -> None:
        """Over HTTP, `test_closes_its_socket_when_cancelled` asks for more."""
        if not self.provider.facts.in_process:
            not_applicable("the provider runs over HTTP")

        async def scenario(_: Upstream, http: HttpClient) -> None:
            for streamed, way in WAYS.items():
                task = asyncio.create_task(self.once(self.call("", http), streamed=streamed))
                await asyncio.sleep(0.01)
                ended = task.done()
                task.cancel()
                await asyncio.wait({task})
                expect(ended or task.cancelled(), f"{way}: the cancellation was swallowed")

        self.run(scenario)

    def _greet(self, *, streamed: bool) -> Answer:
        in_process = self.provider.facts.in_process
        return self.answer(None if in_process else self.reply("text", streamed=streamed), streamed=streamed)

    def _check_greeting(self, answer: Answer, way: str) -> None:
        reasons = get_args(FinishReason)
        expect(
            answer.finish_reason in reasons,
            f"{way}: finish_reason {answer.finish_reason!r} is none of {reasons}",
        )
        expect(isinstance(answer.parts, tuple), f"{way}: parts must be a tuple")
        if self.provider.facts.in_process:
            expect(answer.text.strip(), f"{way}: the answer is empty")
        else:
            expect(
                answer.text == self.text, f"{way}: the text was read as {answer.text!r}, not {self.text!r}"
            )
            expect(
                answer.finish_reason == "stop",
                f"{way}: finish_reason is {answer.finish_reason!r}, not 'stop'",
            )
        if not self.has_usage:
            return
        counts = (answer.usage.input_tokens, answer.usage.output_tokens)
        if self.provider.facts.in_process:
            expect(None not in counts, f"{way}: usage lacks tokens: {counts}")
        else:
            expect(answer.usage == self.usage, f"{way}: usage was read as {answer.usage}, not {self.usage}")

    def _check_same(self, scenario: str, request: Request | None = None) -> None:
        in_process = self.provider.facts.in_process
        plain, streamed = (
            self.answer(
                None if in_process else self.reply(scenario, streamed=way), streamed=way, request=request
            )
            for way in WAYS
        )
        differing = same_to_a_caller(plain, streamed)
        expect(
            not differing,
            f"{scenario}: a stream must fold to what complete returns; {', '.join(differing)} differ:"
            f"\n  plain:    {plain}\n  streamed: {streamed}",
        )

    def _check_refusal(self, request: Request, what: str, flag: str) -> None:
        """What cannot be sent is refused: left out in silence, it would make a wrong answer look right."""
        in_process = self.provider.facts.in_process
        for streamed, way in WAYS.items():
            reply = None if in_process else self.reply("text", streamed=streamed)
            outcome, upstream = self.ask(reply, streamed=streamed, request=request)
            expect_failure(outcome, InvalidRequest, f"{way}: {flag} is False and {what} was asked for")
            expect(
                not upstream.requests, f"{way}: {what} cannot be sent, and a request went out all the same"
            )


def _module_of(provider: Provider) -> str:
    return type(provider.codec if isinstance(provider, HttpProvider) else provider).__module__
