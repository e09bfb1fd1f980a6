"""A Gateway that speaks OData V2, as far as the connector asks: tokens of a session, pages of two, ETags
and number ranges. Whoever has it may forget sessions, and answer in its place.
"""

import json
import re
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from interlock.testing import Received, Reply

LOGIN = "buyer:secret"
ROOT = "/sap/opu/odata/sap"
_PATH = re.compile(r"/sap/opu/odata/sap/(\w+)/(\w*)(?:\(([^)]*)\))?")
_EQUAL = re.compile(r"(\w+) eq '((?:[^']|'')*)'")
_PAGE = 2


class Gateway:
    """Called with a request, it gives the reply."""

    def __init__(self) -> None:
        self.sets: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.sessions: dict[str, str] = {}
        self.instead: list[Reply] = []
        self.received: list[Received] = []
        self.login = ""

    def __call__(self, request: Received) -> Reply:
        self.received.append(request)
        if self.login and request.headers.get("authorization") != self.login:
            return _error(401, "who are you?")
        if request.headers.get("x-csrf-token", "").lower() == "fetch":
            return self._session()
        if request.method != "GET":
            cookie = request.headers.get("cookie", "")
            if self.sessions.get(cookie) != request.headers.get("x-csrf-token", "none"):
                return _error(403, "CSRF token validation failed", {"x-csrf-token": "Required"})
        return self.instead.pop(0) if self.instead else self._answer(request)

    def _session(self) -> Reply:
        number = len(self.sessions) + 1
        cookie = f"SAP_SESSIONID_X_100=s{number}%3d; sap-usercontext=sap-client=100"
        self.sessions[cookie] = f"token-{number}=="
        header = (
            f"SAP_SESSIONID_X_100=s{number}%3d; path=/; HttpOnly; expires=Tue, 01 Dec 2026 00:00:00 GMT\r\n"
            "set-cookie: sap-usercontext=sap-client=100; path=/"
        )
        told = {"x-csrf-token": self.sessions[cookie], "set-cookie": header}
        return Reply.json({"d": {"EntitySets": []}}, headers=told)

    def _answer(self, request: Received) -> Reply:
        url = urlsplit(request.path)
        found = _PATH.fullmatch(unquote(url.path))
        if found is None:
            return _error(404, f"Resource not found for {url.path}")
        name, key, rows = found[2], found[3], self.sets[found[2]]
        if request.method == "POST":
            row = {name[2:]: f"{len(rows) + 4500000001}", **request.json(), "version": 1}
            rows.append(row)
            return Reply.json({"d": _told(row)}, status=201)
        if key is None:
            return self._list(request.path, rows, parse_qs(url.query))
        row = next((each for each in rows if _fits(each, key)), None)
        if row is None:
            return _error(404, "there is none")
        if request.method == "PATCH":
            if request.headers.get("if-match") != _etag(row):
                return _error(412, "it was changed")
            row.update(request.json(), version=row["version"] + 1)
            return Reply(status=204, headers={"etag": _etag(row)})
        return Reply.json({"d": _told(row)})

    def _list(self, path: str, rows: list[dict[str, Any]], query: dict[str, list[str]]) -> Reply:
        wanted = _EQUAL.findall(query.get("$filter", [""])[0])
        there = [
            row for row in rows if all(row.get(name) == text.replace("''", "'") for name, text in wanted)
        ]
        begin = int(query.get("$skiptoken", ["0"])[0])
        told: dict[str, Any] = {"results": [_told(row) for row in there[begin : begin + _PAGE]]}
        if len(there) > begin + _PAGE:
            told["__next"] = f"https://internal.example.com:44300{path}&$skiptoken={begin + _PAGE}"
        return Reply.json({"d": told})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {"__metadata": {"etag": _etag(row)}, **row, "to_Text": {"__deferred": {"uri": "..."}}}


def _etag(row: dict[str, Any]) -> str:
    return f'W/"{row.get("version")}"'


def _fits(row: dict[str, Any], key: str) -> bool:
    values = [text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", key)]
    return all(text in row.values() for text in values)


def _error(status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
    told = {"error": {"code": "X/1", "message": {"lang": "en", "value": text}}}
    return (
        Reply.raw(json.dumps(told).encode(), kind="application/json", status=status)
        if headers is None
        else (Reply.json(told, status=status, headers=headers))
    )
