"""The org as an HTTP service of this machine."""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from interlock.testing import Received, Reply, Upstream
from salesforce_org.describing import described, everything
from salesforce_org.jobs import Jobs
from salesforce_org.records import Many, Org, Wrong
from salesforce_org.searching import search
from salesforce_org.soql import malformed, run, shown
from salesforce_org.together import collection, composite, tree
from salesforce_org.tokens import Tokens

KEY, SECRET, USER = "3MVG9.key", "secret", "bot@acme.example"
_ROOT = re.compile(r"/services/data/v\d\d\.0(/.*)?")
_MOST = 15_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, or one within another."""

    method: str
    body: Any
    headers: Mapping[str, str]
    query: Mapping[str, str]


class SalesforceOrg(Upstream):
    """One org, and what its REST API says. A context manager.

    Attributes:
        org: its records.
        tokens: its sessions.
        busy: it answers 403, as when the day's requests are used up.
    """

    def __init__(self, public: RSAPublicKey | None = None) -> None:
        super().__init__(always=self.answer)
        self.org = Org()
        self.tokens = Tokens(KEY, SECRET, USER, public)
        self.jobs = Jobs(self.org)
        self.busy = False
        self._used = 0
        self._cursors: dict[str, tuple[list[Any], int]] = {}

    def answer(self, request: Received) -> Reply:
        there = urlsplit(request.path)
        if there.path == "/services/oauth2/token":
            return self.tokens.answer(request, self.url)
        if not self.tokens.knows(request):
            return _error(Wrong(401, "INVALID_SESSION_ID", "Session expired or invalid"))
        if self.busy:
            return _error(Wrong(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
        self._used += 1
        limit = {"sforce-limit-info": f"api-usage={self._used}/{_MOST}"}
        try:
            status, body = self._routed(request)
        except Wrong as error:
            return _error(error, limit)
        if isinstance(body, Reply):
            return Reply(status=body.status, headers={**body.headers, **limit}, pieces=body.pieces)
        if status == 204:
            return Reply(status=204, headers=limit)
        return Reply.json(body, status=status, headers=limit)

    def _routed(self, request: Received) -> tuple[int, Any]:
        kind = request.headers.get("content-type", "")
        body: Any = request.body
        if kind.startswith("application/json") and request.body:
            try:
                body = json.loads(request.body)
            except ValueError:
                raise Wrong(400, "JSON_PARSER_ERROR", "Unexpected character") from None
        return self.route(request.method, request.path, body, request.headers)

    def route(self, method: str, target: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        """What one request comes to; also one within a composite."""
        there = urlsplit(target)
        found = _ROOT.fullmatch(there.path)
        way = [unquote(each) for each in (found[1] or "/").strip("/").split("/")] if found else []
        asked = dict(parse_qsl(there.query, keep_blank_values=True))
        whole = Asked(method=method, body=body, headers=headers, query=asked)
        match method, way:
            case "GET", ["limits"]:
                limit = {"Max": _MOST, "Remaining": _MOST - self._used}
                return 200, {
                    "DailyApiRequests": limit,
                    "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
                }
            case "GET", ["query" | "queryAll"]:
                return 200, self._query(asked.get("q", ""), headers)
            case "GET", ["query", locator]:
                return 200, self._page(locator, None)
            case "GET", ["search"]:
                return 200, {"searchRecords": search(self.org, asked.get("q", ""))}
            case "GET", ["sobjects"]:
                return 200, everything()
            case "GET", ["sobjects", name, "describe"]:
                return 200, described(self.org.kind(name))
            case "POST", ["composite"]:
                return composite(self.org, body, self._within)
            case "POST", ["composite", "tree", name]:
                return tree(self.org, name, body)
            case _, ["composite", "sobjects", *rest]:
                return self._collection(method, rest, body, asked)
            case _, ["jobs", ("ingest" | "query") as job, *rest]:
                return self._job(job, rest, whole)
            case _, ["sobjects", name, *rest] if rest or method == "POST":
                return self._record(name, rest, whole)
        raise Wrong(404, "NOT_FOUND", "The requested resource does not exist")

    def _within(self, method: str, target: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        try:
            return self.route(method, target, body, {name.lower(): each for name, each in headers.items()})
        except Wrong as error:
            return error.status, error.errors

    def _query(self, text: str, headers: Mapping[str, str]) -> dict[str, Any]:
        query, rows = run(self.org, text)
        if not query.fields:
            return {"totalSize": len(rows), "done": True, "records": []}
        size = re.search(r"batchSize=(\d+)", headers.get("sforce-query-options", ""))
        if len(rows) > 50_000:
            raise malformed("too many rows")
        name = f"01g{len(self._cursors) + 1:012d}AAA"
        self._cursors[name] = rows, min(max(int(size[1]), 200), 2_000) if size else 2_000
        return self._page(f"{name}-0", len(rows))

    def _page(self, locator: str, total: int | None) -> dict[str, Any]:
        name, _, start = locator.partition("-")
        if name not in self._cursors or not start.isdecimal():
            raise Wrong(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        (rows, size), begin = self._cursors[name], int(start)
        told: dict[str, Any] = {"totalSize": total if total is not None else len(rows)}
        told |= {"done": begin + size >= len(rows), "records": rows[begin : begin + size]}
        if not told["done"]:
            told["nextRecordsUrl"] = f"/services/data/v66.0/query/{name}-{begin + size}"
        return told

    def _record(self, name: str, rest: list[str], asked: Asked) -> tuple[int, Any]:
        method, body = asked.method, asked.body
        org, kind = self.org, self.org.kind(name)
        if not rest:
            return 201, {"id": org.make(name, body), "success": True, "errors": []}
        if len(rest) == 2 and method == "PATCH":
            record, made = org.upsert(name, rest[0], rest[1], body)
            return (201 if made else 200), {"id": record, "success": True, "errors": [], "created": made}
        if len(rest) > 2:
            raise Wrong(404, "NOT_FOUND", "The requested resource does not exist")
        there = org.get(name, rest[0]) if len(rest) == 1 else _one(org, name, *rest)
        if method == "GET":
            names = asked.query["fields"].split(",") if "fields" in asked.query else None
            return 200, shown(org, name, there, names or [each.name for each in kind.fields.values()])
        if method == "PATCH":
            _unchanged(there, asked.headers)
            org.change(name, there["Id"], body)
            return 204, None
        if method == "DELETE":
            org.delete(name, there["Id"])
            return 204, None
        raise Wrong(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed.")

    def _collection(
        self, method: str, rest: list[str], body: Any, asked: Mapping[str, str]
    ) -> tuple[int, Any]:
        org = self.org

        def write(record: dict[str, Any]) -> dict[str, Any]:
            name = record.pop("attributes")["type"]
            if method == "POST":
                return {"id": org.make(name, record)}
            if rest:
                made = org.upsert(rest[0], rest[1], str(record.pop(rest[1])), record)
                return {"id": made[0], "created": made[1]}
            org.change(name, given := record.pop("id"), record)
            return {"id": given}

        def delete(record: str) -> dict[str, Any]:
            org.delete(_named(org, record), record)
            return {"id": record}

        if method == "DELETE":
            together = asked.get("allOrNone") == "true"
            return collection(org, {"records": asked["ids"].split(","), "allOrNone": together}, delete)  # type: ignore[arg-type]
        return collection(org, body, write)

    def _job(self, kind: str, rest: list[str], asked: Asked) -> tuple[int, Any]:
        method, body = asked.method, asked.body
        jobs = self.jobs
        match method, rest:
            case "POST", []:
                said = asked.headers.get("content-type", "")
                if said.startswith("multipart/form-data"):
                    boundary = said.partition("boundary=")[2].encode()
                    return 200, jobs.at_once(body, boundary, json.loads)
                return 200, jobs.make(kind, body)
            case "GET", [job]:
                return 200, jobs.get(job)
            case "PUT", [job, "batches"]:
                jobs.give(job, body)
                return 201, Reply(status=201)
            case "PATCH", [job]:
                return 200, jobs.close(job, body["state"])
            case "DELETE", [job]:
                jobs.drop(job)
                return 204, None
            case "GET", [job, which]:
                return 200, _rows(jobs.rows(job, which), asked.query)
        raise Wrong(404, "NOT_FOUND", "The requested resource does not exist")


def _one(org: Org, name: str, field: str, value: str) -> dict[str, Any]:
    found = org.external(name, field, value)
    if len(found) > 1:
        raise Many([f"/services/data/v66.0/sobjects/{name}/{each['Id']}" for each in found])
    if not found:
        raise Wrong(404, "NOT_FOUND", "The requested resource does not exist")
    return found[0]


def _named(org: Org, record: str) -> str:
    for name, kept in org.kept.items():
        if record in kept:
            return name
    raise Wrong(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")


def _unchanged(there: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    if (condition := headers.get("if-unmodified-since")) is None:
        return
    try:
        since = parsedate_to_datetime(condition)
    except ValueError:
        raise Wrong(400, "INVALID_HTTP_HEADER", "If-Unmodified-Since") from None
    if there["LastModifiedDate"] > since.strftime("%Y-%m-%dT%H:%M:%S.999+0000"):
        raise Wrong(412, "PRECONDITION_FAILED", "The record was modified")


def _rows(written: str, asked: Mapping[str, str]) -> Reply:
    columns, *rows = list(csv.reader(io.StringIO(written)))
    begin = int(asked.get("locator", "0")) if asked.get("locator", "0").isdecimal() else -1
    if begin < 0:
        raise Wrong(400, "INVALID_LOCATOR", "invalid locator")
    size = int(asked.get("maxRecords", len(rows) or 1))
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([columns, *rows[begin : begin + size]])
    more = str(begin + size) if begin + size < len(rows) else "null"
    told = {"sforce-locator": more, "sforce-numberofrecords": str(len(rows[begin : begin + size]))}
    body = page.getvalue().encode()
    return Reply(status=200, headers={"content-type": "text/csv; charset=UTF-8", **told}, pieces=(body,))


def _error(wrong: Wrong, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply.json(wrong.errors, status=wrong.status, headers=headers)
