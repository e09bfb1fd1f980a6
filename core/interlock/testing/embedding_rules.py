"""The rules for providers that make vectors of texts, too: asked over a loopback that plays the vendor."""

import asyncio
import json
from collections.abc import Sequence
from math import isfinite
from typing import ClassVar

from interlock.errors import (
    AuthenticationError,
    PermitError,
    ProtocolError,
    ProviderError,
    RateLimited,
    Unavailable,
)
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import EmbedCall, Embedder
from interlock.testing.asking import HEADER, KEY, Asking
from interlock.testing.rules import expect, fail, not_applicable
from interlock.testing.upstream import End, Reply, Upstream
from interlock.types.embeddings import Embedding, EmbeddingRequest
from interlock.types.messages import Message

TEXTS = ("Good morning from the quoxbrindle.", "Guten Morgen, wide wörld.")
"""What is asked about; the reply `vectors` holds a vector for each."""

_NEAR = 1e-6
_BROKEN = (b"", b"{}", b"[]", b"null", b'{"data": [', b"<html></html>")
_REFUSALS = ((401, AuthenticationError), (429, RateLimited), (500, Unavailable))


class EmbeddingRules(Asking):
    """Skipped for providers without `embed`.

    Attributes:
        vectors: what the reply `vectors` says of the `TEXTS`, in their order.
    """

    vectors: ClassVar[Sequence[Sequence[float]]] = ()

    def test_gives_vectors(self) -> None:
        """One request with the texts; a vector for each comes back, or a typed error, and no key is shown."""
        self._declares()
        self._embeds()
        self._types_errors()
        self._takes_no_garbage()

    def test_gives_vectors_within_its_permit(self) -> None:
        """Nothing is sent with a withdrawn permit, and nothing goes on once it is cancelled."""
        self._reply()
        self._asks_its_permit()
        self._ends_when_cancelled()

    def _declares(self) -> None:
        """A provider with an awaited `embed` has a reply `vectors`, and only such a one."""
        if not isinstance(self.provider, Embedder):
            expect("vectors" not in self.replies, "replies holds 'vectors', and the provider has no embed")
            not_applicable("the provider makes no vectors")
        awaited = asyncio.iscoroutinefunction(self.provider.embed)
        expect(awaited, "embed must be a coroutine function")
        self._reply()

    def _embeds(self) -> None:
        """One request with the texts, the name and the key in a header; a vector for each text comes back."""
        found, upstream = self._embedded(self._reply())
        if isinstance(found, Exception):
            fail(f"embed: vectors were due, and {type(found).__name__} came: {found}", found)
        expect(
            len(upstream.requests) == 1, f"embed: {len(upstream.requests)} requests were sent for one call"
        )
        received = upstream.requests[0]
        sent = received.body.decode("utf-8", "replace")
        for text in TEXTS:
            expect(text in sent or json.dumps(text)[1:-1] in sent, f"embed: {text!r} was not sent")
        expect(self.model in sent + received.path, "embed: the deployment's name for the model was not sent")
        expect(received.headers.get(HEADER[0]) == HEADER[1], "embed: the deployment's headers were not sent")
        expect(KEY in str(received.headers), "embed: the key was not sent in a header")
        expect(KEY not in received.path + sent, "embed: the key was sent in the URL or the body")
        self._check(found)

    def _asks_its_permit(self) -> None:
        """With a withdrawn permit, vectors end in PermitError before anything is sent."""
        self._reply()

        async def scenario(upstream: Upstream, http: HttpClient) -> None:
            permit = Permit(deployment="conformance", origin=origin_of(upstream.url))
            permit.withdraw()
            try:
                await self._embed(self._embed_call(upstream.url, http, permit))
            except PermitError:
                return
            fail("embed: an attempt without a valid permit must end in PermitError")

        upstream = self.run(scenario)
        expect(not upstream.requests, "embed: a request was sent without a valid permit")

    def _types_errors(self) -> None:
        """A refused key, a limit and a server's error are typed, and no error shows the key."""
        self._reply()
        for status, kind in _REFUSALS:
            echo = {"error": {"message": f"the key {KEY} is wrong", "code": None, "type": "x"}}
            error = self._failure(Reply.json(echo, status=status), f"status {status}")
            expect(isinstance(error, kind), f"embed: {status} is {kind.__name__}, not {type(error).__name__}")
            shown = f"{error!s} {error!r} {vars(error)}"
            expect(KEY not in shown, f"embed: the error for {status} repeats the key that the vendor echoed")

    def _takes_no_garbage(self) -> None:
        """An answer that is empty, cut or another page is a ProtocolError."""
        whole = self._reply().body
        for body in (*_BROKEN, whole[: len(whole) // 2]):
            reply = Reply(headers={"content-type": "application/json"}, pieces=(body,))
            error = self._failure(reply, f"the answer {body[:20]!r}")
            expect(
                isinstance(error, ProtocolError),
                f"embed: the answer {body[:20]!r} is a ProtocolError, not {type(error).__name__}",
            )

    def _ends_when_cancelled(self) -> None:
        """Cancelled, it closes its connection, and catches no CancelledError."""
        self._reply()

        async def scenario(upstream: Upstream, http: HttpClient) -> None:
            task = asyncio.create_task(self._embed(self._embed_call(upstream.url, http)))
            await asyncio.to_thread(upstream.wait_for_requests, 1)
            task.cancel()
            await asyncio.wait({task})
            expect(task.cancelled(), "embed: the cancellation was swallowed")
            await asyncio.to_thread(upstream.wait_until_idle)

        self.run(scenario, Reply(pieces=(End.SILENCE,)))

    def _reply(self) -> Reply:
        self._embedder()
        self.over_http()
        return self.reply("vectors")

    def _check(self, found: Embedding) -> None:
        expect(isinstance(found, Embedding), f"embed returns an Embedding, not a {type(found).__name__}")
        due, came = len(self.vectors), len(found.vectors)
        expect(due == len(TEXTS), f"vectors must say a vector for each of the {len(TEXTS)} TEXTS")
        expect(came == due, f"embed: {came} vectors came for {due} texts")
        for number, (wanted, got) in enumerate(zip(self.vectors, found.vectors, strict=True)):
            expect(all(isfinite(each) for each in got), f"embed: vector {number} holds what is no number")
            near = len(got) == len(wanted) and all(
                abs(each - other) <= _NEAR for each, other in zip(got, wanted, strict=True)
            )
            expect(near, f"embed: vector {number} is {list(got)!r:.80}, and {list(wanted)!r:.80} was sent")

    def _failure(self, reply: Reply, when: str) -> Exception:
        found, _ = self._embedded(reply)
        if not isinstance(found, Exception):
            fail(f"embed, {when}: an error was due, and vectors came")
        expect(isinstance(found, ProviderError), f"embed, {when}: {type(found).__name__} is no ProviderError")
        return found

    def _embedded(self, reply: Reply) -> tuple[Embedding | Exception, Upstream]:
        found: list[Embedding | Exception] = []

        async def scenario(upstream: Upstream, http: HttpClient) -> None:
            try:
                found.append(await self._embed(self._embed_call(upstream.url, http)))
            except Exception as error:  # noqa: BLE001 - how it ended is what the rules judge
                found.append(error)

        upstream = self.run(scenario, reply)
        return found[0], upstream

    def _embed_call(self, url: str, http: HttpClient, permit: Permit | None = None) -> EmbedCall:
        call = self.call(url, http, permit=permit)
        request = EmbeddingRequest(tuple(Message("user", text) for text in TEXTS))
        return EmbedCall(
            request=request, deployment=call.deployment, permit=call.permit, http=call.http, texts=TEXTS
        )

    async def _embed(self, call: EmbedCall) -> Embedding:
        return await self._embedder().embed(call)

    def _embedder(self) -> Embedder:
        if not isinstance(self.provider, Embedder):
            not_applicable("the provider makes no vectors")
        return self.provider
