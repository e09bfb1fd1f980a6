"""What a provider must keep to."""

import asyncio
import os
import re
import subprocess
import sys
from typing import get_args

from interlock.errors import PermitError
from interlock.http import HttpClient, HttpProvider, origin_of
from interlock.protocols import API, Provider, ProviderFacts
from interlock.testing.asking import FLAGGED, SCENARIOS, WAYS
from interlock.testing.content_rules import AnswerRules
from interlock.testing.embedding_rules import EmbeddingRules
from interlock.testing.error_rules import ERRORS, ErrorRules
from interlock.testing.history_rules import HistoryRules
from interlock.testing.http_rules import HttpRules
from interlock.testing.rules import expect, not_applicable
from interlock.testing.stream_rules import StreamRules
from interlock.testing.upstream import Upstream
from interlock.types.jurisdictions import UnknownRegionError, normalise
from interlock.types.response import Answer, FinishReason

# A plugin that only declares what it can do needs none of these, and each costs a good part of a second.
SDKS = frozenset(
    """
    aiohttp anthropic azure boto3 botocore cohere google.genai groq httpx huggingface_hub langchain
    langchain_core llama_index mistralai numpy ollama openai pandas pydantic requests together torch
    transformers xllamacpp
    """.split()  # noqa: SIM905 - a list of one name a line would fill a screen
)


class ProviderConformance(AnswerRules, HistoryRules, StreamRules, ErrorRules, HttpRules, EmbeddingRules):
    """The rules for providers; see `Asking` for what a subclass sets."""

    def test_is_a_provider(self) -> None:
        """An instance with `api`, `facts`, an awaited `complete`, and a `stream` that is iterated."""
        provider = self.provider
        expect(
            isinstance(provider, Provider),
            f"{provider!r} is no Provider: it needs api, facts, complete, stream",
        )
        expect(not isinstance(provider, type), "give an instance, not the class")
        expect(provider.api == API, f"api is {provider.api!r}; this version speaks {API}")
        expect(asyncio.iscoroutinefunction(provider.complete), "complete must be a coroutine function")
        expect(not asyncio.iscoroutinefunction(provider.stream), "stream must be an asynchronous generator")

    def test_replies_are_scenarios(self) -> None:
        """`replies` holds scenarios that the kit knows, and none that a flag or `cannot` denies."""
        known = {*SCENARIOS, *FLAGGED, "text", "vectors"}
        names = {*known, *(f"{name}_streamed" for name in known), *ERRORS}
        for name in self.replies:
            expect(name in names, f"replies holds {name!r}; there are {', '.join(sorted(names))}")
            scenario = name.removesuffix("_streamed")
            expect(scenario not in self.cannot, f"{scenario!r} stands in replies and in cannot")
            flag = FLAGGED.get(scenario)
            expect(flag is None or getattr(self, flag), f"replies holds {name!r}, and {flag} is False")

    def test_states_its_facts(self) -> None:
        """ProviderFacts with a lower-case name, names of variables, a known region and a plain URL."""
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
        """Importing its module in a fresh interpreter loads no vendor's SDK."""
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
        """Text, finish reason and usage are read as the vendor sent them, plain and streamed."""
        for streamed, way in WAYS.items():
            self._check_greeting(self._greet(streamed=streamed), way)

    def test_streams_what_it_answers(self) -> None:
        """What a stream yields, folded together, equals the plain answer."""
        if not self.is_deterministic:
            not_applicable("is_deterministic is False")
        self.check_same("text")

    def test_lets_cancellation_pass(self) -> None:
        """Cancelled, it ends and catches no CancelledError; over HTTP, another rule asks for more."""
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


def _module_of(provider: Provider) -> str:
    return type(provider.codec if isinstance(provider, HttpProvider) else provider).__module__
