"""Creating, changing and deleting records of any object."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Repeat, RequestError
from interlock_salesforce.marks import as_made
from interlock_salesforce.names import (
    EXTERNAL,
    FIELD,
    ID,
    OBJECT,
    RELATED,
    fields_of,
    named,
    place,
    record_id,
    schema,
    written,
)
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.verdicts import DELETED, silent
from interlock_tools import Answer, Arguments, Call, Find, Operation, reference

MADE = Answer(fields=("id", "success", "created"), receipt={"id": "id"})
"""What Salesforce says of what it has made."""
_PREVIEWED = "reference-of-the-run"
FIELDS = fields_of(RELATED, "by API name; a related record may be {an external id field of it: its value}")


def record_rows(options: SalesforceOptions) -> tuple[Operation, ...]:
    """All but the one that changes a record in the version that was read."""
    return (_create(options), _upsert(options), _delete(options))


def creation(options: SalesforceOptions, name: str, fields: Mapping[str, Any], key: str) -> Call:
    """The call that makes a record once, by the reference of its run; where the options name no field for it,
    one that makes another each time. Only a preview has no key.
    """
    field, asked = options.reference(name), {"object": name}
    if field is None:
        return Call(method="POST", path=place(options.root, asked), body=written(fields))
    there = place(options.root, asked, field, reference(key) if key else _PREVIEWED)
    return Call(method="PATCH", path=there, body=written(fields, never=field))


def referenced(options: SalesforceOptions, name: str, key: str) -> Call:
    """The call that reads what a run has made by its reference."""
    field = options.reference(name) or "Id"
    there = place(options.root, {"object": name}, field, reference(key))
    return Call(path=there, query={"fields": "Id"})


def unmake(options: SalesforceOptions, name: str, receipt: Mapping[str, Any]) -> Call:
    """The call that takes a creation back."""
    there = place(options.root, {"object": name}, record_id(str(receipt.get("id")), key="id"))
    return Call(method="DELETE", path=there)


def one(records: Sequence[Mapping[str, Any]], asked: Arguments) -> Sequence[Mapping[str, Any]]:  # noqa: ARG001 - as Find has it
    """The record that an external id leads to."""
    return [as_made(each) for each in records if each.get("Id")]


def _create(options: SalesforceOptions) -> Operation:
    known = ", ".join(options.references)

    def request(asked: Arguments) -> Call:
        name = asked["object"]
        if known and options.reference(name) is None:
            raise RequestError(
                f"{name} has no field for references here, {known} have: use salesforce_upsert_record with "
                "an external id of yours",
                key="object",
            )
        return creation(options, name, asked["fields"], asked.key)

    find = Find(
        request=lambda asked: referenced(options, asked["object"], asked.key),
        items="",
        among=one,
        absent=(404,),
    )
    told = f"of {known}. It is made once, however often this is sent." if known else "of any object."
    return Operation(
        name="salesforce_create_record",
        description=f"Makes a record {told}"[:300],
        parameters=schema(object=OBJECT, fields=FIELDS),
        request=request,
        effect="write",
        answer=MADE,
        repeat=Repeat("read" if known else "none"),
        settles_within=options.settles_within,
        find=find if known else None,
        undo=lambda receipt, asked: unmake(options, asked["object"], receipt),
    )


def _upsert(options: SalesforceOptions) -> Operation:
    def request(asked: Arguments) -> Call:
        field = named(asked["external_id_field"], key="external_id_field")
        there = place(options.root, asked.values, field, asked["external_id"])
        return Call(method="PATCH", path=there, body=written(asked["fields"], never=field))

    return Operation(
        name="salesforce_upsert_record",
        description=(
            "Makes the record with that external id, or changes it where there is one: these fields become "
            "as said, whoever wrote them last."
        ),
        parameters=schema(
            object=OBJECT,
            external_id_field={**FIELD, "description": "a field marked as External ID or idLookup"},
            external_id=EXTERNAL,
            fields=FIELDS,
        ),
        request=request,
        effect="write",
        answer=MADE,
        repeat=Repeat("natural"),
    )


def _delete(options: SalesforceOptions) -> Operation:
    return Operation(
        name="salesforce_delete_record",
        description="Deletes a record, with those that belong to it; for 15 days it is in the recycle bin.",
        parameters=schema(object=OBJECT, id=ID),
        request=lambda asked: Call(
            method="DELETE", path=place(options.root, asked.values, record_id(asked["id"], key="id"))
        ),
        effect="destructive",
        answer=silent,
        repeat=Repeat("natural"),
        meanings=(DELETED,),
    )
