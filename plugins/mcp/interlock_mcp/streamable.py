"""A server over streamable HTTP: each request is a POST of its own."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, TypeVar

from mcp.client.session import ClientSession
from mcp.shared.dispatcher import CallOptions

from interlock import (
    AnswerTimeout,
    AnswerTooLarge,
    ConnectionFailed,
    PermitError,
    ProtocolError,
    ProviderError,
    TotalTimeout,
)
from interlock.http import EventParser, HttpReply, HttpRequest, aside
from interlock.protocols import Access, Arriving
from interlock.types.models import LARGEST_ANSWER
from interlock_mcp import messages
from interlock_mcp.authorizing import Authorization
from interlock_mcp.failing import Declined, NotSent, SessionLost
from interlock_mcp.freshness import Freshness
from interlock_mcp.negotiating import CLIENT, Agreed, negotiate
from interlock_mcp.once import Once
from interlock_mcp.stdio import result_of

_PROBE = 10.0
_SESSION = "mcp-session-id"
_MOST_ASKED = 100
_TRIES = 3
_PAUSE = 0.5
_NOT_FOUND = 404
_UNAUTHORIZED = 401
_TURNED_AWAY = (401, 403)
_MARGIN = 0.05  # seconds before the end in which it is told that nothing was sent
T = TypeVar("T")
_LIMITED = 429
_FAILED = 400
_BROKEN = 500


@dataclass(slots=True, eq=False)
class _State:
    """What was agreed with a server.

    Attributes:
        session: the id that it gave; the stateless kind gives none.
        ids: of requests; none is used twice in a session.
    """

    session: str | None = field(default=None, repr=False)
    agreed: Agreed | None = None
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))


class Posts:
    """The SDK's dispatcher over HTTP, for one run of a tool or one list of tools."""

    def __init__(
        self,
        url: str,
        access: Access,
        auth: Authorization,
        state: _State,
        added: Mapping[str, str] | None,
        *,
        fresh: Freshness,
    ) -> None:
        self._fresh = fresh
        self._url = url
        self._access = access
        self._auth = auth
        self._state = state
        self._added = added or {}
        self._heard = ""  # the id of the last event

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        options = opts or {}
        seconds = options.get("timeout")
        wait = self._access.left if seconds is None else min(_PROBE, seconds, self._access.left / 2)
        id_ = next(self._state.ids)
        headers = dict(options.get("headers") or {})
        if method == "initialize":
            self._state.session = None
        if method == "tools/call":
            headers |= self._added
        try:
            body = messages.request(id_, method, params)
        except (ValueError, TypeError, RecursionError):
            raise NotSent(ProtocolError("the arguments are no JSON")) from None
        try:
            async with asyncio.timeout(None if wait == inf else wait):
                return result_of(await self._answered(id_, body, headers, starts=method == "initialize"))
        except TimeoutError:
            kind = TotalTimeout if seconds is None else AnswerTimeout
            raise kind(f"the server did not answer within {wait:.3g} s") from None

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        await self._post(messages.notification(method, params), (opts or {}).get("headers") or {})

    async def run(self, *_: Any, **__: Any) -> None:
        """Nothing comes but in answer to a request; a session is never entered."""

    async def _answered(
        self, id_: int, body: bytes, headers: Mapping[str, str], *, starts: bool
    ) -> messages.Answered:
        for last in (False, True):
            request = await self._request(body, headers)
            try:
                return await self._exchange(id_, request, headers, starts=starts)
            except Declined as declined:
                if not await self._challenged(declined.reply, request, again=last) or last:
                    raise
        raise AssertionError

    async def _challenged(self, reply: HttpReply, request: HttpRequest, *, again: bool) -> bool:
        """Whether a request that was turned away is sent once more. Raises NotSent where it never will be."""
        if reply.status not in _TURNED_AWAY:
            return False
        asked = self._auth.challenged(reply, self._access, request.headers, again=again)
        return await self._before_sending(asked)

    async def _before_sending(self, authorizing: Coroutine[Any, Any, T]) -> T:
        """What is needed before a request may be sent. Raises NotSent where it is not to be had in time."""
        left = self._access.left
        try:
            async with asyncio.timeout(None if left == inf else left - min(_MARGIN, left / 20)):
                return await authorizing
        except TimeoutError:
            raise NotSent(TotalTimeout("its time was over before it was known who asks")) from None
        except (ProviderError, PermitError) as error:
            raise NotSent(error) from None

    async def _request(self, body: bytes, headers: Mapping[str, str]) -> HttpRequest:
        authorization = await self._before_sending(self._auth.headers(self._access))
        sent = {
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
            **headers,
            **authorization,
        }
        if self._state.session is not None:
            sent[_SESSION] = self._state.session
        return HttpRequest(url=self._url, body=body, headers=sent, once=True)

    async def _exchange(
        self, id_: int, request: HttpRequest, headers: Mapping[str, str], *, starts: bool
    ) -> messages.Answered:
        access = self._access
        if access.http is None or access.permit is None or access.destination is None:
            raise NotSent(PermitError("nothing may be sent from here"))
        used = access.permit.used
        self._heard = ""
        try:
            async with access.http.stream(request, access.permit, access.destination) as reply:
                if starts:
                    self._state.session = _visible(reply.headers.get(_SESSION))
                return await self._read(id_, reply, headers)
        except (ProviderError, PermitError) as error:
            if access.permit.used == used:  # not even begun
                raise NotSent(error) from None
            if not (self._heard and _is_cut(error)):
                raise
            cut = error
        return await self._resumed(id_, headers, cut)

    async def _resumed(self, id_: int, headers: Mapping[str, str], cut: Exception) -> messages.Answered:
        """The answer that a stream was cut before, from where it was cut: servers of the older revisions may
        close one on purpose. This asks for nothing to be done.
        """
        access, heard = self._access, self._heard
        tries = 0
        while tries < _TRIES and access.http is not None and access.permit and access.destination:
            await asyncio.sleep(_PAUSE)
            asked = await self._request(b"", {**headers, "last-event-id": heard})
            get = replace(asked, method="GET", once=False)
            try:
                async with access.http.stream(get, access.permit, access.destination) as reply:
                    if reply.status >= _FAILED:
                        break
                    return await self._read(id_, reply, headers)
            except ProviderError as error:
                if not _is_cut(error):
                    raise
                cut = error
            tries = 0 if self._heard != heard else tries + 1
            heard = self._heard
        raise cut

    async def _read(self, id_: int, reply: Arriving, headers: Mapping[str, str]) -> messages.Answered:
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if reply.status < _FAILED and kind == "text/event-stream":
            async for message in self._events(reply):
                if isinstance(message, messages.Answered) and message.id == id_:
                    return message
                if isinstance(message, messages.Told):
                    self._fresh.told(message.method)
                if isinstance(message, messages.Asked):
                    await self._post(messages.reply_to(message), _version(headers))
            raise ConnectionFailed("the server's stream ended without an answer")
        whole = await reply.read()
        read = await aside(messages.read, whole.body)
        found = [each for each in read if isinstance(each, messages.Answered)]
        if whole.status == _NOT_FOUND and self._state.session is not None:
            raise SessionLost(self._state.session)
        if whole.status >= _FAILED:
            raise_for(whole, found)
        answer = next((each for each in found if each.id == id_), None)
        if answer is None:
            raise ProtocolError(
                "the server's reply holds no answer to what it was asked", status=whole.status
            )
        return answer

    async def _events(self, reply: Arriving) -> AsyncIterator[messages.Message]:
        there = self._access.destination
        parser = EventParser(limit=LARGEST_ANSWER if there is None else there.largest_answer)
        asked = 0
        async for piece in reply:
            for event in parser.feed(piece):
                self._heard = _visible(event.id) or self._heard
                for message in messages.read(event.data) if event.data else ():
                    asked += isinstance(message, messages.Asked)
                    if asked > _MOST_ASKED:
                        raise ProtocolError("the server asks without end")
                    yield message

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """What needs no answer; that it fails will show in what does."""
        try:
            await self._access.send(await self._request(body, headers))
        except (ProviderError, PermitError, NotSent):
            return


