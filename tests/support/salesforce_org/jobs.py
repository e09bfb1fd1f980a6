"""Bulk API 2.0: jobs that load records, and jobs that query."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from salesforce_org.records import Many, Org, Wrong, long_id
from salesforce_org.soql import run

_NULL = "#N/A"
_PART = re.compile(rb'name="(\w+)"[^\r\n]*\r\n\r\n(.*)\r\n', re.DOTALL)


class Jobs:
    """The jobs of one org. What one does happens when it is closed."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._jobs: dict[str, dict[str, Any]] = {}
        self._rows: dict[str, dict[str, str]] = {}
        self._given: dict[str, bytes] = {}

    def make(self, kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        job = long_id(f"750{len(self._jobs) + 1:012d}")
        told = {
            "id": job,
            "operation": asked["operation"],
            "object": asked.get("object"),
            "state": "Open",
            "contentType": "CSV",
            "apiVersion": 66.0,
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
            "createdById": self._org.owner,
            "createdDate": "2026-11-30T08:00:00.000+0000",
            "concurrencyMode": "Parallel",
        }
        if kind == "query":
            told |= {"state": "UploadComplete", "query": asked["query"]}
            query, records = run(self._org, asked["query"])
            told["object"] = query.source
            rows = [{name: each.get(name) for name in query.fields} for each in records]
            self._rows[job] = {"results": _table(rows, query.fields)}
        else:
            self._org.kind(asked["object"])
            told |= {"contentUrl": f"services/data/v66.0/jobs/ingest/{job}/batches"}
            if asked["operation"] == "upsert":
                told["externalIdFieldName"] = asked["externalIdFieldName"]
                self._org.external(asked["object"], asked["externalIdFieldName"], "")
        self._jobs[job] = told
        return told

    def at_once(self, body: bytes, boundary: bytes, loads: Any) -> dict[str, Any]:
        """A job and its rows in one request."""
        parts = {
            found[1].decode(): found[2]
            for each in body.split(b"--" + boundary)
            if (found := _PART.search(each)) is not None
        }
        told = self.make("ingest", loads(parts["job"]))
        self._given[told["id"]] = parts["content"]
        self.close(told["id"], "UploadComplete")
        return {**told, "state": "UploadComplete"}

    def get(self, job: str) -> dict[str, Any]:
        found = self._jobs.get(long_id(job))
        if found is None:
            raise Wrong(404, "NOT_FOUND", "The requested resource does not exist")
        if found["state"] == "UploadComplete":
            found["state"] = "JobComplete"
        return found

    def give(self, job: str, rows: bytes) -> None:
        self.get(job)
        if long_id(job) in self._given:
            raise Wrong(400, "INVALIDJOBSTATE", "Found multiple contents for job")
        self._given[long_id(job)] = rows

    def close(self, job: str, state: str) -> dict[str, Any]:
        told = self._jobs[long_id(job)]
        told["state"] = state
        if state == "UploadComplete" and told["operation"] != "query":
            told |= self._load(told, self._given[told["id"]].decode())
        return told

    def drop(self, job: str) -> None:
        self.get(job)
        del self._jobs[long_id(job)]

    def rows(self, job: str, which: str) -> str:
        self.get(job)
        return self._rows[long_id(job)][which.casefold()]

    def _load(self, told: Mapping[str, Any], given: str) -> dict[str, Any]:
        taken: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        reader = csv.DictReader(io.StringIO(given, newline=""))
        for row in reader:
            try:
                record, made = self._one(told, row)
                taken.append({"sf__Id": record, "sf__Created": "true" if made else "false", **row})
            except Wrong as error:
                says = "DUPLICATE_EXTERNAL_ID:" if isinstance(error, Many) else str(error)
                failed.append({"sf__Id": "", "sf__Error": says, **row})
        columns = list(reader.fieldnames or [])
        self._rows[told["id"]] = {
            "successfulresults": _table(taken, ["sf__Id", "sf__Created", *columns]),
            "failedresults": _table(failed, ["sf__Id", "sf__Error", *columns]),
            "unprocessedrecords": _table([], columns),
        }
        return {"numberRecordsProcessed": len(taken) + len(failed), "numberRecordsFailed": len(failed)}

    def _one(self, told: Mapping[str, Any], row: Mapping[str, str]) -> tuple[str, bool]:
        org, name = self._org, told["object"]
        fields = {
            field: self._typed(name, field, cell)
            for field, cell in row.items()
            if cell != "" and field != "Id"
        }
        if told["operation"] == "insert":
            return org.make(name, fields), True
        if told["operation"] == "upsert":
            external = told["externalIdFieldName"]
            value = fields.pop(external, None)
            if value is None:
                raise Wrong(400, "MISSING_ARGUMENT", f"{external} not specified")
            return org.upsert(name, external, value, fields)
        record = long_id(row["Id"])
        if told["operation"] == "delete":
            org.delete(name, record)
        else:
            org.change(name, record, fields)
        return record, False

    def _typed(self, name: str, field: str, cell: str) -> Any:
        known = self._org.kind(name).fields.get(field.casefold())
        if cell == _NULL:
            return None
        if known is not None and known.kind == "boolean":
            return cell.casefold() == "true"
        return float(cell) if known is not None and known.kind in ("currency", "percent", "double") else cell


def _table(rows: list[dict[str, Any]], columns: list[str]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([["" if row.get(each) is None else row[each] for each in columns] for row in rows])
    return written.getvalue()
