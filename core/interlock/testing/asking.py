"""How a conformance class asks the provider that it tests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, ClassVar
from urllib.parse import urlsplit

from interlock.errors import InvalidRequest, ProviderError
from interlock.fold import folded
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import Provider, ProviderCall
from interlock.testing.rules import Conformance, expect, fail, not_applicable, way_out
from interlock.testing.upstream import Reply, Upstream
from interlock.types.messages import Citation, Message, Text
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Request, Settings, ToolSpec
from interlock.types.response import Answer, Delta, Usage

# What a vendor's server sends beside its plain answer, `text`.
SCENARIOS: Mapping[str, str] = {
    "cut_tool_call": "a tool call that the token limit cut in half",
    "citations": "the text, and a source for it",
    "refusal": "a refusal inside a 200",
    "no_usage": "the text, without any count of tokens",
    "cached": "the text, with counts of what came from the cache",
    "error_inside": "an error inside a 200, after the first words where it is streamed",
}
# The same for what a flag claims.
FLAGGED: Mapping[str, str] = {
    "tool_call": "has_tools",
    "reasoning": "has_reasoning",
    "output": "has_output",
}
KEY = "sk-conformance-4f9a1c7e2b8d"
PROMPT = "Say hello to the quoxbrindle."
HEADER = ("x-conformance", "kept")
WAYS = {False: "plain", True: "streamed"}
_PATIENCE = 10.0

Outcome = Answer | Exception


class Asking(Conformance):
    """Facts about the provider under test, and the ways to ask it.

    Attributes:
        provider: what is tested, an instance.
        replies: what the vendor's server sends, by scenario, each with `_streamed` too: see `SCENARIOS` and
            `FLAGGED`. What the vendor never sends stands in `cannot`, with the reason. Likewise, where the
            vendor has its own shapes for them, the errors in `ERRORS`. Not needed for a provider in process,
            which is asked for real.
        model: what the vendor calls the model.
        text, called, arguments, reasoning, usage: what the replies say; `arguments` are also the object that
            the reply `output` holds.
        cited: the address of the source that the reply `citations` names.
        cached_usage: what the reply `cached` counts; its input includes what touched the cache.
        module: the module whose import is watched; the provider's or its codec's own by default.
        has_streaming: False when the vendor sends whole answers alone, to `stream` too.
        has_extra_body: whether a deployment's `extra_body` can go into the vendor's body.
        has_tools, has_images, has_reasoning, has_output, has_usage: what the vendor can do; what it cannot is
            refused.
        is_deterministic: whether the same request, at temperature 0 and with a seed, gives the same answer.
    """

    provider: Provider
    replies: ClassVar[Mapping[str, Reply]] = {}
    model: str = "model-1"
    text: str = "Hello, wide wörld."
    called: str = "get_weather"
    arguments: ClassVar[Mapping[str, Any]] = {"city": "Paris", "days": 2}
    reasoning: str = "A greeting is asked for."
    usage: Usage = Usage(input_tokens=12, output_tokens=5)
    cited: str = "https://example.org/source"
    cached_usage: Usage = Usage(input_tokens=112, output_tokens=5, cache_read=100)
    module: str = ""
    scenarios: ClassVar[frozenset[str]] = frozenset({*SCENARIOS, "reasoning"})

    has_streaming: bool = True
    has_tools: bool = False
    has_images: bool = False
    has_reasoning: bool = False
    has_output: bool = False
    has_usage: bool = True
    has_extra_body: bool = True
    is_deterministic: bool = True

    def deployment(self, url: str = "") -> Deployment:
        """A deployment of the provider whose server is at `url`, under the path of its own base_url."""
        facts = self.provider.facts
        return Deployment(
            id="conformance",
            card=ModelCard(id="conformance/model", maker="Conformance", jurisdiction="us"),
            provider=facts.name,
            region="local" if facts.in_process else facts.region or "us",
            name=self.model,
            base_url=url and url + urlsplit(facts.base_url).path.rstrip("/"),
            credential=Credential(secret=Secret(KEY), source="value"),
            headers=dict([HEADER]),
            extra_body={"x_conformance": 1},
        )

    def call(
        self, url: str, http: HttpClient, request: Request | None = None, permit: Permit | None = None
    ) -> ProviderCall:
        """What a provider is given for one attempt at `url`, with an open permit where none is given."""
        deployment = self.deployment(url)
        if permit is None:
            permit = Permit(deployment=deployment.id, origin=origin_of(url) if url else None)
        return ProviderCall(request=request or _greeting(), deployment=deployment, permit=permit, http=http)

    def reply(self, scenario: str, *, streamed: bool = False) -> Reply:
        """What the vendor's server sends. Skips the running test where `cannot` says why it never does."""
        self.unless_it_cannot(scenario)
        name = f"{scenario}_streamed" if streamed and self.has_streaming else scenario
        what = SCENARIOS.get(scenario, "what the vendor's server sends in that case")
        expect(
            name in self.replies,
            f"replies lacks {name!r}, {what}: declare replies = {{{name!r}: Reply.json(…)}}"
            f"{_otherwise(scenario)}",
        )
        return self.replies[name]

    def ask(
        self, reply: Reply | None, *, streamed: bool, request: Request | None = None
    ) -> tuple[Outcome, Upstream]:
        """How one request ended, and the upstream that was asked; a provider in process is asked for real."""
        outcomes, upstream = self.ask_all([reply], streamed=streamed, request=request)
        return outcomes[0], upstream

    def ask_all(
        self, replies: Iterable[Reply | None], *, streamed: bool, request: Request | None = None
    ) -> tuple[list[Outcome], Upstream]:
        """How requests ended, one after another, each answered by the next reply."""
        replies = list(replies)
        self._must_be_there()

        async def ask_each() -> list[Outcome]:
            http = HttpClient()
            url = "" if self.provider.facts.in_process else upstream.url
            try:
                calls = [self.call(url, http, request) for _ in replies]
                return [await self._outcome(call, streamed=streamed) for call in calls]
            finally:
                await http.aclose()

        with Upstream(*[reply for reply in replies if reply is not None]) as upstream:
            return asyncio.run(ask_each()), upstream

    def answer(self, reply: Reply | None, *, streamed: bool, request: Request | None = None) -> Answer:
        """The answer. Raises AssertionError, with its cause, when there was none."""
        outcome, _ = self.ask(reply, streamed=streamed, request=request)
        if isinstance(outcome, Exception):
            kind = type(outcome).__name__
            fail(f"{WAYS[streamed]}: an answer was due, and {kind} came: {outcome}", outcome)
        return outcome

    def over_http(self) -> None:
        """Skip the running test for a provider in process."""
        if self.provider.facts.in_process:
            not_applicable("the provider runs in process")

    def check_same(self, scenario: str, request: Request | None = None) -> None:
        """The scenario's plain and streamed replies must come out as the same answer."""
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

    def check_refused(self, request: Request, what: str, flag: str) -> None:
        """What cannot be sent is refused: left out in silence, it would make a wrong answer look right."""
        in_process = self.provider.facts.in_process
        for streamed, way in WAYS.items():
            reply = None if in_process else self.reply("text", streamed=streamed)
            outcome, upstream = self.ask(reply, streamed=streamed, request=request)
            otherwise = f"; declare {flag} = True if it can be sent"
            asked = f"{way}: {flag} is False and {what} was asked for{otherwise}"
            expect_failure(outcome, InvalidRequest, asked)
            sent = f"{way}: {what} cannot be sent, and a request went out all the same{otherwise}"
            expect(not upstream.requests, sent)

    def run(self, scenario: Callable[[Upstream, HttpClient], Awaitable[None]], *script: Reply) -> Upstream:
        """Run a coroutine beside an upstream, which is given back for a look at what arrived."""
        self._must_be_there()

        async def main() -> None:
            http = HttpClient()
            try:
                await asyncio.wait_for(scenario(upstream, http), _PATIENCE)
            finally:
                await http.aclose()

        with Upstream(*script) as upstream:
            asyncio.run(main())
        return upstream

    async def once(self, call: ProviderCall, *, streamed: bool) -> Answer:
        """What the provider answers, plain, or streamed and folded together."""
        if not streamed:
            return await self.provider.complete(call)
        deltas: list[Delta] = []
        async with aclosing(self.provider.stream(call)) as stream:  # type: ignore[type-var]  # generators have aclose
            async for delta in stream:
                expect(isinstance(delta, Delta), f"stream yields deltas, not {type(delta).__name__}")
                deltas.append(delta)
        return folded(deltas, self.provider.facts.name)

    def _must_be_there(self) -> None:
        """Skip the running test where what a provider in process needs is not on this machine."""
        missing = getattr(self.provider, "missing", None)
        if self.provider.facts.in_process and callable(missing) and (step := missing(self.deployment())):
            not_applicable(step)

    async def _outcome(self, call: ProviderCall, *, streamed: bool) -> Outcome:
        try:
            answer = await asyncio.wait_for(self.once(call, streamed=streamed), _PATIENCE)
        except TimeoutError as error:
            if isinstance(error, ProviderError):
                return error
            raise AssertionError(f"{WAYS[streamed]}: no end within {_PATIENCE:g} s") from None
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - how it ended is what the rules judge
            return error
        expect(isinstance(answer, Answer), f"complete returns an Answer, not a {type(answer).__name__}")
        return answer


