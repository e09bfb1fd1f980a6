"""Up to 25 requests in one, of which a later one may use what an earlier one has made."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Repeat, RequestError, ToolOutcome
from interlock.http import HttpReply
from interlock_salesforce.names import EXTERNAL, FIELD, OBJECT, named, place, record_id, schema, written
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.records import FIELDS, creation
from interlock_salesforce.verdicts import errors_in, refusal, said
from interlock_tools import Arguments, Call, Operation, text_of

_GOOD, _SILENT, _SERVER = range(200, 300), 204, 500
_HALTED = "PROCESSING_HALTED"  # what is said of parts that fell with another one
_MOST = 25
_REFERENCE = re.compile(r"@\{([^}]*)\}?")
_PATH = re.compile(r"([A-Za-z0-9_]{1,40})\.[A-Za-z][A-Za-z0-9_.]{0,80}")
_PART: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "name": {
            "type": "string",
            "pattern": "^[A-Za-z][A-Za-z0-9_]{0,39}$",
            "description": "later parts may write @{name.id} for the id of its record",
        },
        "do": {"enum": ["create", "upsert", "update", "get"]},
        "object": OBJECT,
        "id": {"type": "string", "maxLength": 60, "description": "of get and update: an id, or @{name.id}"},
        "external_id_field": {**FIELD, "description": "of upsert"},
        "external_id": EXTERNAL,
        "fields": FIELDS,
    },
    "required": ["name", "do", "object"],
    "additionalProperties": False,
}


def together_row(options: SalesforceOptions) -> Operation:
    """The one. What its parts do comes to the same when it is sent again as a whole, and none deletes."""

    def request(asked: Arguments) -> Call:
        seen: list[str] = []
        parts = []
        for number, each in enumerate(asked["parts"]):
            key = f"parts.{number}"
            if each["name"].casefold() in (name.casefold() for name in seen):
                raise RequestError("is the name of another part", key=f"{key}.name")
            call = _part(options, each, asked.key, key, seen)
            parts.append(
                {"method": call.method, "url": call.target, "referenceId": each["name"]}
                | ({} if call.body is None else {"body": call.body})
            )
            seen.append(each["name"])
        body = {"allOrNone": asked.get("all_or_none", True), "compositeRequest": parts}
        return Call(method="POST", path=f"{options.root}/composite", body=body)

    return Operation(
        name="salesforce_composite",
        description=(
            "Makes, upserts, updates and reads up to 25 records in one request; a later part may use what an "
            "earlier one made, as @{name.id}. All of it happens or nothing, unless all_or_none is false."
        ),
        parameters=schema(
            {"all_or_none": {"type": "boolean"}},
            parts={"type": "array", "items": _PART, "minItems": 1, "maxItems": _MOST},
        ),
        request=request,
        effect="write",
        answer=told_of,
        repeat=Repeat("natural"),
    )


def told_of(told: Any, reply: HttpReply) -> ToolOutcome:  # noqa: ARG001 - as an answer is asked
    """What came of the parts. Of a 200 in which one has failed it is never told that it was done."""
    parts = told.get("compositeResponse") if isinstance(told, Mapping) else None
    if not isinstance(parts, list) or not parts or not all(map(_is_part, parts)):
        return ToolOutcome(outcome="unknown", content="the service sent something else than it documents")
    failed = [each for each in parts if each["httpStatusCode"] not in _GOOD]
    wrote = [each for each in parts if each not in failed and _has_written(each)]
    if not failed:
        made = {each["referenceId"]: each["body"]["id"] for each in wrote if _made(each)}
        content = text_of([_shown(each) for each in parts])
        return ToolOutcome(outcome="done", content=content, receipt={"ids": made} if made else None)
    if wrote or any(each["httpStatusCode"] >= _SERVER for each in failed):
        content = f"some of it happened: {text_of([_shown(each) for each in parts])}"
        return ToolOutcome(outcome="unknown", content=content)
    return _refused(failed)


def _refused(failed: Sequence[Mapping[str, Any]]) -> ToolOutcome:
    """None of it happened; those that fell with another one give no reason of their own."""
    own = [each for each in failed if _HALTED not in str(said(each["body"]))] or list(failed)
    errors = [error for each in own for error in errors_in(each["body"])]
    names = ", ".join(str(each["referenceId"]) for each in own)
    return refusal(errors, f" (in {names}; nothing of it was written)")


def _part(
    options: SalesforceOptions, part: Mapping[str, Any], run: str, key: str, seen: Sequence[str]
) -> Call:
    fields = part.get("fields")
    _known(fields, seen, f"{key}.fields")
    if part["do"] == "get":
        return Call(path=_place(options, part, seen, key))
    if not fields:
        raise RequestError("is missing", key=f"{key}.fields")
    if part["do"] == "update":
        body = written(fields, key=f"{key}.fields")
        return Call(method="PATCH", path=_place(options, part, seen, key), body=body)
    if part["do"] == "create":
        if options.reference(part["object"]) is None:
            raise RequestError(
                f"{part['object']} has no field for references here: upsert it with an external id of yours",
                key=f"{key}.object",
            )
        return creation(options, part["object"], fields, run and f"{run}/{part['name']}")
    field = named(str(part.get("external_id_field", "")), key=f"{key}.external_id_field")
    there = place(options.root, part, field, str(part.get("external_id", "")), key=f"{key}.external_id")
    return Call(method="PATCH", path=there, body=written(fields, key=f"{key}.fields", never=field))


def _place(options: SalesforceOptions, part: Mapping[str, Any], seen: Sequence[str], key: str) -> str:
    """Of the record with that id, or with that of an earlier part."""
    given = str(part.get("id", ""))
    if given.startswith("@{"):
        _known(given, seen, f"{key}.id", whole=True)
        return f"{place(options.root, part, key=f'{key}.object')}/{given}"
    return place(options.root, part, record_id(given, key=f"{key}.id"), key=f"{key}.object")


def _known(value: Any, seen: Sequence[str], key: str, *, whole: bool = False) -> None:
    """Raises RequestError where a text refers to something else than to what an earlier part gives, or, where
    that is wanted, is anything beside.
    """
    if isinstance(value, Mapping):
        for name, each in value.items():
            _known(each, seen, f"{key}.{name}")
    elif isinstance(value, str):
        for found in _REFERENCE.finditer(value):
            path = _PATH.fullmatch(found[1])
            if (
                path is None
                or path[1] not in seen
                or not found[0].endswith("}")
                or (whole and found[0] != value)
            ):
                raise RequestError(
                    f"{found[0][:60]!r} refers to no earlier part: Salesforce reads @{{name.field}} in it",
                    key=key,
                )


def _is_part(part: Any) -> bool:
    return isinstance(part, Mapping) and isinstance(part.get("httpStatusCode"), int) and "referenceId" in part


def _has_written(part: Mapping[str, Any]) -> bool:
    body = part.get("body")
    return part["httpStatusCode"] == _SILENT or (isinstance(body, Mapping) and body.get("success") is True)


def _made(part: Mapping[str, Any]) -> bool:
    return isinstance(part.get("body"), Mapping) and "id" in part["body"]


def _shown(part: Mapping[str, Any]) -> Mapping[str, Any]:
    body = part.get("body")
    if part["httpStatusCode"] not in _GOOD:
        return {"name": part["referenceId"], "failed": said(body) or part["httpStatusCode"]}
    if isinstance(body, Mapping):
        body = {name: value for name, value in body.items() if name not in ("attributes", "errors")}
    return {"name": part["referenceId"], "told": body}
