"""ProviderConformance: a plugin that breaks a rule fails that rule's test, with a sentence that says how."""

import asyncio
import importlib.util
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar
from unittest import SkipTest
from urllib.parse import urlsplit

import pytest

from interlock import (
    Answer,
    Delta,
    InvalidRequest,
    ProtocolError,
    ProviderError,
    Text,
    Usage,
)
from interlock.http import HttpProvider, HttpReply, HttpRequest
from interlock.protocols import ProviderCall, ProviderFacts
from interlock.testing import ProviderConformance, Reply, ScriptedProvider, Upstream

ACME = Path(__file__).parents[2] / "third_party" / "acme" / "interlock_acme.py"
END = {"why": "done", "cost": {"heard": 12, "spoken": 5}}
USAGE = Usage(input_tokens=12, output_tokens=5)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


acme = load(ACME)


class Kit(ProviderConformance):
    """Acme's, without the test for a module that is not installed here."""

    module = "json"
    replies: ClassVar = {
        "text": Reply.json({"said": "Hello, wide wörld.", **END}),
        "text_streamed": Reply.events({"said": "Hello,"}, {"said": " wide wörld."}, {"said": "", **END}),
    }
    cannot: ClassVar = {
        "citations": "Acme names no sources",
        "refusal": "Acme answers whatever it is asked",
        "no_usage": "every answer says what it cost",
        "cached": "Acme keeps no prompts",
        "error_inside": "an error of Acme's has a status of its own",
    }

    def __init__(self, provider: Any, **changes: Any) -> None:
        self.provider = provider
        vars(self).update(changes)


def over(codec: Any, facts: ProviderFacts = acme.FACTS) -> HttpProvider:
    return HttpProvider(facts, codec)


RULES = [name for name in dir(ProviderConformance) if name.startswith("test_")]


@pytest.mark.parametrize("rule", RULES)
def test_a_provider_that_keeps_the_contract_passes(rule: str) -> None:
    with suppress(SkipTest):
        getattr(Kit(over(acme.Acme())), rule)()


class KeyInUrl(acme.Acme):
    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        request = super().encode(call, stream=stream)
        return replace(request, url=f"{request.url}?key={call.deployment.credential.secret.reveal()}")


class NoExtras(acme.Acme):
    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        bare = replace(call, deployment=replace(call.deployment, extra_body={}))
        return super().encode(bare, stream=stream)


class Twice(HttpProvider):
    async def complete(self, call: ProviderCall) -> Answer:
        with suppress(ProviderError):
            await super().complete(call)
        return await super().complete(call)


class OwnClient(HttpProvider):
    """Brings a client of its own, which knows no permits and follows redirects."""

    async def complete(self, call: ProviderCall) -> Answer:
        request = self.codec.encode(call, stream=False)
        status, headers, body = await self.post(request.url, request)
        if status == 307:
            status, headers, body = await self.post(headers["location"], request)
        return self.codec.decode(call, HttpReply(status=status, headers=headers, body=body))

    async def post(self, url: str, request: HttpRequest) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = (
            f"POST {parts.path} HTTP/1.1\r\ncontent-length: {len(request.body)}\r\nconnection: close\r\n\r\n"
        )
        writer.write(head.encode() + request.body)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        writer.close()
        await writer.wait_closed()
        return int(first.split()[1]), headers, body


class OneError(acme.Acme):
    def error(self, reply: HttpReply) -> ProviderError:
        return InvalidRequest("no", status=reply.status)


class NoWait(acme.Acme):
    def error(self, reply: HttpReply) -> ProviderError:
        error = super().error(reply)
        error.retry_after = None
        return error


class RawError(acme.Acme):
    def error(self, reply: HttpReply) -> ProviderError:
        error = super().error(reply)
        error.vendor_message = reply.body.decode()
        return error


class Credulous(acme.Acme):
    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        with suppress(ProtocolError):
            return super().decode(call, reply)
        return Answer(parts=(Text(reply.body.decode(errors="replace")),), finish_reason="stop", usage=USAGE)


class Untyped(acme.Acme):
    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        json.loads(reply.body)["said"]
        return super().decode(call, reply)


