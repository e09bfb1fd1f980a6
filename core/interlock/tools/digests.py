"""Which tool it is, in which version, and which arguments it is given, as hashes that grants are bound to."""

from typing import TYPE_CHECKING

from interlock.types.approvals import args_digest
from interlock.types.canonical import digest_of

if TYPE_CHECKING:
    from interlock.protocols import Tool

__all__ = ["args_digest", "digest"]


def digest(tool: "Tool", *, connector: str, version: str) -> str:
    """Of all that a tool says of itself, and of where it comes from.

    It changes with any word of the name, the description, the schema, the effect or the way to repeat, and
    with the connector and its version; not with the order of keys in the schema.

    Raises:
        RequestError: the schema is no JSON.
    """
    spec = tool.spec
    told = {
        "connector": connector,
        "version": version,
        "name": spec.name,
        "description": spec.description,
        "schema": dict(spec.parameters),
        "effect": tool.effect,
        "repeat": {"way": tool.repeat.way, "retention": tool.repeat.retention},
    }
    return digest_of("tool", told, key=f"tools.{spec.name}")
