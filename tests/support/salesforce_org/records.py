"""The records of an org, and what may be done with them."""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from salesforce_org.objects import KINDS, Field, Kind

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_NUMBERS = ("double", "currency", "percent", "int")


class Wrong(Exception):
    """What Salesforce says of a request that it refuses."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.errors: Any = [{"message": message, "errorCode": code, "fields": list(fields)}]
        self.code = code


class Org:
    """One org. Every change takes a second of its clock.

    Attributes:
        locked: ids of records that somebody else is writing.
        changes: how many times a record was made, changed or deleted.
    """

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in KINDS}
        self.deleted: set[str] = set()
        self.locked: set[str] = set()
        self.changes = 0
        self._now = datetime(2026, 11, 30, 8, tzinfo=UTC)
        self._last = 0
        self.owner = self.make("User", {"Name": "Integration User", "Username": "bot@acme.example"})

    @staticmethod
    def kind(name: str) -> Kind:
        found = KINDS.get(name.casefold())
        if found is None:
            raise Wrong(404, "NOT_FOUND", "The requested resource does not exist")
        return found

    def all(self, name: str) -> list[dict[str, Any]]:
        return list(self.kept[self.kind(name).name.casefold()].values())

    def get(self, name: str, record: str) -> dict[str, Any]:
        found = self.kept[self.kind(name).name.casefold()].get(long_id(record))
        if found is None:
            gone = long_id(record) in self.deleted
            code, says = ("ENTITY_IS_DELETED", "entity is deleted") if gone else _absent()
            raise Wrong(404, code, says)
        return found

    def external(self, name: str, field: str, value: str) -> list[dict[str, Any]]:
        """The records with that external id, in which capitals do not matter."""
        known = self.kind(name).fields.get(field.casefold())
        if known is None or not (known.external or known.name == "Id"):
            message = f"Provided external ID field does not exist or is not accessible: {field}"
            raise Wrong(404, "NOT_FOUND", message)
        return [
            each for each in self.all(name) if str(each.get(known.name) or "").casefold() == value.casefold()
        ]

    def make(self, name: str, fields: Mapping[str, Any]) -> str:
        kind = self.kind(name)
        values = self._checked(kind, fields, None)
        for each in kind.fields.values():
            if each.needed and values.get(each.name) in (None, ""):
                message = f"Required fields are missing: [{each.name}]"
                raise Wrong(400, "REQUIRED_FIELD_MISSING", message, (each.name,))
        self._last += 1
        record = long_id(f"{kind.prefix}{self._last:012d}")
        written = {each.name: None for each in kind.fields.values()} | self._system(kind, values)
        self.kept[kind.name.casefold()][record] = written | values | {"Id": record} | self._stamp(made=True)
        return record

    def change(self, name: str, record: str, fields: Mapping[str, Any]) -> None:
        kind, there = self.kind(name), self.get(name, record)
        self._unlocked(there["Id"])
        there.update(self._checked(kind, fields, there["Id"]))
        there.update(self._derived(kind, there) | self._stamp())

    def delete(self, name: str, record: str) -> None:
        there = self.get(name, record)
        self._unlocked(there["Id"])
        del self.kept[self.kind(name).name.casefold()][there["Id"]]
        self.deleted.add(there["Id"])
        self.changes += 1

    def upsert(self, name: str, field: str, value: str, fields: Mapping[str, Any]) -> tuple[str, bool]:
        """The record's id, and whether it was made."""
        found = self.external(name, field, value)
        if len(found) > 1:
            raise Many([f"/services/data/v66.0/sobjects/{name}/{each['Id']}" for each in found])
        if found:
            self.change(name, found[0]["Id"], fields)
            return found[0]["Id"], False
        return self.make(name, {**fields, self.kind(name).fields[field.casefold()].name: value}), True

    def saved(self) -> Any:
        return copy.deepcopy((self.kept, self.deleted, self.changes))

    def restore(self, saved: Any) -> None:
        self.kept, self.deleted, self.changes = saved

    def _unlocked(self, record: str) -> None:
        if record in self.locked:
            message = f"unable to obtain exclusive access to this record or 1 records: {record}"
            raise Wrong(400, "UNABLE_TO_LOCK_ROW", message)

    def _checked(self, kind: Kind, fields: Mapping[str, Any], record: str | None) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in fields.items():
            field = kind.fields.get(name.casefold())
            if field is None and isinstance(value, Mapping) and f"{name}Id".casefold() in kind.fields:
                reference = kind.fields[f"{name}Id".casefold()]
                values[reference.name] = self._related(reference, value)
                continue
            if field is None:
                message = f"No such column '{name}' on sobject of type {kind.name}"
                raise Wrong(400, "INVALID_FIELD", message)
            if field.system:
                message = f"Unable to create/update fields: {name}. Please check the security settings."
                raise Wrong(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, (name,))
            values[field.name] = self._value(kind, field, value, record)
        others = [each for each in self.all(kind.name) if each["Id"] != record] if kind.alike else []
        if values.get(kind.alike) and any(each[kind.alike] == values[kind.alike] for each in others):
            raise Wrong(400, "DUPLICATES_DETECTED", "Use one of these records?")
        if {"firstname", "lastname"} & kind.fields.keys() and "LastName" in values:
            values["Name"] = " ".join(filter(None, (values.get("FirstName"), values["LastName"])))
        return values

    def _value(self, kind: Kind, field: Field, value: Any, record: str | None) -> Any:
        if value in (None, ""):
            return None
        if field.kind == "boolean" and not isinstance(value, bool):
            raise Wrong(400, "JSON_PARSER_ERROR", f"{field.name}: not a boolean", (field.name,))
        if field.kind in _NUMBERS and (isinstance(value, (bool, str))):
            raise Wrong(400, "JSON_PARSER_ERROR", f"{field.name}: not a number", (field.name,))
        if isinstance(value, str):
            value = value.strip()
            if len(value) > field.length:
                message = f"{field.name}: data value too large (max length={field.length})"
                raise Wrong(400, "STRING_TOO_LONG", message, (field.name,))
        if field.refers:
            self.get(field.refers, value)
        if field.unique and any(
            str(each[field.name] or "").casefold() == str(value).casefold() and each["Id"] != record
            for each in self.all(kind.name)
        ):
            raise Wrong(
                400, "DUPLICATE_VALUE", f"duplicate value found: {field.name} duplicates value on record"
            )
        return value

    def _related(self, reference: Field, value: Mapping[str, Any]) -> str:
        [(field, name)] = value.items()
        found = self.external(reference.refers, field, str(name))
        if len(found) != 1:
            message = (
                f"Foreign key external ID: {name} not found for field {field} in entity {reference.refers}"
            )
            raise Wrong(400, "INVALID_FIELD", message)
        return str(found[0]["Id"])

    def _system(self, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
        mine = {"OwnerId": getattr(self, "owner", None)}
        if kind.name == "Case":
            mine |= {"CaseNumber": f"{self._last:08d}", "Status": "New"}
        if kind.name == "Task":
            mine |= {"Status": "Not Started", "Priority": "Normal"}
        return mine | self._derived(kind, {**mine, **values})

    @staticmethod
    def _derived(kind: Kind, there: Mapping[str, Any]) -> dict[str, Any]:
        if kind.name == "Case":
            return {"IsClosed": there.get("Status") == "Closed"}
        if kind.name == "Opportunity":
            stage = str(there.get("StageName"))
            return {"IsClosed": stage.startswith("Closed"), "IsWon": stage == "Closed Won"}
        return {
            each.name: bool(there.get(each.name)) for each in kind.fields.values() if each.kind == "boolean"
        }

    def _stamp(self, *, made: bool = False) -> dict[str, str]:
        self._now += timedelta(seconds=1)
        self.changes += 1
        now = self._now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return {"LastModifiedDate": now, "SystemModstamp": now} | ({"CreatedDate": now} if made else {})


class Many(Wrong):
    """An external id that several records have."""

    def __init__(self, places: list[str]) -> None:
        super().__init__(300, "", "")
        self.errors = places


def long_id(record: str) -> str:
    """The id in 18 characters, of which the last three say where the first have capitals."""
    if len(record) != 15:
        return record
    bits = (sum(1 << place for place in range(5) if record[at + place].isupper()) for at in (0, 5, 10))
    return record + "".join(_LETTERS[each] for each in bits)


def _absent() -> tuple[str, str]:
    return "NOT_FOUND", "Provided external ID field does not exist or is not accessible"
