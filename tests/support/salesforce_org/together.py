"""Several requests or records in one: composite, collections and trees."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from salesforce_org.records import Many, Org, Wrong

_REFERENCE = re.compile(r"@\{(\w+)\.([\w.]+)\}")
Answer = Callable[[str, str, Any, Mapping[str, str]], tuple[int, Any]]
"""Method, target, body and headers -> status and body."""


def composite(org: Org, asked: Mapping[str, Any], answer: Answer) -> tuple[int, Any]:
    parts = asked["compositeRequest"]
    if len(parts) > 25:
        raise Wrong(400, "LIMIT_EXCEEDED", "Limit of 25 reached for composite request")
    saved, told, bodies = org.saved(), [], {}
    for part in parts:
        status, body = 400, [{"errorCode": "PROCESSING_HALTED", "message": "Invalid reference specified."}]
        try:
            url, given = _resolved(part["url"], bodies), _resolved(part.get("body"), bodies)
        except LookupError:
            pass
        else:
            status, body = answer(part["method"], url, given, part.get("httpHeaders") or {})
        if status < 300:
            bodies[part["referenceId"]] = body
        told.append(
            {"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": part["referenceId"]}
        )
    if asked.get("allOrNone") and any(each["httpStatusCode"] >= 300 for each in told):
        org.restore(saved)
        halted = "The transaction was rolled back since another operation in the same transaction failed."
        for each in told:
            if each["httpStatusCode"] < 300:
                each["body"] = [{"errorCode": "PROCESSING_HALTED", "message": halted}]
                each["httpStatusCode"] = 400
    return 200, {"compositeResponse": told}


def collection(org: Org, asked: Mapping[str, Any], write: Callable[[dict[str, Any]], Any]) -> tuple[int, Any]:
    """Up to 200 records, each as `write` does it; what it gives is what is told of one."""
    if len(asked["records"]) > 200:
        raise Wrong(400, "LIMIT_EXCEEDED", "record limit reached. cannot submit more than 200 records")
    return 200, _each(org, asked["records"], write, together=asked.get("allOrNone", False))


def tree(org: Org, name: str, asked: Mapping[str, Any]) -> tuple[int, Any]:
    saved, made, wrong = org.saved(), [], []
    for each in asked["records"]:
        fields = {field: value for field, value in each.items() if field != "attributes"}
        reference = each["attributes"]["referenceId"]
        try:
            made.append({"referenceId": reference, "id": org.make(name, fields)})
        except Wrong as error:
            wrong.append({"referenceId": reference, "errors": _errors(error)})
    if not wrong:
        return 201, {"hasErrors": False, "results": made}
    org.restore(saved)
    return 400, {"hasErrors": True, "results": wrong}


def _each(
    org: Org, records: Sequence[Any], write: Callable[[Any], Any], *, together: bool
) -> list[dict[str, Any]]:
    saved, told = org.saved(), []
    for each in records:
        try:
            told.append({"success": True, "errors": [], **write(each)})
        except Wrong as error:
            told.append({"success": False, "errors": _errors(error)})
    if together and not all(each["success"] for each in told):
        org.restore(saved)
        halted = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "fields": []}
        halted["message"] = "Record rolled back because not all records were valid"
        told = [{"success": False, "errors": [halted]} if each["success"] else each for each in told]
    return told


def _errors(error: Wrong) -> list[dict[str, Any]]:
    if isinstance(error, Many):
        return [
            {"statusCode": "DUPLICATE_EXTERNAL_ID", "message": "more than one record found", "fields": []}
        ]
    return [
        {"statusCode": each["errorCode"], "message": each["message"], "fields": each["fields"]}
        for each in error.errors
    ]


def _resolved(value: Any, bodies: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: str(_at(bodies[found[1]], found[2])), value)
    if isinstance(value, Mapping):
        return {name: _resolved(each, bodies) for name, each in value.items()}
    return [_resolved(each, bodies) for each in value] if isinstance(value, list) else value


def _at(body: Any, path: str) -> Any:
    for name in path.split("."):
        body = body[name]
    return body
