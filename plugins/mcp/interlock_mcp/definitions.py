"""A server's definition of a tool: what is pinned of it, and what a model is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from interlock import ToolSpec
from interlock.fencing import escaped
from interlock.types.canonical import canonical

LONGEST = 1_024
"""Characters of a description."""
LARGEST = 64 * 1024
"""Characters of a schema."""

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}", re.ASCII)
_STRANGE = re.compile(r"[^a-zA-Z0-9_-]", re.ASCII)
_WIDTH = 64
_TOLD = ("title", "description", "inputSchema", "outputSchema", "annotations", "icons", "_meta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What `server`, by the name that it gives itself, says of a tool that it calls `name`.

    Attributes:
        told: title, description, inputSchema, outputSchema, annotations, icons and _meta, as far as there are
            any. Not `execution`, which tells of tasks, and comes in some revisions of the protocol alone.
    """

    server: str
    name: str
    told: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, server: str, tool: Mapping[str, Any]) -> "Definition":
        """Of a tool as it stands in a list of them."""
        told = {key: tool[key] for key in _TOLD if tool.get(key) is not None}
        return cls(server=server, name=str(tool["name"]), told=told)

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"server": self.server, "name": self.name, **self.told}

    @property
    def digest(self) -> str:
        """SHA-256 of it in hexadecimal, whatever the order of its keys. Raises RequestError for no JSON."""
        return sha256(canonical(self.plain, key=self.name).encode()).hexdigest()

    @property
    def schema(self) -> Any:
        """Of its arguments."""
        return self.told.get("inputSchema")

    def hint(self, name: str) -> bool:
        """Whether an annotation is true. It is the server's word."""
        annotations = self.told.get("annotations")
        return isinstance(annotations, Mapping) and annotations.get(name) is True

    def takes(self, argument: str) -> bool:
        """Whether it has an argument of that name."""
        properties = self.schema.get("properties") if isinstance(self.schema, Mapping) else None
        return bool(argument) and isinstance(properties, Mapping) and argument in properties

    def spec(self, name: str, without: str = "") -> ToolSpec:
        """What a model is shown, under `name`: descriptions of at most 1,024 characters, with what nobody
        would see in them written out. `without` is an argument that it is not shown.
        """
        schema = _less(self.schema, without) if self.takes(without) else self.schema
        description = self.told.get("description") or self.told.get("title") or ""
        shown = shortened(str(description)) or "Its server says nothing of it."
        return ToolSpec(name=name, description=shown, parameters=_shown(schema))


def shortened(text: str) -> str:
    """At most 1,024 characters, with what nobody would see in them written out."""
    shown = escaped(text[: 4 * LONGEST]).strip()
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def called(name: str, prefix: str = "") -> str:
    """A name that every vendor takes, for a tool that its server calls `name`: the same one each time."""
    whole = f"{prefix}__{name}" if prefix else name
    if _NAME.fullmatch(whole):
        return whole
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    plain = _STRANGE.sub("_", whole)
    if not plain[:1].isalpha():
        plain = f"_{plain}"
    return f"{plain[: _WIDTH - len(mark) - 1]}_{mark}"


def _less(schema: Mapping[str, Any], argument: str) -> dict[str, Any]:
    """A schema without one of its arguments."""
    kept = dict(schema)
    kept["properties"] = {name: each for name, each in schema["properties"].items() if name != argument}
    if isinstance(required := schema.get("required"), list):
        kept["required"] = [name for name in required if name != argument]
    return kept


def _shown(schema: Any) -> Any:
    """A schema with its descriptions and titles as they are shown. Properties may have those names."""
    if isinstance(schema, list):
        return [_shown(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: shortened(value) if key in ("description", "title") and isinstance(value, str) else _shown(value)
        for key, value in schema.items()
    }
