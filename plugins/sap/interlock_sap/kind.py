"""The kind of connector, and one that is open."""

from collections.abc import Iterable

from interlock import ConfigError
from interlock.protocols import API, Connector, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock_sap.operations import operations, services
from interlock_sap.options import SapOptions
from interlock_sap.session import SapService
from interlock_tools import Auth, Basic, Bearer, ClientCredentials, tool_for


class Sap:
    """S/4HANA, ECC with Gateway, and whatever else speaks OData as they do. Where each is, the user says."""

    api = API
    name = "sap"
    facts = ConnectorFacts(
        env=("SAP_API_KEY",),
        issuer=True,
        vendors=("sap",),
        hint="Set SAP_API_KEY to user:password of a communication user.",
    )
    options: type | None = SapOptions

    def open(self, call: ConnectorCall) -> Connector:
        options: SapOptions = call.options or SapOptions()
        rows = operations(options)
        if not rows:
            raise ConfigError(f"none of the tools is called {', '.join(options.tools)}.", key="tools")
        service = SapService(
            call.destination,
            _auth(call, options),
            headers=options.headers(),
            roots=[each.path for each in services(options).values()],
            csrf=options.csrf,
        )
        return SapConnector(tuple(tool_for(service, each) for each in rows))


def _auth(call: ConnectorCall, options: SapOptions) -> Auth:
    there = call.destination
    if options.auth == "oauth":
        return ClientCredentials(there, options.token_path, scope=options.scope, issuer=call.issuer)
    if call.issuer is not None:
        raise ConfigError("an issuer gives tokens, which are for auth: oauth; leave it out.", key="auth")
    if options.auth == "bearer":
        return Bearer(there.credential.secret)
    return Basic(there, name=options.user)


class SapConnector:
    """One system."""

    api = API
    name = "sap"

    def __init__(self, offered: tuple[Tool, ...]) -> None:
        self._offered = offered

    async def tools(self, call: ToolsCall) -> Iterable[Tool]:  # noqa: ARG002 - nothing has to be asked
        return self._offered

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""
