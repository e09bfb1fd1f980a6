"""Arguments of tools as rows: which field of SAP's each is, and what it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from interlock_sap.literals import Kind, literal, written
from interlock_tools import Arguments

_SCHEMAS: Mapping[Kind, Mapping[str, Any]] = {
    "string": {"type": "string", "minLength": 1},
    "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "moment": {"type": "string"},
    "decimal": {"type": ["string", "number"]},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "guid": {"type": "string"},
}
_ADDED = {"date": "a date, such as 2026-11-30"}


@dataclass(frozen=True, slots=True)
class Field:
    """One argument that becomes one field of what is read, found, created or changed.

    Attributes:
        argument: its name for a model.
        name: SAP's.
        says: what a model must know of it.
        longest: characters, of a text; 0 leaves that to SAP.
        operator: how a list is narrowed by it: eq, ge, le, contains.
    """

    argument: str
    name: str
    _: KW_ONLY
    says: str = ""
    kind: Kind = "string"
    required: bool = False
    longest: int = 0
    operator: str = "eq"

    @property
    def schema(self) -> Mapping[str, Any]:
        """Of the argument."""
        said = ", ".join(each for each in (self.says, _ADDED.get(self.kind, "")) if each)
        schema = {**_SCHEMAS[self.kind], **({"description": said} if said else {})}
        return schema | ({"maxLength": self.longest} if self.longest else {})

    def condition(self, value: Any, version: int) -> str:
        """Of a `$filter`."""
        text = literal(value, self.kind, version, key=self.argument)
        if self.operator != "contains":
            return f"{self.name} {self.operator} {text}"
        return f"contains({self.name},{text})" if version > 2 else f"substringof({text},{self.name})"  # noqa: PLR2004 - versions of OData


def schema_of(fields: Sequence[Field], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The schema of these arguments; `more` are others, which are required."""
    return {
        "type": "object",
        "properties": {**{each.argument: each.schema for each in fields}, **(more or {})},
        "required": [*(each.argument for each in fields if each.required), *(more or ())],
        "additionalProperties": False,
    }


def body_of(
    fields: Sequence[Field], values: Mapping[str, Any], version: int, *, at: str = ""
) -> dict[str, Any]:
    """What of a body these arguments are. `at` is what stands before their names in a complaint.

    Raises:
        RequestError: a value is none of its kind.
    """
    return {
        each.name: written(values[each.argument], each.kind, version, key=f"{at}{each.argument}")
        for each in fields
        if each.argument in values
    }


def filter_of(fields: Sequence[Field], arguments: Arguments, version: int) -> str | None:
    """What narrows a list; None where nothing does. Raises RequestError as above."""
    each = [one.condition(arguments[one.argument], version) for one in fields if one.argument in arguments]
    return " and ".join(each) or None
