"""Whatever else a system has, for reading: any entity set of the services that are known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from interlock import RequestError
from interlock_sap.entities import ENTITIES
from interlock_sap.fields import Field
from interlock_sap.literals import KINDS, V4, Kind, field_name, key_of
from interlock_sap.options import SapOptions, version_of
from interlock_sap.paging import PAGE, PAGES
from interlock_tools import Answer, Arguments, Call, Operation

_NAME = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$"}
_PATH = {"type": "string", "maxLength": 200}
_PATHS = {"type": "array", "maxItems": 40, "items": _PATH}
_PART = {
    "field": _PATH,
    "value": {"type": ["string", "number", "integer", "boolean", "null"]},
    "kind": {"enum": list(KINDS), "description": "where JSON does not say: date, moment, decimal, guid"},
}
_OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le", "contains")
_JSON: Mapping[type, Kind] = {bool: "boolean", int: "integer", float: "decimal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A service: its path, and the version of OData that it speaks."""

    path: str
    version: int


def services(options: SapOptions) -> Mapping[str, Known]:
    """All that are known, by name."""
    entities = [options.entity(name) for name in ENTITIES]
    known = {_called(each.service): Known(path=each.service, version=each.version) for each in entities}
    more = {name: path.rstrip("/") for name, path in options.services.items()}
    return {**known, **{name: Known(path=path, version=version_of(path)) for name, path in more.items()}}


def general(options: SapOptions) -> Iterable[Operation]:
    """The two that read any entity set."""
    known = services(options)
    where = {"service": {"enum": sorted(known)}, "entity_set": _NAME}
    condition = _object({**_PART, "operator": {"enum": list(_OPERATORS)}}, "field", "operator", "value")
    yield Operation(
        name="sap_query_entities",
        description="Lists entities of any entity set of a known OData service: what no other tool reads. "
        "All filters have to fit. Select the fields that you need.",
        parameters=_object(
            {
                **where,
                "filters": {"type": "array", "maxItems": 20, "items": condition},
                "select": _PATHS,
                "expand": _PATHS,
                "order_by": _PATH,
                "descending": {"type": "boolean"},
            },
            *where,
        ),
        effect="read",
        request=partial(_queried, known),
        answer=Answer(at="items"),
        pages=PAGES,
    )
    key = {"type": "array", "minItems": 1, "maxItems": 10, "items": _object(_PART, "field", "value")}
    yield Operation(
        name="sap_read_entity",
        description="Reads one entity of any entity set of a known OData service by its key, with its etag.",
        parameters=_object({**where, "key": key, "select": _PATHS, "expand": _PATHS}, *where, "key"),
        effect="read",
        request=partial(_read, known),
        answer=Answer(at="item"),
    )


def _queried(known: Mapping[str, Known], arguments: Arguments) -> Call:
    service = known[arguments["service"]]
    narrowed = [
        _condition(each, f"filters.{place}", service.version)
        for place, each in enumerate(arguments.get("filters", ()))
    ]
    order = arguments.get("order_by")
    if order is not None:
        order = field_name(order, key="order_by") + " desc" * bool(arguments.get("descending"))
    query = {"$filter": " and ".join(narrowed) or None, "$orderby": order, "$top": PAGE}
    return Call(path=f"{service.path}/{arguments['entity_set']}", query={**query, **_shape(arguments)})


def _read(known: Mapping[str, Known], arguments: Arguments) -> Call:
    service, parts = known[arguments["service"]], arguments["key"]
    values = {field_name(each["field"], key="key"): (each["value"], _kind(each)) for each in parts}
    if len(values) != len(parts):
        raise RequestError("names a field twice", key="key")
    key = key_of(values, service.version)
    return Call(path=f"{service.path}/{arguments['entity_set']}{key}", query=_shape(arguments))


def _condition(given: Mapping[str, Any], at: str, version: int) -> str:
    name = field_name(given["field"], key=f"{at}.field")
    field = Field(f"{at}.value", name, kind=_kind(given), operator=given["operator"])
    return field.condition(given["value"], version)


def _kind(given: Mapping[str, Any]) -> Kind:
    kind: Kind | None = given.get("kind")
    return kind or _JSON.get(type(given["value"]), "string")


def _shape(arguments: Arguments) -> Mapping[str, str | None]:
    def joined(name: str) -> str | None:
        return ",".join(field_name(each, key=name) for each in arguments.get(name, ())) or None

    return {"$select": joined("select"), "$expand": joined("expand")}


def _called(path: str) -> str:
    parts = path.split("/")
    numbered = version_of(path) == V4 and parts[-1].isdecimal()
    return parts[-2] if numbered else parts[-1]


def _object(properties: Mapping[str, Any], *required: str) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