class HttpServer:
    """At one address. What was agreed on is kept, and the id of the server's session."""

    def __init__(self, url: str, auth: Authorization, fresh: Freshness) -> None:
        self._url = url
        self._fresh = fresh
        self._auth = auth
        self._once: Once[_State] = Once()
        self._old = False

    @property
    def edition(self) -> object:
        """The id of the server's session; those of the stateless kind have none, and are the same always."""
        state = self._once.made
        return None if state is None else state.session

    async def session(self, access: Access, headers: Mapping[str, str] | None = None) -> ClientSession:
        """Ready to be asked, with `headers` for runs of tools. Raises what `negotiate` does, and NotSent."""
        state = await self._once.get(lambda: self._begin(access), lambda _: True)
        session = self._over(access, state, headers)
        if state.agreed is not None:
            session.adopt(state.agreed)
        return session

    def forget(self, session: str | None = None) -> None:
        """What was agreed holds no longer, or a session is lost: the next run begins anew."""
        state = self._once.made
        if state is not None and session in (None, state.session):
            self._old = False
            self._once.forget(state)

    async def aclose(self) -> None:
        """Nothing is held open here: connections are the router's, and a session ends at its server."""

    async def _begin(self, access: Access) -> _State:
        state = _State()
        session = self._over(access, state, None)
        state.agreed = await negotiate(session, probe=not self._old)
        self._old = session.initialize_result is not None
        return state

    def _over(self, access: Access, state: _State, headers: Mapping[str, str] | None) -> ClientSession:
        posts = Posts(self._url, access, self._auth, state, headers, fresh=self._fresh)
        return ClientSession(dispatcher=posts, client_info=CLIENT)


def raise_for(reply: HttpReply, found: list[messages.Answered]) -> None:
    """Raise what an HTTP status that is an error means: MCPError where the body is an error of JSON-RPC, and
    the status one that a server answers with after it has read the request.
    """
    failed = next((each for each in found if each.error is not None), None)
    error = failed.error if failed is not None else None
    if failed is None or error is None or not error.stated or _is_of_http(reply.status):
        raise Declined(reply, error.message if error is not None else None)
    result_of(failed)


def _is_of_http(status: int) -> bool:
    """Whether an error's status says all there is to say, whatever the body holds."""
    return status >= _BROKEN or status in (_UNAUTHORIZED, _LIMITED)


def _is_cut(error: Exception) -> bool:
    """Whether a stream ended before its time."""
    cut = isinstance(error, ConnectionFailed | ProtocolError)
    return cut and not isinstance(error, AnswerTooLarge)


def _version(headers: Mapping[str, str]) -> dict[str, str]:
    """Of a request's headers, the one that an answer to the server has, too."""
    return {name: value for name, value in headers.items() if name.lower() == "mcp-protocol-version"}


def _visible(session: str | None) -> str | None:
    """A session's id, of characters that HTTP carries; any other is no id."""
    if session is None or not (session.isascii() and session.isprintable() and " " not in session):
        return None
    return session
