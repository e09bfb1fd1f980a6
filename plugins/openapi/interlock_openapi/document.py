"""An OpenAPI document, 3.x or Swagger 2, as plain values: its references, and its operations one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from interlock import ProtocolError

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_DIGITS = 9  # of a place in a list
_HOPS = 32  # references that lead to references
_NOTHING: Final[Mapping[str, Any]] = {}


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, where it is a mapping; else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def sequence(value: Any) -> Sequence[Any]:
    """The value, where it is a list; else an empty one."""
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    """The value, where it is text; else an empty one. What no UTF-8 can hold is left out."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as it stands in the document.

    Attributes:
        method: in lower case.
        path: with its parameters in braces.
        item: what stands at the path, for all of its methods.
        node: what stands at the method.
    """

    method: str
    path: str
    item: Mapping[str, Any] = field(repr=False)
    node: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """Its operationId; empty where it has none."""
        return text(self.node.get("operationId"))

    @property
    def place(self) -> str:
        """Its method and path, by which no two are alike."""
        return f"{self.method.upper()} {self.path}"

    @property
    def summary(self) -> str:
        """In a line; empty where it has none."""
        return text(self.node.get("summary"))

    @property
    def description(self) -> str:
        return text(self.node.get("description"))

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for tag in map(text, sequence(self.node.get("tags"))) if tag)


class Document:
    """What a document says. Wrong types in it count as absent; no reference leads out of it."""

    def __init__(self, root: Mapping[str, Any], source: str) -> None:
        """Raises ProtocolError for a mapping that is no OpenAPI document."""
        version = root.get("openapi", root.get("swagger"))
        if not (isinstance(version, str | int | float) and str(version)[:1] in "23"):
            what = "says neither `openapi: 3.x` nor `swagger: 2.0`"
            raise ProtocolError(f"{source} is no OpenAPI document that is understood: it {what}")
        self.root = root
        self.swagger = str(version).startswith("2")
        self._found: dict[str, Any] = {}

    @property
    def title(self) -> str:
        return text(mapping(self.root.get("info")).get("title")) or "an API"

    def operations(self) -> Iterator[Operation]:
        """Every one, in the document's order."""
        for path, given in mapping(self.root.get("paths")).items():
            if path.startswith("x-"):
                continue
            item = self.whole(given)
            at = path if path.startswith("/") else f"/{path}"
            for method in METHODS:
                node = item.get(method)
                if isinstance(node, dict):
                    yield Operation(method=method, path=text(at), item=item, node=self.whole(node))

    def whole(self, node: Any) -> Mapping[str, Any]:
        """The node, its reference followed; what stands beside a reference goes before what it leads to."""
        beside: Mapping[str, Any] = _NOTHING
        for _ in range(_HOPS):
            node = mapping(node)
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return {**node, **beside} if beside else node
            if len(node) > 1:
                beside = {**{key: value for key, value in node.items() if key != "$ref"}, **beside}
            node = self.at(reference)
        return beside

    def at(self, reference: str) -> Any:
        """What stands there; None where nothing does, or where the reference leads out of the document."""
        if reference not in self._found:
            self._found[reference] = self._looked_up(reference)
        return self._found[reference]

    def _looked_up(self, reference: str) -> Any:
        if not reference.startswith("#"):
            return None
        node: Any = self.root
        for step in unquote(reference[1:]).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(key)
            elif isinstance(node, list) and key.isdecimal() and len(key) <= _DIGITS and int(key) < len(node):
                node = node[int(key)]
            else:
                return None
        return node
