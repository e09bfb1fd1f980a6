"""Authorization servers and protected MCP servers of the SDK, on this machine; they keep what they hear."""

import base64
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote_plus
from urllib.request import urlopen

import uvicorn
from forgetful import forgetful
from mcp.server import MCPServer
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.routes import create_auth_routes
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from starlette.applications import Starlette

SECRET = "cs-81d0a7f3be9c4452"
PROGRAM = "nightly-job"


class Heard:
    """An application, and every byte that it was sent."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.requests: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = b"\n".join(b": ".join(pair) for pair in scope["headers"])
        target = scope["raw_path"] + b"?" + scope["query_string"]
        self.requests.append(b"\n".join((scope["method"].encode(), target, headers, body)).decode("latin-1"))
        held: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Any:
            return held.pop() if held else await receive()

        return await self.app(scope, again, send)

    def at(self, path: str) -> list[str]:
        """The requests to a path."""
        return [each for each in self.requests if each.split("\n", 2)[1].partition("?")[0] == path]


class Desk:
    """What the SDK's authorization server asks about: everybody agrees to everything."""

    def __init__(self) -> None:
        self.clients: dict[str, OAuthClientInformationFull] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.tokens: dict[str, AccessToken] = {}
        self.refreshing: dict[str, RefreshToken] = {}
        self.given: list[str] = []  # every secret that has left it
        self.lasting: int | None = 3600
        self.issuer = ""
        self.says = ""  # in place of its name, in redirects
        self.reused = 0

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: Any) -> str:
        code = AuthorizationCode(
            code=self._new("ac"),
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=True,
            resource=params.resource,
            subject="ada",
        )
        self.codes[code.code] = code
        iss = self.says or self.issuer
        return construct_redirect_uri(str(params.redirect_uri), code=code.code, state=params.state, iss=iss)

    async def load_authorization_code(self, client: Any, authorization_code: str) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(self, client: Any, authorization_code: Any) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self.tokens_for(client.client_id, authorization_code.scopes, authorization_code.resource)

    async def load_refresh_token(self, client: Any, refresh_token: str) -> RefreshToken | None:
        self.reused += refresh_token in self.given and refresh_token not in self.refreshing
        return self.refreshing.get(refresh_token)

    async def exchange_refresh_token(self, client: Any, refresh_token: Any, scopes: Any) -> OAuthToken:
        del self.refreshing[refresh_token.token]  # each is good for one time
        return self.tokens_for(client.client_id, scopes, refresh_token.resource)

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.tokens.get(token)

    async def verify_token(self, token: str) -> AccessToken | None:
        return self.tokens.get(token)

    async def revoke_token(self, token: Any) -> None:
        self.tokens.clear()
        self.refreshing.clear()

    def tokens_for(self, client: str, scopes: list[str], resource: str | None, *, renew: bool = True) -> Any:
        access = AccessToken(token=self._new("at"), client_id=client, scopes=scopes, resource=resource)
        self.tokens[access.token] = access
        told: dict[str, Any] = {"access_token": access.token, "expires_in": self.lasting}
        if renew:
            refresh = RefreshToken(token=self._new("rt"), client_id=client, scopes=scopes, resource=resource)
            self.refreshing[refresh.token] = refresh
            told["refresh_token"] = refresh.token
        return OAuthToken(**told, scope=" ".join(scopes))

    def _new(self, kind: str) -> str:
        self.given.append(f"{kind}-{secrets.token_hex(16)}")
        return self.given[-1]


