"""Bulk API 2.0: many records in one job, and what has come of it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Repeat, RequestError
from interlock_salesforce.names import (
    FIELD,
    ID,
    OBJECT,
    VALUE,
    characters,
    fields_of,
    named,
    record_id,
    schema,
)
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.paging import NextRows, pages
from interlock_salesforce.reading import DATA
from interlock_salesforce.soql import reading
from interlock_tools import Answer, Arguments, Call, Operation, reference

_MOST = 1_000
_LONGEST = 100_000  # characters that a job may be created with
_NULL = "#N/A"
_JOB = Answer(
    fields=(
        *("id", "operation", "object", "state", "numberRecordsProcessed", "numberRecordsFailed"),
        *("errorMessage", "createdDate", "externalIdFieldName"),
    ),
    receipt={"id": "id"},
)
_ROWS = {
    "query": "results",
    "successful": "successfulResults",
    "failed": "failedResults",
    "unprocessed": "unprocessedrecords",
}


def table(records: Sequence[Mapping[str, Any]], *, key: str = "records") -> str:
    """Records as a table: an empty place leaves a field as it is, and `#N/A` empties it.

    Raises:
        RequestError: a text cannot be told from one of the two.
    """
    columns = list(dict.fromkeys(name for each in records for name in each))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    for number, each in enumerate(records):
        writer.writerow([_cell(each, name, f"{key}.{number}.{name}") for name in columns])
    return written.getvalue()


def bulk_rows(options: SalesforceOptions) -> tuple[Operation, ...]:
    """All of them."""
    root = options.root
    kind = {"enum": list(_ROWS), "description": "query of a query job; else of a job that loads records"}
    return (
        _load(root),
        Operation(
            name="salesforce_start_query_job",
            description=(
                "Begins to read many records by SOQL, as one job; salesforce_get_job says when it is over, "
                "and salesforce_get_job_rows gives them. Without subqueries, aggregates and OFFSET."
            ),
            parameters=schema(query={"type": "string", "minLength": 1, "maxLength": 20_000}),
            request=lambda asked: Call(
                method="POST",
                path=f"{root}/jobs/query",
                body={"operation": "query", "query": reading(asked["query"])},
            ),
            effect="read",
            answer=_JOB,
        ),
        Operation(
            name="salesforce_get_job",
            description=(
                "Tells how far a job has come. JobComplete says that it is over, not that every record was "
                "taken: see numberRecordsFailed."
            ),
            parameters=schema(id=ID, job={"enum": ["load", "query"]}),
            request=lambda asked: Call(path=_job(root, asked["job"] == "query", asked["id"])),
            effect="read",
            answer=_JOB,
        ),
        Operation(
            name="salesforce_get_job_rows",
            description=(
                f"Reads rows of a job that is over: what a query found, or what became of records. {DATA}"
            ),
            parameters=schema(id=ID, rows=kind),
            request=lambda asked: _rows(root, asked),
            effect="read",
            answer=Answer(longest=2_000),
            pages=pages(NextRows()),
        ),
    )


def _load(root: str) -> Operation:
    def request(asked: Arguments) -> Call:
        field = "Id"
        job = {"object": named(asked["object"], key="object"), "contentType": "CSV", "lineEnding": "LF"}
        if asked["operation"] == "upsert":
            field = named(asked.get("external_id_field", ""), key="external_id_field")
            job["externalIdFieldName"] = field
        for number, each in enumerate(asked["records"]):
            _identified(each, field, f"records.{number}")
        rows = table(asked["records"])
        if len(rows) > _LONGEST:
            raise RequestError(
                f"has {len(rows):,} characters as a table; send at most {_LONGEST:,} at once", key="records"
            )
        return _multipart(root, {**job, "operation": asked["operation"]}, rows, asked.key)

    return Operation(
        name="salesforce_load_records",
        description=(
            "Upserts or updates up to 1,000 records as one job. It is over some time later, and may take "
            "some records and not others: ask salesforce_get_job, then salesforce_get_job_rows for failed."
        ),
        parameters=schema(
            {"external_id_field": {**FIELD, "description": "of upsert; each record has it"}},
            object=OBJECT,
            operation={"enum": ["upsert", "update"], "description": "update: each record has its Id"},
            records={"type": "array", "items": fields_of(VALUE), "minItems": 1, "maxItems": _MOST},
        ),
        request=request,
        effect="write",
        answer=_JOB,
        repeat=Repeat("natural"),
    )


def _identified(record: Mapping[str, Any], field: str, key: str) -> None:
    for name in record:
        named(name, key=f"{key}.{name}")
    if record.get(field) in (None, ""):
        raise RequestError(f"has no {field}", key=key)


def _multipart(root: str, job: Mapping[str, Any], rows: str, run: str) -> Call:
    """One request that makes the job, hands it the rows and closes it."""
    boundary = f"interlock-{reference(run + rows)}"
    body = (
        f"--{boundary}\r\nContent-Type: application/json\r\n"
        f'Content-Disposition: form-data; name="job"\r\n\r\n{json.dumps(job)}\r\n'
        f"--{boundary}\r\nContent-Type: text/csv\r\n"
        f'Content-Disposition: form-data; name="content"; filename="content"\r\n\r\n{rows}\r\n'
        f"--{boundary}--\r\n"
    )
    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return Call(method="POST", path=f"{root}/jobs/ingest", body=body.encode(), headers=kind)


def _rows(root: str, asked: Arguments) -> Call:
    query = asked["rows"] == "query"
    place = f"{_job(root, query, asked['id'])}/{_ROWS[asked['rows']]}"
    return Call(path=place, query={"maxRecords": 1_000} if query else {}, headers={"accept": "text/csv"})


def _job(root: str, query: bool, job: str) -> str:
    return f"{root}/jobs/{'query' if query else 'ingest'}/{record_id(job, key='id')}"


def _cell(record: Mapping[str, Any], name: str, key: str) -> str:
    if name not in record:
        return ""
    value = record[name]
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    text = characters(str(value), key=key)
    if text in ("", _NULL):
        raise RequestError("null empties a field; to leave it as it is, leave it out", key=key)
    return text
