"""Changing a record in the version that was read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from interlock import Repeat, RequestError
from interlock_salesforce.names import ID, OBJECT, VALUE, fields_of, place, record_id, schema, written
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.verdicts import silent
from interlock_tools import Arguments, Call, Find, Operation

_VERSION = "LastModifiedDate"


def change_row(options: SalesforceOptions) -> Operation:
    """The one."""
    root = options.root

    def there(asked: Arguments) -> str:
        return place(root, asked.values, record_id(asked["id"], key="id"))

    def request(asked: Arguments) -> Call:
        body = written(asked["fields"], never=_VERSION)
        condition = {"If-Unmodified-Since": _http_date(asked["last_modified"])}
        return Call(method="PATCH", path=there(asked), body=body, headers=condition)

    return Operation(
        name="salesforce_update_record",
        description=(
            "Changes fields of a record in the version that was read: give its LastModifiedDate, as of "
            "salesforce_get_record. What has changed since is not overwritten."
        ),
        parameters=schema(
            object=OBJECT,
            id=ID,
            last_modified={"type": "string", "minLength": 20, "maxLength": 35},
            fields=fields_of(VALUE, "by API name; null empties one"),
        ),
        request=request,
        effect="write",
        answer=silent,
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(
            request=lambda asked: Call(
                path=there(asked), query={"fields": ",".join([*asked["fields"], "Id", _VERSION])}
            ),
            items="",
            fits=lambda record, asked: _is(record, asked["fields"]),
            # It is another version, and not as asked: ours may lie in between.
            unclear=lambda record, asked: not same(record.get(_VERSION), asked["last_modified"]),
        ),
    )


def same(found: Any, asked: Any) -> bool:
    """Whether Salesforce has that value; it writes times and empty texts in its own way."""
    if found in (None, "") and asked in (None, ""):
        return True
    if isinstance(found, bool) or isinstance(asked, bool):
        return found is asked
    if found == asked:
        return True
    if isinstance(found, str) and isinstance(asked, str):
        times = moment(found), moment(asked)
        return found.strip() == asked.strip() or (times[0] is not None and times[0] == times[1])
    return False


def moment(text: str) -> datetime | None:
    """A time as Salesforce writes it, such as 2026-11-30T10:00:00.000+0000; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo and "T" in text else None


def _is(record: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    there = {name.casefold(): value for name, value in record.items()}
    return all(same(there.get(name.casefold()), value) for name, value in fields.items())


def _http_date(text: str) -> str:
    found = moment(text)
    if found is None:
        raise RequestError(
            "write it as the record has it, such as 2026-11-30T10:00:00.000+0000", key="last_modified"
        )
    return format_datetime(found.replace(microsecond=0), usegmt=True)
