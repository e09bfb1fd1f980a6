"""What a model is shown of an operation: a description, and a schema of its arguments of a bounded size."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_openapi.bodies import ARGUMENT, FILE, Body
from interlock_openapi.document import Document, Operation, text
from interlock_openapi.parameters import Parameter
from interlock_openapi.schemas import LARGEST, ROOMS, Room, Writer, shortened, size

_SUMMARY = 160
_DESCRIPTION = 300
_SHALLOW = 2  # levels, of the rooms in which schemas may run out


def description_of(operation: Operation) -> str:
    """Its summary, what else is said of it, and its method and path."""
    summary = shortened(operation.summary, _SUMMARY).rstrip(". ")
    said = shortened(operation.description, _DESCRIPTION)
    if said.lower().rstrip(". ").startswith(summary.lower()) and len(said) > len(summary):
        summary = ""
    parts = [f"{summary}." if summary else "", said, f"[{shortened(operation.place, 200)}]"]
    old = "Deprecated." if operation.node.get("deprecated") is True else ""
    return " ".join(part for part in (old, *parts) if part)


def schema_of(
    document: Document, parameters: Sequence[Parameter], body: Body | None, *, without: str = ""
) -> Mapping[str, Any]:
    """Of its arguments, in the largest room in which it is small enough. `without` is a field of the body's
    that a model is not shown.
    """
    for room in ROOMS:
        schema, starved = _written(document, parameters, body, room, without)
        if size(schema) <= LARGEST and not (starved and room.depth > _SHALLOW):
            return schema
    return _fewer(schema)


def _written(
    document: Document, parameters: Sequence[Parameter], body: Body | None, room: Room, without: str
) -> tuple[dict[str, Any], bool]:
    writer = Writer(document, room)
    properties: dict[str, Any] = {}
    for each in parameters:
        node = writer.write(each.schema, 1)
        said = shortened(each.description, room.description) if room.description else ""
        properties[each.argument] = {**node, "description": said} if said else node
    required = [each.argument for each in parameters if each.required]
    if body is not None:
        properties[ARGUMENT] = _body(writer, body, without)
        if body.required:
            required.append(ARGUMENT)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False}, writer.starved


def _body(writer: Writer, body: Body, without: str) -> dict[str, Any]:
    if not (body.is_json or body.is_form):
        return {"anyOf": [{"type": "string"}, dict(FILE)], "description": f"Sent as {text(body.media)[:80]}."}
    schema = writer.write(body.schema, 0)
    if body.is_form:
        schema.setdefault("type", "object")
    properties = schema.get("properties", {})
    for name in body.files:
        if name in properties:
            one = {"anyOf": [{"type": "string"}, dict(FILE)]}
            many = properties[name].get("type") == "array"
            properties[name] = {"type": "array", "items": one} if many else one
    if without and without in properties:
        del properties[without]
        if needed := [name for name in schema.get("required", ()) if name != without]:
            schema["required"] = needed
        else:
            schema.pop("required", None)
    return schema


def _fewer(schema: dict[str, Any]) -> dict[str, Any]:
    """With as many of the arguments that may be left out as there is room for; others are taken, too."""
    required = schema.get("required", [])
    properties = {name: _bare(node) for name, node in schema["properties"].items() if name in required}
    left = LARGEST - size(properties)
    for name, node in schema["properties"].items():
        if name not in properties and (left := left - size({name: _bare(node)})) > 0:
            properties[name] = _bare(node)
    fewer: dict[str, Any] = {"type": "object", "properties": properties}
    return {**fewer, "required": required} if required else fewer


def _bare(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key == "type"}
