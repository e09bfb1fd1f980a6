"""The kind of connector, and one that is open."""

from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING

from interlock import ProtocolError
from interlock.http import HttpRequest, aside, origin_of, outcome_for
from interlock.protocols import API, Connector, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock_openapi.options import OpenApiOptions
from interlock_tools import ClientCredentials

if TYPE_CHECKING:
    from interlock_openapi.catalog import Catalog

_OK = 200


class OpenApi:
    """APIs that an OpenAPI document describes. Where one is, the user says, whatever its document does."""

    api = API
    name = "openapi"
    facts = ConnectorFacts(needs_key=False, issuer=True)
    options: type | None = OpenApiOptions

    def open(self, call: ConnectorCall) -> Connector:
        options: OpenApiOptions = call.options or OpenApiOptions()
        options.check(call)
        return OpenApiConnector(call, options, tokens=_tokens(call, options))


class OpenApiConnector:
    """One API. Its document is read when somebody asks for its tools, and once."""

    api = API
    name = "openapi"

    def __init__(
        self, call: ConnectorCall, options: OpenApiOptions, *, tokens: ClientCredentials | None = None
    ) -> None:
        """`tokens` gives those of OAuth, where they are got and the key is none."""
        self._call = call
        self._options = options
        self._tokens = tokens
        self._catalog: Catalog | None = None

    @property
    def withdrawn(self) -> Mapping[str, str]:
        """Operations that cannot be called, by their names, each with the reason."""
        return {} if self._catalog is None else self._catalog.withheld

    async def tools(self, call: ToolsCall) -> Iterable[Tool]:
        # jsonschema and YAML take their time to import.
        reading = await aside(partial(import_module, "interlock_openapi.reading"))
        data, source = await self._data(call)
        given = (data, source, self._call, self._options, self._tokens)
        self._catalog, listed = await aside(reading.read, *given)
        return tuple(listed)

    def unlisted(self, name: str) -> Tool | None:
        """The tool of an operation that is not listed, because there are too many."""
        return None if self._catalog is None else self._catalog.tool(name)

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""

    async def _data(self, call: ToolsCall) -> tuple[bytes, str]:
        path = self._options.document
        if path is not None:
            try:
                data = await aside(path.read_bytes)
            except OSError as error:
                raise ProtocolError(f"the document {path} cannot be read: {error.strerror}") from None
            source = path.name
        else:
            url = f"{origin_of(self._call.destination.base_url)}{self._options.fetch}"
            data = await self._fetched(call, url)
            source = "the document"
        found = sha256(data).hexdigest()
        if self._options.digest and found != self._options.digest.lower():
            raise ProtocolError(f"{source} is another than was meant: its digest is {found}")
        return data, source

    async def _fetched(self, call: ToolsCall, url: str) -> bytes:
        reply = await call.send(HttpRequest(method="GET", url=url, headers={"accept": "*/*"}, body=b""))
        if (failed := outcome_for(reply)) is not None or reply.status != _OK:
            said = f": {failed.content}" if failed is not None else ""
            what = "keep it in a file, and name that in `document`"
            raise ProtocolError(f"the document cannot be fetched{said}; where it needs a key, {what}")
        return reply.body


def _tokens(call: ConnectorCall, options: OpenApiOptions) -> ClientCredentials | None:
    if not options.token_path:
        return None
    there = call.destination
    return ClientCredentials(there, options.token_path, scope=options.scope, issuer=call.issuer)