class EndsAnyway(acme.Stream):
    def close(self) -> Iterable[Delta]:
        yield Delta(finish_reason="stop")


class PieceByPiece(acme.Stream):
    def feed(self, data: bytes) -> Iterable[Delta]:
        return [acme.read(line[6:]) for line in data.split(b"\n\n") if line.startswith(b"data: {")]


class Cheerful(acme.Stream):
    def close(self) -> Iterable[Delta]:
        return [Delta("!", finish_reason="stop", usage=USAGE)]


def streaming(stream: Callable[[], Any]) -> Any:
    codec = acme.Acme()
    codec.decoder = lambda _: stream()
    return codec


class Swallows(HttpProvider):
    async def complete(self, call: ProviderCall) -> Answer:
        try:
            return await super().complete(call)
        except asyncio.CancelledError:
            return Answer(parts=(), finish_reason="stop")


class KeepsReading(HttpProvider):
    """Reads in a task of its own, which nobody ends when the stream is left."""

    tasks: ClassVar[list[Any]] = []

    async def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        queue: asyncio.Queue[Delta] = asyncio.Queue()

        async def read() -> None:
            async for delta in super(KeepsReading, self).stream(call):
                await queue.put(delta)

        self.tasks.append(asyncio.create_task(read()))
        while True:
            yield await queue.get()


class Talkative(acme.Acme):
    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        logging.getLogger("acme").debug("asking %s", call.request.messages)
        return super().encode(call, stream=stream)


class Drops(acme.Acme):
    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        text = tuple(replace(message, content=message.text) for message in call.request.messages)
        return super().encode(
            replace(call, request=replace(call.request, messages=text, tools=())), stream=stream
        )


class Miscounts(acme.Acme):
    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        return replace(super().decode(call, reply), usage=Usage())


class Future(HttpProvider):
    api = 2


class Bodily(Kit):
    has_extra_body = False


def test_a_body_that_takes_no_fields_beside_ours_says_so() -> None:
    Bodily(over(NoExtras())).test_sends_one_request_as_the_deployment_says()


FACTS = acme.FACTS
BREACHES = [
    ("sends_one_request", over(KeyInUrl()), "in the URL or the body"),
    ("sends_one_request", over(NoExtras()), "extra_body was not sent"),
    ("sends_one_request", Twice(FACTS, acme.Acme()), "2 requests were sent|was due, and"),
    ("sends_nothing_with_a_withdrawn", OwnClient(FACTS, acme.Acme()), "without a valid permit"),
    ("follows_no_redirect", OwnClient(FACTS, acme.Acme()), "redirect"),
    (
        "turns_errors",
        over(OneError()),
        r"unauthorised \(401\): AuthenticationError was due, and InvalidRequest",
    ),
    ("turns_errors", over(NoWait()), "retry_after is None, not 7"),
    ("takes_no_garbage", over(Credulous()), "plain, the server sent b'' as .*an answer came"),
    ("takes_no_garbage", over(Untyped()), "JSONDecodeError came"),
    ("takes_no_cut", over(streaming(EndsAnyway)), "streamed, cut after .* was given as a whole answer"),
    ("reads_a_stream", over(streaming(PieceByPiece)), "pieces of 1 bytes|before its answer was finished"),
    (
        "closes_its_socket_when_cancelled",
        Swallows(FACTS, acme.Acme()),
        "plain: the cancellation was swallowed",
    ),
    ("closes_its_socket_when_a_stream", KeepsReading(FACTS, acme.Acme()), "answer or has left"),
    ("shows_its_key", over(RawError()), "repeats the key"),
    ("logs_no_prompt", over(Talkative()), "the prompt was logged"),
    ("is_a_provider", object(), "it needs api, facts, complete, stream"),
    ("is_a_provider", Future(FACTS, acme.Acme()), "api is 2; this version speaks 1"),
    ("states_its_facts", over(acme.Acme(), replace(FACTS, name="Acme Oracle")), "'Acme Oracle' is not"),
    ("states_its_facts", over(acme.Acme(), replace(FACTS, env=())), "where would a key be found"),
    ("states_its_facts", over(acme.Acme(), replace(FACTS, region="atlantis")), "facts.region: .*atlantis"),
    ("states_its_facts", over(acme.Acme(), replace(FACTS, base_url="acme.example")), "facts.base_url"),
    ("answers", over(Miscounts()), "usage was read as Usage"),
    ("streams_what_it_answers", over(streaming(Cheerful)), "text differ"),
    (
        "gives_tool_calls",
        over(Drops()),
        "tools was asked for; declare has_tools = True",
    ),
    ("sends_images", over(Drops()), "has_images is False and an image"),
]


