"""The rules for what goes wrong: typed errors with their facts, and nothing broken taken for an answer."""

import time
from email.utils import formatdate

from interlock.errors import (
    AuthenticationError,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.http import HttpProvider
from interlock.testing.asking import WAYS, Asking, expect_failure
from interlock.testing.rules import expect
from interlock.testing.stream_rules import folded
from interlock.testing.upstream import Reply
from interlock.types.response import Answer

_WAIT = 7
_WAITS = (RateLimited, Unavailable)
_TOO_MANY_REQUESTS = 429
_LONGEST = 90
_ID = "req-conformance-1"
# scenario -> the status when the plugin's author gives no reply of the vendor's own, and what it means
ERRORS: dict[str, tuple[int, type[ProviderError]]] = {
    "invalid": (400, InvalidRequest),
    "unauthorised": (401, AuthenticationError),
    "unpaid": (402, QuotaExceeded),
    "forbidden": (403, PermissionDenied),
    "unknown_model": (404, ModelNotFound),
    "too_large": (413, InvalidRequest),
    "rate_limited": (_TOO_MANY_REQUESTS, RateLimited),
    "failing": (500, Unavailable),
    "overloaded": (503, Unavailable),
    "overwhelmed": (529, Unavailable),
}
_PAGES = (
    b"<!doctype html><html><body>Please log in.</body></html>",
    b"\xef\xbb\xbf\r\n  <HTML><head><title>502 Bad Gateway</title></head></HTML>",
    b"<!-- a proxy's -->\n<html></html>",
)
_GARBAGE = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"{",
    b"\xff\xfe\x00",
    b"[" * 5_000,
    b"data: {\n\n",
    b"data: null\n\n",
    b"data: []\n\ndata: [DONE]\n\n",
    b"data: \xff\n\n",
)
_TYPES = ("application/json", "text/event-stream", "text/html; charset=utf-8")


class ErrorRules(Asking):
    """Skipped for providers in process."""

    def test_turns_errors_into_typed_ones(self) -> None:
        """Each error status comes as its class, with `status` and, where one was sent, `retry_after`."""
        self.over_http()
        for name, (status, kind) in ERRORS.items():
            headers = {"retry-after": str(_WAIT)} if issubclass(kind, _WAITS) else {}
            default = Reply(status=status, headers=headers, pieces=(b"the vendor says no",))
            reply = self.replies.get(name, default)
            for streamed, way in WAYS.items():
                outcome, _ = self.ask(reply, streamed=streamed)
                error = expect_failure(outcome, kind, f"{way}, {name} ({reply.status})")
                found = getattr(error, "status", None)
                expect(
                    found == reply.status, f"{way}, {name}: the error's status is {found}, not {reply.status}"
                )
                wait = reply.headers.get("retry-after", "")
                if wait.isdecimal():
                    found = getattr(error, "retry_after", None)
                    expect(found == int(wait), f"{way}, {name}: retry_after is {found}, not {wait}")

    def test_keeps_the_facts_of_an_error(self) -> None:
        """A rate limit's headers become `retry_after`, in seconds, and the `request_id` is kept."""
        self.over_http()
        limited = self.replies.get("rate_limited", Reply(pieces=(b"slow down",)))
        ahead = formatdate(time.time() + _LONGEST, usegmt=True)
        for header, value, least, most in (
            ("retry-after-ms", "7000", _WAIT, _WAIT),
            ("retry-after", ahead, 1, _LONGEST),
        ):
            headers = {"x-request-id": _ID, header: value}
            reply = Reply(status=_TOO_MANY_REQUESTS, headers=headers, pieces=limited.pieces)
            for streamed, way in WAYS.items():
                error = self._failed(reply, RateLimited, f"{way}, {header}: {value}", streamed=streamed)
                wait = error.retry_after
                expect(
                    wait is not None and least <= wait <= most,
                    f"{way}: retry_after is {wait} where the vendor sent {header}: {value}",
                )
                expect(error.request_id == _ID, f"{way}: request_id is {error.request_id!r}, not {_ID!r}")

    def test_finds_an_error_inside_an_answer(self) -> None:
        """An error inside a 200 comes as the vendor's, and not as a malformed answer."""
        self.over_http()
        self.unless_it_cannot("error_inside")
        for streamed, way in WAYS.items():
            if streamed or "error_inside" in self.replies:  # some have no such thing but in a stream
                reply = self.reply("error_inside", streamed=streamed)
                error = self._failed(
                    reply, ProviderError, f"{way}, an error inside a {reply.status}", streamed=streamed
                )
                vague = isinstance(error, ProtocolError)
                expect(not vague, f"{way}: the vendor's error was taken for a malformed answer: {error}")

    def test_takes_no_garbage_for_an_answer(self) -> None:
        """A body that is not of the dialect is a ProviderError, whatever its content type."""
        self._check_never(_GARBAGE)

    def test_takes_no_web_page_for_an_answer(self) -> None:
        """An HTML page with a 200 is a ProviderError."""
        self._check_never(_PAGES)

    def test_survives_bytes_that_are_no_utf8(self) -> None:
        """With any byte broken, an answer comes or a ProviderError, and nothing else."""
        self.over_http()
        for streamed, way in WAYS.items():
            whole = self.reply("text", streamed=streamed)
            places = _places(len(whole.body), every=isinstance(self.provider, HttpProvider))
            broken = [whole.body[:at] + b"\xff" + whole.body[at + 1 :] for at in places]
            if streamed and self.has_streaming and isinstance(self.provider, HttpProvider):
                outcomes = [folded(self, [body]) for body in broken]
            else:
                broken = broken[:: max(1, len(broken) // _MOST_SENT)]
                replies = [Reply(headers=whole.headers, pieces=(body,)) for body in broken]
                outcomes, _ = self.ask_all(replies, streamed=streamed)
            for outcome in outcomes:
                if not isinstance(outcome, Answer):
                    expect_failure(outcome, ProviderError, f"{way}, a byte of the reply is no UTF-8")

    def _check_never(self, bodies: tuple[bytes, ...]) -> None:
        self.over_http()
        for kind in _TYPES:
            replies = [Reply(headers={"content-type": kind}, pieces=(body,)) for body in bodies]
            for streamed, way in WAYS.items():
                outcomes, _ = self.ask_all(replies, streamed=streamed)
                for body, outcome in zip(bodies, outcomes, strict=True):
                    expect_failure(outcome, ProviderError, f"{way}, the server sent {body[:40]!r} as {kind}")

    def _failed(self, reply: Reply, kind: type[ProviderError], when: str, *, streamed: bool) -> ProviderError:
        outcome, _ = self.ask(reply, streamed=streamed)
        error = expect_failure(outcome, kind, when)
        assert isinstance(error, ProviderError)  # noqa: S101 - `kind` is one
        return error


_MOST_SENT = 40


def _places(size: int, *, every: bool) -> range:
    return range(0, size, 1 if every else max(1, size // _MOST_SENT))
