"""What holds for every request: the host it names, where a form comes from, and what each reply says."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READS = frozenset({"GET", "HEAD"})
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # With no-referrer, browsers would say of every form that it comes from nowhere.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Guard:
    """Lets through what names this page's own host, and forms that come from this page alone.

    A name server that leads somebody else's name here, and a page of somebody else that posts here, get 403.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str] | None, scripts: bool = False) -> None:
        """`origins` are those under which the page is reached, such as `http://127.0.0.1:8791`. With None,
        whoever serves the page says which hosts it has; forms come from the host that they are sent to.

        Without `scripts` a browser runs none, and with it those alone that the site serves as files.
        """
        self._app = app
        policy = f"{_POLICY}; script-src 'self'" if scripts else _POLICY
        self._headers = {"content-security-policy": policy} | _HEADERS
        self._origins = None if origins is None else frozenset(origins)
        self._hosts = frozenset(urlsplit(origin).netloc for origin in origins or ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        why = self._objection(scope["method"], Headers(scope=scope))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        app = self._app if why is None else PlainTextResponse(why, status_code=403)
        await app(scope, receive, with_headers)

    def _objection(self, method: str, headers: Headers) -> str | None:
        host, origin = headers.get("host", "").lower(), headers.get("origin", "").lower()
        if self._origins is not None and host not in self._hosts:
            return "This page has another name."
        if method in _READS:
            return None
        own = (f"http://{host}", f"https://{host}") if self._origins is None else self._origins
        if not host or origin not in own:
            return "This form comes from another page."
        return (
            None
            if headers.get("sec-fetch-site", "same-origin") == "same-origin"
            else "Another page sent this."
        )
