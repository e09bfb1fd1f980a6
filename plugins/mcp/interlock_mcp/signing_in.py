"""Logging in to an MCP server, and out, with a person in between."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from interlock import AuthenticationError, ConfigError
from interlock.protocols import Connector, ToolsCall
from interlock_mcp.kind import McpConnector
from interlock_mcp.oauth.bearer import OAuth
from interlock_mcp.oauth.grants import Tokens
from interlock_mcp.oauth.listening import Listener
from interlock_mcp.oauth.login import Asked, Astray, asked, code_in, logged_in, logged_out

if TYPE_CHECKING:
    from interlock import Router
    from interlock.types.models import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """For which server, by whom, for what. `until` is in Unix time, and infinite where nobody says."""

    connector: str
    resource: str
    issuer: str
    scope: str
    until: float
    renewable: bool


def login(
    router: "Router", connector: str, show: Callable[[str], None], *, scope: str = "", timeout: float = 300.0
) -> LoggedIn:
    """Log a person in to a server whose connector has an `issuer`. It blocks until the browser is back.

    Args:
        router: whose connector it is.
        connector: its id.
        show: is given the address to which the person's browser is to be sent.
        scope: asked for beside what would be asked for anyway.
        timeout: seconds for the person.

    Raises:
        ConfigError: there is no such connector, or nobody logs in to it.
        AuthenticationError: nobody came back in time, or the issuer, or the person, has said no.
        InterlockError: whatever else went wrong.
    """
    auth, box = oauth_of(router, connector), router.toolbox()
    if not auth.is_of_a_person:
        raise ConfigError(
            "nobody logs in to it: its grant is client_credentials.", key=f"connectors.{connector}"
        )
    with Listener(auth.options.redirect_port) as listener:

        async def begin(_: Connector, access: ToolsCall) -> Asked:
            return await asked(auth, access, listener.address, scope)

        asking = box.reach_sync(connector, "what a login begins with", begin)
        show(asking.url)
        code = _code(listener, asking, timeout)

    async def end(_: Connector, access: ToolsCall) -> Tokens:
        return await logged_in(auth, access, asking, code)

    tokens = box.reach_sync(connector, "a login", end)
    return LoggedIn(
        connector=connector,
        resource=auth.binding.resource,
        issuer=auth.issuer,
        scope=tokens.scope,
        until=tokens.until,
        renewable=tokens.refresh is not None,
    )


def logout(router: "Router", connector: str) -> bool:
    """Whether somebody was logged in to the server of a connector; now nobody is.

    Raises ConfigError as `login` does, and AuthenticationError where what is kept cannot be removed.
    """
    auth = oauth_of(router, connector)

    async def end(_: Connector, access: ToolsCall) -> bool:
        return await logged_out(auth, access)

    return router.toolbox().reach_sync(connector, "a logout", end)


def oauth_of(router: "Router", connector: str) -> OAuth:
    """Raises ConfigError where no connector of the kind mcp, with an issuer, is called so."""
    sources = router.wiring.toolboxes.sources
    if any(each.id == connector and each.kind == McpConnector.name and each.open for each in sources):
        opened = sources.connector(connector)
        if isinstance(opened, McpConnector) and opened.oauth is not None:
            return opened.oauth
    what = f"{connector!r} is no connector of the kind mcp with an issuer, from which its tokens would come."
    raise ConfigError(what, key="connectors")


def _code(listener: Listener, asking: Asked, timeout: float) -> "Secret":
    until = monotonic() + timeout
    while (answer := listener.answer(until)) is not None:
        try:
            return code_in(asking, answer)
        except Astray:
            continue
    raise AuthenticationError(f"nobody came back from {asking.server.issuer} within {timeout:g} s")