@pytest.mark.parametrize(("rule", "provider", "sentence"), BREACHES)
def test_a_breach_fails_its_rule(
    rule: str, provider: Any, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Upstream.wait_until_idle
    monkeypatch.setattr(Upstream, "wait_until_idle", lambda upstream: patient(upstream, timeout=0.2))
    (name,) = [name for name in RULES if name.startswith(f"test_{rule}")]
    with pytest.raises((AssertionError, ProtocolError), match=f"(?s){sentence}"):
        getattr(Kit(provider), name)()


def test_an_import_that_brings_an_sdk_fails() -> None:
    with pytest.raises(AssertionError, match="importing numpy loads numpy"):
        Kit(over(acme.Acme()), module="numpy").test_import_brings_no_sdk()
    with pytest.raises(AssertionError, match=r"(?s)importing no_such_module .*ModuleNotFoundError"):
        Kit(over(acme.Acme()), module="no_such_module").test_import_brings_no_sdk()


def test_a_flag_asks_for_what_it_promises() -> None:
    for flag, rule in (
        ("has_tools", "gives_tool_calls"),
        ("has_reasoning", "gives_reasoning_apart_from_the_answer"),
    ):
        with pytest.raises(AssertionError, match=f"replies lacks .* or {flag} = False"):
            getattr(Kit(over(acme.Acme()), **{flag: True}), f"test_{rule}")()
    with pytest.raises(AssertionError, match="the image was not sent"):
        Kit(over(Drops()), has_images=True).test_sends_images_or_refuses_them()


def refusing(call: ProviderCall) -> str:
    if (
        call.request.tools
        or call.request.output
        or any(not isinstance(part, Text) for m in call.request.messages for part in m.parts)
    ):
        raise InvalidRequest("text alone")
    return "Hello from here."


@pytest.mark.parametrize("rule", RULES)
def test_a_provider_in_process_is_asked_for_real(rule: str) -> None:
    with suppress(SkipTest):
        getattr(Kit(ScriptedProvider([refusing] * 8)), rule)()


class Deaf(ScriptedProvider):
    async def complete(self, call: ProviderCall) -> Answer:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(30)
        return await super().complete(call)


def test_a_provider_in_process_must_answer_stream_the_same_and_end_when_cancelled() -> None:
    with pytest.raises(AssertionError, match="plain: the cancellation was swallowed"):
        Kit(Deaf(["late"])).test_lets_cancellation_pass()
    with pytest.raises(AssertionError, match="text, usage differ"):
        Kit(ScriptedProvider(["one", "another one"])).test_streams_what_it_answers()
    with pytest.raises(AssertionError, match="plain: the answer is empty"):
        Kit(ScriptedProvider([" "])).test_answers()


def test_a_rule_is_left_only_with_a_reason() -> None:
    class Silent(ProviderConformance):
        def test_answers(self) -> None:
            """Left out without a word."""

    class Lenient(ProviderConformance):
        @pytest.mark.xfail(reason="the vendor counts nothing")
        def test_answers(self) -> None: ...

    class Honest(ProviderConformance):
        @pytest.mark.xfail(reason="the vendor counts nothing", strict=True)
        def test_answers(self) -> None:
            super().test_answers()

        def test_of_its_own(self) -> None: ...

    for kit in (Silent, Lenient):
        with pytest.raises(AssertionError, match="test_answers is overridden"):
            kit().test_no_rule_is_overridden_without_a_reason()
    Honest().test_no_rule_is_overridden_without_a_reason()
