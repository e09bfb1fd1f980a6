"""The rules for providers that speak HTTP: asked over a loopback server that plays the vendor."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

from interlock.errors import PermitError, ProtocolError, ProviderError
from interlock.http import HttpClient, Permit, origin_of
from interlock.testing.asking import HEADER, KEY, PROMPT, WAYS, Asking, expect_failure
from interlock.testing.rules import expect, fail, not_applicable
from interlock.testing.upstream import End, Reply, Upstream
from interlock.types.response import Answer


class HttpRules(Asking):
    """Skipped for providers in process."""

    def test_sends_one_request_as_the_deployment_says(self) -> None:
        """One request is sent, as name, headers and extra body say, with the key in a header alone."""
        for streamed, way in WAYS.items():
            outcome, upstream = self._served("text", streamed=streamed)
            expect(isinstance(outcome, Answer), f"{way}: an answer was due, and {outcome!r} came")
            expect(
                len(upstream.requests) == 1,
                f"{way}: {len(upstream.requests)} requests were sent for one call",
            )
            received = upstream.requests[0]
            sent = received.body.decode("utf-8", "replace")
            expect(
                self.model in sent + received.path, f"{way}: the deployment's name for the model was not sent"
            )
            expect(PROMPT in sent, f"{way}: the prompt was not sent")
            expect(
                received.headers.get(HEADER[0]) == HEADER[1], f"{way}: the deployment's headers were not sent"
            )
            if self.has_extra_body:
                expect("x_conformance" in sent, f"{way}: the deployment's extra_body was not sent")
            expect(KEY in str(received.headers), f"{way}: the key was not sent in a header")
            expect(
                KEY not in received.path + sent,
                f"{way}: the key was sent in the URL or the body, which are logged",
            )

    def test_sends_nothing_with_a_withdrawn_permit(self) -> None:
        """With a withdrawn permit, the attempt ends in PermitError before anything is sent."""
        self.over_http()

        async def scenario(upstream: Upstream, http: HttpClient) -> None:
            for streamed, way in WAYS.items():
                permit = Permit(deployment="conformance", origin=origin_of(upstream.url))
                permit.withdraw()
                try:
                    await self.once(self.call(upstream.url, http, permit=permit), streamed=streamed)
                except PermitError:
                    continue
                except Exception as error:  # noqa: BLE001 - how else it ended is the finding
                    fail(f"{way}: without a valid permit, {type(error).__name__} came: {error}", error)
                fail(f"{way}: an attempt without a valid permit must end in PermitError")

        upstream = self.run(scenario)
        expect(not upstream.requests, "a request was sent without a valid permit")

    def test_follows_no_redirect(self) -> None:
        """A redirect is a ProtocolError, and nothing is sent to where it leads."""
        self.over_http()
        for streamed, way in WAYS.items():
            with Upstream(always=self.reply("text", streamed=streamed)) as elsewhere:
                moved = Reply(status=307, headers={"location": f"{elsewhere.url}/v1"})
                outcome, _ = self.ask(moved, streamed=streamed)
            expect_failure(outcome, ProtocolError, f"{way}, redirected")
            expect(not elsewhere.requests, f"{way}: the request followed a redirect to another host")

    def test_closes_its_socket_when_cancelled(self) -> None:
        """Cancelled, an attempt closes its connection, and catches no CancelledError."""
        self.over_http()
        for streamed, way in WAYS.items():

            async def scenario(
                upstream: Upstream, http: HttpClient, *, streamed: bool = streamed, way: str = way
            ) -> None:
                task = asyncio.create_task(self.once(self.call(upstream.url, http), streamed=streamed))
                await asyncio.to_thread(upstream.wait_for_requests, 1)
                task.cancel()
                await asyncio.wait({task})
                expect(task.cancelled(), f"{way}: the cancellation was swallowed")
                await asyncio.to_thread(upstream.wait_until_idle)

            self.run(scenario, Reply(pieces=(End.SILENCE,)))

    def test_closes_its_socket_when_a_stream_is_left(self) -> None:
        """A stream that is left after its first words closes its connection."""
        self.over_http()
        if not self.has_streaming:
            not_applicable("has_streaming is False")
        whole = self.reply("text", streamed=True)

        async def scenario(upstream: Upstream, http: HttpClient) -> None:
            async with aclosing(self.provider.stream(self.call(upstream.url, http))) as stream:  # type: ignore[type-var]  # generators have aclose
                async for delta in stream:
                    if delta.text:
                        break
            await asyncio.to_thread(upstream.wait_until_idle)

        self.run(scenario, Reply(headers=whole.headers, pieces=(whole.body[: _early(whole)], End.SILENCE)))

    def test_shows_its_key_to_nobody(self) -> None:
        """The key is in no repr, error or log line, though the vendor echoes it."""
        self.over_http()
        expect(KEY not in repr(self.call("http://127.0.0.1:9", HttpClient())), "the key is in a repr")
        for status in (400, 401, 500):
            echo = {"error": {"message": f"the key {KEY} is wrong", "code": KEY, "type": KEY}}
            for reply in (Reply.json(echo, status=status), Reply(status=status, pieces=(KEY.encode(),))):
                for streamed, way in WAYS.items():
                    with _logged() as lines:
                        outcome, _ = self.ask(reply, streamed=streamed)
                    error = expect_failure(outcome, ProviderError, f"{way}, {status}")
                    shown = f"{error!s} {error!r} {vars(error)}"
                    expect(
                        KEY not in shown,
                        f"{way}: the error for {status} repeats the key that the vendor echoed",
                    )
                    expect(KEY not in "".join(lines), f"{way}: the key was logged")

    def test_logs_no_prompt(self) -> None:
        """Neither the prompt nor the key is in a log line, at any level."""
        for streamed, way in WAYS.items():
            with _logged() as lines:
                self._served("text", streamed=streamed)
            written = "".join(lines)
            expect(PROMPT not in written, f"{way}: the prompt was logged")
            expect(KEY not in written, f"{way}: the key was logged")

    def _served(self, scenario: str, *, streamed: bool) -> "tuple[Answer | Exception, Upstream]":
        self.over_http()
        return self.ask(self.reply(scenario, streamed=streamed), streamed=streamed)


def _early(whole: Reply) -> int:
    """A place after the first words and before the end."""
    last = next(piece for piece in reversed(whole.pieces) if isinstance(piece, bytes))
    return len(whole.body) - len(last) if len(last) < len(whole.body) else len(whole.body) * 2 // 3


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, by anybody, down to DEBUG."""
    lines, root = _Lines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        yield lines.lines
    finally:
        root.setLevel(level)
        root.removeHandler(lines)
