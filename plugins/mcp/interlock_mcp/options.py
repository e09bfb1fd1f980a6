"""What users write of a server, beside its address, region and key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from interlock import ConfigError
from interlock.protocols import ConnectorCall
from interlock.types.models import Secret

_SECRET = re.compile(r"key|token|secret|passw|pwd|credential|auth", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Which tools of a server are offered, by the names that it gives them or patterns with `*`, `?`, `[…]`.

    Attributes:
        allow: only these; empty means all.
        deny: never these.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def takes(self, name: str) -> bool:
        """Whether the tool of that name is offered."""
        allowed = not self.allow or any(fnmatchcase(name, each) for each in self.allow)
        return allowed and not any(fnmatchcase(name, each) for each in self.deny)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthOptions:
    """Which client we are to the connector's issuer, and what its tokens are for.

    Attributes:
        grant: `authorization_code` is of a person, who logs in with `interlock mcp login`;
            `client_credentials` is of this program alone.
        client_id: of a client that was registered at the issuer; its secret, if it has one, is the
            connector's `api_key`. Without it, the key is `client_id:client_secret`.
        client_metadata: the https address of a document about the client, which is its id then. Without
            either, a client is registered where the issuer lets anybody do so.
        scope: what tokens are for, with spaces between; left out, what the server says.
        redirect_port: to which a browser comes back on this machine; 0 is any that is free.
        tokens: the folder in which tokens are kept; left out, one of the user's own.

    Raises:
        ConfigError: one of them is not what it is to be.
    """

    grant: Literal["authorization_code", "client_credentials"] = "authorization_code"
    client_id: str = ""
    client_metadata: str = ""
    scope: str = ""
    redirect_port: int = 0
    tokens: Path | None = None

    def __post_init__(self) -> None:
        if self.client_id and self.client_metadata:
            raise ConfigError("a client has an id or a document; leave one out.", key="client_metadata")
        for key in ("client_id", "client_metadata", "scope"):
            if not (value := getattr(self, key)).isascii() or not value.isprintable():
                raise ConfigError("expected printable ASCII.", key=key)
        parts = urlsplit(self.client_metadata)
        if self.client_metadata and (parts.scheme != "https" or parts.path in ("", "/") or parts.fragment):
            raise ConfigError("expected an https address with a path.", key="client_metadata")
        if not 0 <= self.redirect_port < 65_536:  # noqa: PLR2004 - ports
            raise ConfigError("expected a port, from 0 to 65535.", key="redirect_port")


@dataclass(frozen=True, slots=True, kw_only=True)
class McpOptions:
    """How an MCP server is started or reached, and what of it is offered.

    Attributes:
        command: a program to start, which speaks MCP on its standard input and output. Without one, the
            connector's `base_url` is a server over streamable HTTP.
        args: its arguments; one may be `env:NAME` or `file:PATH`.
        env: what its environment holds beside PATH, HOME and what the system cannot do without; nothing else
            of this process's is passed on. A value may be `env:NAME` or `file:PATH`.
        cwd: the folder in which it is started; by default the one this process is in.
        prefix: each tool goes by `<id>__<name>`.
        tools: which of its tools are offered.
        trust_annotations: believe what the server says of its tools: that one only reads, destroys, or may be
            repeated. Unless a rule of `tools` says otherwise, it is `irreversible` without.
        errors_undo: believe that a tool that reports an error has done nothing. Without, nobody knows.
        key: the argument in which the server's tools take a key that names the effect, so that it happens
            once however often it is asked for. A tool that has it is given each run's key there, a model is
            not shown it, and a doubtful run may be repeated with it.
        oauth: how tokens are got from the connector's `issuer`.
        pins: a file that keeps the definitions of its tools as they were first seen; what has changed since
            is withdrawn until `interlock mcp pin` accepts it. Several connectors may share one.

    Raises:
        ConfigError: the environment has a name that no variable has.
    """

    command: str = ""
    args: tuple[str | Secret, ...] = ()
    env: Mapping[str, str | Secret] = field(default_factory=dict)
    cwd: Path | None = None
    prefix: bool = False
    tools: Picked = Picked()
    trust_annotations: bool = False
    errors_undo: bool = False
    key: str = ""
    oauth: OAuthOptions = OAuthOptions()
    pins: Path | None = None

    def __post_init__(self) -> None:
        for name in self.env:
            if not _VARIABLE.fullmatch(name):
                raise ConfigError(f"{name!r} is no name of an environment variable.", key="env")
        # A key that is written as it is shows nowhere either.
        hidden = {name: _hidden(name, value) for name, value in self.env.items()}
        object.__setattr__(self, "env", hidden)

    def check(self, call: ConnectorCall) -> None:
        """Whether they go together with the connector's own keys. Raises ConfigError."""
        if self.command:
            if call.destination.base_url:
                what = "a server is started or has an address; leave out command or base_url."
                raise ConfigError(what, key="command")
            if call.key is not None or call.destination.headers:
                what = "a server that is started gets its keys by env or args, not by api_key and headers."
                raise ConfigError(what, key="command")
            if call.issuer is not None:
                what = "a server that is started gets no tokens of an issuer; leave out command or issuer."
                raise ConfigError(what, key="command")
            return
        if not call.destination.base_url:
            what = "is missing: name the program that is the server, or give the connector a base_url."
            raise ConfigError(what, key="command")
        given: dict[str, Any] = {"args": self.args, "env": self.env, "cwd": self.cwd}
        for key, value in given.items():
            if value:
                raise ConfigError("goes with command; a server with a base_url is not started.", key=key)
        if call.issuer is None and self.oauth != OAuthOptions():
            what = "goes with the connector's issuer, from which its tokens come; name that, too."
            raise ConfigError(what, key="oauth")
        own = any(name.lower() == "authorization" for name in call.destination.headers)
        if call.issuer is not None and (own or call.destination.login is not None):
            what = "the server is shown tokens of the issuer, and no other authorization; leave one out."
            raise ConfigError(what, key="oauth")


def _hidden(name: str, value: str | Secret) -> str | Secret:
    return Secret(value) if isinstance(value, str) and value and _SECRET.search(name) else value
