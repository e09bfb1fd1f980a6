"""Where an API's paths begin: at the connector's own address, whichever servers the document names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from interlock import ProtocolError
from interlock.http import origin_of
from interlock_openapi.document import Document, Operation, mapping, sequence, text
from interlock_openapi.options import OpenApiOptions

_BRACES = re.compile(r"\{([^{}]*)\}")


class Servers:
    """The connector's address, and what the document says of servers."""

    def __init__(self, document: Document, base_url: str, options: OpenApiOptions) -> None:
        """Raises ProtocolError for a `server` that the document has not, or that is elsewhere."""
        self._base = base_url.rstrip("/")
        self._origin = origin_of(base_url)
        self._variables = options.variables
        self.root = self._root(document, options.server)

    def of(self, operation: Operation) -> str | None:
        """Where its path is appended; None where it is at another origin, and so cannot be called."""
        own = sequence(operation.node.get("servers")) or sequence(operation.item.get("servers"))
        if not own:
            return self.root
        found = [self._address(each) for each in own]
        return next((each for each in found if self._is_here(each)), None)

    def _root(self, document: Document, wanted: str) -> str:
        said = [self._address(each) for each in self._said(document)]
        if wanted:
            names = [text(mapping(each).get("description")) for each in self._said(document)]
            at = _chosen(wanted, said, names)
            if not self._is_here(said[at]):
                raise ProtocolError(
                    f"the server {said[at]} is not at {self._origin}, the connector's base_url"
                )
            return said[at]
        if urlsplit(self._base).path:
            return self._base
        return next((each for each in said if self._is_here(each)), self._base)

    def _said(self, document: Document) -> Sequence[Any]:
        root = document.root
        if not document.swagger:
            return sequence(root.get("servers"))
        host, path = text(root.get("host")), text(root.get("basePath"))
        schemes = [each for each in sequence(root.get("schemes")) if isinstance(each, str)]
        if not host:
            return [{"url": path}] if path else []
        return [{"url": f"{each}://{host}{path}"} for each in schemes or ["https", "http"]]

    def _address(self, said: Any) -> str:
        node = mapping(said)
        variables = mapping(node.get("variables"))

        def value(found: re.Match[str]) -> str:
            given = self._variables.get(found[1])
            return given if given is not None else text(mapping(variables.get(found[1])).get("default"))

        url = _BRACES.sub(value, text(node.get("url")))
        try:
            return urljoin(f"{self._origin}/", url).partition("?")[0].rstrip("/")
        except ValueError:
            return ""

    def _is_here(self, address: str) -> bool:
        try:
            return origin_of(address) == self._origin
        except ValueError:
            return False


def _chosen(wanted: str, addresses: Sequence[str], names: Sequence[str]) -> int:
    if wanted.isdecimal() and 1 <= int(wanted) <= len(addresses):
        return int(wanted) - 1
    for known in (addresses, names):
        if wanted.rstrip("/") in known:
            return known.index(wanted.rstrip("/"))
    there = ", ".join(f"{at} {each}" for at, each in enumerate(addresses, 1)) or "none"
    raise ProtocolError(f"the document has no server {wanted!r}; it has {there}")


def split(path: str) -> tuple[str, Mapping[str, str]]:
    """A document's path without the query and the fragment that some write into it; the query apart."""
    path = path.partition("#")[0]
    plain, _, query = path.partition("?")
    pairs = (each.partition("=") for each in query.split("&") if each)
    return plain, {name: value for name, _, value in pairs}
