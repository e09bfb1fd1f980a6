"""Cases, their comments, and tasks: by the reference of their run, or with a line that names it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock import Repeat, RequestError
from interlock_salesforce.marks import marked, signed
from interlock_salesforce.names import ID, VALUE, fields_of, schema
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.records import MADE, creation, one, referenced, unmake
from interlock_salesforce.soql import quoted
from interlock_tools import Arguments, Call, Find, Operation

_SUBJECT = {"type": "string", "pattern": "\\S", "maxLength": 255}
_TEXT = {"type": "string", "pattern": "\\S", "maxLength": 32_000}
_CHOICE = {"type": "string", "pattern": "\\S", "maxLength": 255}
_MORE = fields_of(VALUE, "further fields, by API name")
_LONG, _COMMENT = 32_000, 4_000  # bytes that Salesforce takes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What one of the tools makes.

    Attributes:
        arguments: of the tool -> fields of the object.
        text: the field with the words.
        where: narrows down where it is looked for by its mark.
    """

    source: str
    arguments: Mapping[str, str]
    text: str
    longest: int
    where: Callable[[Arguments], Sequence[str]]


_CASE = _Kind(
    source="Case",
    arguments={
        "subject": "Subject",
        "description": "Description",
        "account_id": "AccountId",
        "contact_id": "ContactId",
        "priority": "Priority",
        "origin": "Origin",
    },
    text="description",
    longest=_LONG,
    where=lambda asked: [f"Subject = {quoted(asked['subject'].strip(), key='subject')}"],
)
_REMARK = _Kind(
    source="CaseComment",
    arguments={"case_id": "ParentId", "text": "CommentBody", "public": "IsPublished"},
    text="text",
    longest=_COMMENT,
    where=lambda asked: [f"ParentId = {quoted(asked['case_id'], key='case_id')}"],
)
_TASK = _Kind(
    source="Task",
    arguments={
        "subject": "Subject",
        "description": "Description",
        "related_id": "WhatId",
        "person_id": "WhoId",
        "status": "Status",
        "due": "ActivityDate",
    },
    text="description",
    longest=_LONG,
    where=lambda asked: [f"Subject = {quoted(asked['subject'].strip(), key='subject')}"],
)


def service_rows(options: SalesforceOptions) -> tuple[Operation, ...]:
    """All of them."""
    return (
        _row(
            options,
            _CASE,
            name="salesforce_create_case",
            description="Opens a case.",
            parameters=schema(
                {
                    "account_id": ID,
                    "contact_id": ID,
                    "priority": _CHOICE,
                    "origin": _CHOICE,
                    "fields": _MORE,
                },
                subject=_SUBJECT,
                description=_TEXT,
            ),
        ),
        _row(
            options,
            _REMARK,
            name="salesforce_comment_on_case",
            description="Comments on a case; customers read it only where it is public.",
            parameters=schema(
                {"public": {"type": "boolean"}}, case_id=ID, text={**_TEXT, "maxLength": _COMMENT}
            ),
        ),
        _row(
            options,
            _TASK,
            name="salesforce_log_task",
            description=(
                "Writes a task, to do or done, onto an account, an opportunity or a case (related_id), a "
                "contact or a lead (person_id). It notifies nobody by itself."
            ),
            parameters=schema(
                {
                    "related_id": ID,
                    "person_id": ID,
                    "status": {**_CHOICE, "description": "Completed, where it is a log of what was done"},
                    "due": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                    "fields": _MORE,
                },
                subject=_SUBJECT,
                description=_TEXT,
            ),
        ),
    )


def _row(
    options: SalesforceOptions, kind: _Kind, *, name: str, description: str, parameters: Mapping[str, Any]
) -> Operation:
    field = options.reference(kind.source)

    def request(asked: Arguments) -> Call:
        values = {into: asked[argument] for argument, into in kind.arguments.items() if argument in asked}
        run = "" if field else asked.key
        into = kind.arguments[kind.text]
        values[into] = signed(asked[kind.text], run, longest=kind.longest, key=kind.text)
        if "Subject" in values:
            values["Subject"] = values["Subject"].strip()
        more = asked.get("fields", {})
        if twice := {each.casefold() for each in more} & {
            each.casefold() for each in kind.arguments.values()
        }:
            raise RequestError("has an argument of its own", key=f"fields.{min(twice)}")
        return creation(options, kind.source, {**more, **values}, asked.key)

    by_reference = Find(
        request=lambda asked: referenced(options, kind.source, asked.key), items="", among=one, absent=(404,)
    )
    by_mark = marked(options.root, kind.source, kind.arguments[kind.text], kind.where)
    return Operation(
        name=name,
        description=description,
        parameters=parameters,
        request=request,
        effect="write",
        answer=MADE,
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=by_reference if field else by_mark,
        undo=lambda receipt, _: unmake(options, kind.source, receipt),
    )
