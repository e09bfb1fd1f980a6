"""One service, as it is spoken to."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from interlock import ProviderError, ToolOutcome
from interlock.http import HttpReply, HttpRequest, aside, json_in
from interlock.protocols import Access
from interlock.types.models import Destination
from interlock_tools.auth import Auth, Bearer
from interlock_tools.calls import Call
from interlock_tools.meanings import Meaning, meant

_UNAUTHORIZED = 401
_READS = ("GET", "HEAD")
_LARGE = 64 * 1024  # bytes that take milliseconds to read


class NotSent(Exception):
    """What a run needs first could not be had, and so nothing of the run itself was sent."""

    def __init__(self, error: ProviderError) -> None:
        super().__init__(error.message)
        self.error = error


class Service:
    """Where the calls of one connector go. Of several event loops, each may use it at once.

    Attributes:
        there: what the user wrote of it.
        meanings: what its statuses mean where that is not what HTTP says.
        words: finds its own words in the JSON object of an error; what is no text is left.
        judge: says what a reply and its JSON mean, before its status is looked at, where a service answers
            200 whatever came of it; None leaves it to the status.
        plain: turns a reply's JSON into the form in which everything else looks at it.
    """

    def __init__(
        self,
        there: Destination,
        auth: Auth | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        meanings: Sequence[Meaning] = (),
        words: Callable[[Mapping[str, Any]], Any] = lambda _: None,
        judge: Callable[[HttpReply, Any], ToolOutcome | None] = lambda *_: None,
        plain: Callable[[Any], Any] = lambda told: told,
    ) -> None:
        """Without `auth`, the connector's key goes out as a bearer token; `headers` go with each request."""
        self.there = there
        self.meanings = tuple(meanings)
        self.words = words
        self.judge = judge
        self.plain = plain
        self._auth = auth or Bearer(there.credential.secret)
        self._headers = {"accept": "application/json", **(headers or {})}

    async def send(self, access: Access, call: Call) -> HttpReply:
        """The reply, whatever its status. One 401 is followed by the same call with new authorization, where
        that can be had: a service that knows nobody has done nothing.

        Raises:
            NotSent: the authorization could not be had.
            ProviderError: what goes wrong on the way.
        """
        headers = await self._authorized(access)
        reply = await access.send(self.request(call, headers))
        if reply.status == _UNAUTHORIZED and self._auth.expired(headers):
            reply = await access.send(self.request(call, await self._authorized(access)))
        return reply

    async def told(self, reply: HttpReply) -> Any:
        """The JSON of its body; None where it is none."""
        if len(reply.body) <= _LARGE:
            return self._told(reply.body)
        return await aside(self._told, reply.body)

    def _told(self, body: bytes) -> Any:
        return self.plain(json_in(body))

    def outcome(
        self, reply: HttpReply, told: Any, meanings: Sequence[Meaning] = (), *, keyed: bool = False
    ) -> ToolOutcome | None:
        """What a reply says of a run; None where it was done, and the body says the rest.

        `told` is the body's JSON; `keyed` says that the request had an idempotency key.
        """
        judged = self.judge(reply, told)
        if judged is not None:
            return judged
        says = self.words(told) if isinstance(told, Mapping) else None
        says = says if isinstance(says, str) else None
        return meant(reply, (*meanings, *self.meanings), says=says, keyed=keyed)

    def request(self, call: Call, headers: Mapping[str, str]) -> HttpRequest:
        """The call as it goes out."""
        body, kind = _body(call.body)
        return HttpRequest(
            method=call.method,
            url=f"{self.there.base_url.rstrip('/')}{call.target}",
            headers={**self._headers, **kind, **headers, **call.headers},
            body=body,
            once=call.method not in _READS if call.once is None else call.once,
        )

    async def _authorized(self, access: Access) -> Mapping[str, str]:
        try:
            return await self._auth.headers(access)
        except ProviderError as error:
            raise NotSent(error) from error


def _body(value: Any) -> tuple[bytes, Mapping[str, str]]:
    if value is None:
        return b"", {}
    if isinstance(value, bytes):
        return value, {}
    return json.dumps(value, ensure_ascii=False).encode(), {"content-type": "application/json"}