def expect_failure(outcome: Outcome, kind: type[Exception], when: str) -> Exception:
    """The error, when it is of the `kind` that is due."""
    if isinstance(outcome, Answer):
        fail(f"{when}: {kind.__name__} was due, and an answer came")
    if not isinstance(outcome, kind):
        fail(f"{when}: {kind.__name__} was due, and {type(outcome).__name__} came: {outcome}", outcome)
    return outcome


def same_to_a_caller(left: Answer, right: Answer) -> Sequence[str]:
    """The names of what differs between two answers, ids and the vendor's extras aside."""
    names = ("text", "reasoning", "refusal", "finish_reason", "usage")
    differing = [name for name in names if getattr(left, name) != getattr(right, name)]
    calls = [[(call.name, dict(call.arguments)) for call in answer.tool_calls] for answer in (left, right)]
    if citations_of(left) != citations_of(right):
        differing.append("citations")
    return [*differing, *(["tool_calls"] if calls[0] != calls[1] else [])]


def citations_of(answer: Answer) -> list[Citation]:
    return [citation for part in answer.parts if isinstance(part, Text) for citation in part.citations]


def weather(called: str) -> Request:
    """A question for which the model is given one tool."""
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
    return Request(
        (Message("user", "What is the weather?"),),
        tools=(ToolSpec(name=called, description="The weather.", parameters=schema),),
    )


def _otherwise(scenario: str) -> str:
    """What else its author may declare where the vendor never sends the reply."""
    if scenario in SCENARIOS:
        return f", or {way_out(scenario)} when it never sends one"
    return f", or {FLAGGED[scenario]} = False" if scenario in FLAGGED else ""


def _greeting() -> Request:
    return Request((Message("user", PROMPT),), settings=Settings(temperature=0.0, seed=7, max_tokens=32))