class Issuer(Heard):
    """An authorization server at `url`. `metadata` goes over what it would say of itself."""

    def __init__(self, url: str, *, registers: bool = True) -> None:
        self.url = url
        self.desk = Desk()
        self.desk.issuer = url
        self.metadata: dict[str, Any] = {"authorization_response_iss_parameter_supported": True}
        routes = create_auth_routes(
            self.desk,
            AuthSettings(issuer_url=url, resource_server_url=None).issuer_url,
            client_registration_options=ClientRegistrationOptions(
                enabled=registers, valid_scopes=["notes:read", "notes:write"]
            ),
            revocation_options=RevocationOptions(enabled=True),
        )
        self._inner = Starlette(routes=routes)
        super().__init__(self._answer)

    def knows(self, client: str, secret: str | None = None, *redirects: str) -> None:
        """A client that was registered by hand."""
        self.desk.clients[client] = OAuthClientInformationFull(
            client_id=client,
            client_secret=secret,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            redirect_uris=[*redirects] or None,
            grant_types=["authorization_code", "refresh_token", "client_credentials"],
            scope="notes:read notes:write",
        )

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/revoke":
            message = await receive()
            # The SDK's handler wants a secret of clients that have none, which RFC 7009 does not.
            held = [message | {"body": message["body"] + b"&client_secret="}]
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"content-length"]

            async def widened() -> Any:
                return held.pop() if held else await receive()

            return await self._inner(scope, widened, send)
        if scope["path"] == "/token":
            message = await receive()
            form = parse_qs(message["body"].decode())
            if form.get("grant_type") == ["client_credentials"]:
                return await _json(send, *self._program(scope, form))

            async def again() -> Any:
                return message

            return await self._inner(scope, again, send)
        if scope["path"].startswith("/.well-known/oauth-authorization-server") and self.metadata:
            kept: list[Any] = []

            async def keep(message: Any) -> None:
                kept.append(message)

            await self._inner(scope, receive, keep)
            told = json.loads(kept[-1]["body"]) | self.metadata
            return await _json(send, 200, {name: value for name, value in told.items() if value is not None})
        return await self._inner(scope, receive, send)

    def _program(self, scope: Any, form: Any) -> tuple[int, Any]:
        given = dict(scope["headers"]).get(b"authorization", b"").decode()
        login = base64.b64decode(given.removeprefix("Basic ")).decode() if given else ":"
        name, secret = map(unquote_plus, login.split(":", 1))
        client = self.desk.clients.get(name)
        if client is None or client.client_secret != secret:
            return 401, {"error": "invalid_client", "error_description": f"wrong secret: {secret}"}
        scopes = form.get("scope", [""])[0].split()
        resource = form.get("resource", [None])[0]
        return 200, self.desk.tokens_for(name, scopes, resource, renew=False).model_dump(exclude_none=True)


class Protected(Heard):
    """An MCP server at `url` that takes the tokens which an issuer gives for it."""

    def __init__(self, url: str, issuer: Issuer, *, old: bool = False, scopes: tuple[str, ...] = ()) -> None:
        self.url = url
        self.runs: list[str] = []
        server = MCPServer(
            "notes",
            token_verifier=issuer.desk,
            auth=AuthSettings(
                issuer_url=issuer.url,
                resource_server_url=url,
                required_scopes=list(scopes) or None,
                validate_token_resource=True,
            ),
        )

        @server.tool()
        def add_note(text: str) -> str:
            """Adds a note."""
            self.runs.append(text)
            return f"note {len(self.runs)}: {text}"

        self.server = server
        app = server.streamable_http_app()
        super().__init__(forgetful(app) if old else app)


async def _json(send: Any, status: int, value: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(value).encode()})


@contextmanager
def port() -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens on this machine, and the origin that it is."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound, f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def serving(app: Any, bound: socket.socket) -> Iterator[None]:
    """The app answers at the socket."""
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield
    running.should_exit = True
    thread.join(10)


class World:
    """Servers, each at an origin of its own, for as long as it is entered."""

    def __init__(self, stack: Any) -> None:
        self._stack = stack

    def issuer(self, path: str = "", **how: Any) -> Issuer:
        bound, origin = self._stack.enter_context(port())
        made = Issuer(origin + path, **how)
        self._stack.enter_context(serving(made, bound))
        return made

    def server(self, issuer: Issuer, **how: Any) -> Protected:
        bound, origin = self._stack.enter_context(port())
        made = Protected(f"{origin}/mcp", issuer, **how)
        self._stack.enter_context(serving(made, bound))
        return made

    def app(self, app: Any) -> tuple[Heard, str]:
        """Any other application, and its origin."""
        bound, origin = self._stack.enter_context(port())
        made = Heard(app)
        self._stack.enter_context(serving(made, bound))
        return made, origin


def visit(url: str) -> str:
    """A person's browser, whose owner agrees to everything; the page on which it ends."""
    with urlopen(url, timeout=10) as page:
        return page.read().decode()


def browser(url: str) -> None:
    """The same beside the program."""
    threading.Thread(target=visit, args=(url,), daemon=True).start()
