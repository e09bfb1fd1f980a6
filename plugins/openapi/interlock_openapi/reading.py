"""The way from a document's bytes to tools."""

from collections.abc import Iterable

from interlock.protocols import ConnectorCall, Tool
from interlock_openapi.catalog import Catalog
from interlock_openapi.document import Document
from interlock_openapi.finding import tools_of
from interlock_openapi.loading import load
from interlock_openapi.options import OpenApiOptions
from interlock_tools import ClientCredentials


def read(
    data: bytes,
    source: str,
    call: ConnectorCall,
    options: OpenApiOptions,
    tokens: ClientCredentials | None = None,
) -> tuple[Catalog, Iterable[Tool]]:
    """What the document offers, and what is listed of it.

    Raises:
        ProtocolError: it is no document that is understood, or the options do not fit it.
    """
    catalog = Catalog(Document(load(data, source), source), call, options, tokens=tokens)
    return catalog, tuple(tools_of(catalog, options.most_tokens))
