"""The site itself: what it keeps, and how it answers."""

import base64
import json
import re
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from interlock.testing import Received, Reply, Upstream
from jira_cloud.documents import flaw
from jira_cloud.queries import BadQuery, Query

KEY = "ada@ink.example:cloud-token-41c7e0"
PEOPLE = {
    "5b10ac8d82e05b22cc7d4ef5": ("Ada Ink", "ada@ink.example"),
    "5b10ac8d82e05b22cc7d4ef6": ("Bo Paper", "bo@ink.example"),
}
ME = next(iter(PEOPLE))
TYPES = {"10001": "Task", "10002": "Bug", "10003": "Story", "10004": "Epic"}
LINKS = {"Blocks": ("is blocked by", "blocks"), "Relates": ("relates to", "relates to")}
STATUSES = {"To Do": ("10000", "To Do"), "In Progress": ("3", "In Progress"), "Done": ("10002", "Done")}
WORKFLOW = {
    "To Do": {"11": ("Start", "In Progress"), "41": ("Reject", "Done")},
    "In Progress": {"21": ("Finish", "Done"), "31": ("Stop", "To Do")},
    "Done": {"51": ("Reopen", "To Do")},
}
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "
    "guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_FORGED = re.compile(r"Mozilla/", re.IGNORECASE)
_SEARCHABLE = {"issueIdsOrKeys", "fields", "properties"}


class Problem(Exception):
    def __init__(self, status: int, *messages: str, **fields: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = {"errorMessages": list(messages), "errors": fields}


Handler = Callable[..., Any]
_ROUTES: list[tuple[str, re.Pattern[str], int, Handler]] = []


def route(method: str, path: str, status: int = 200) -> Callable[[Handler], Handler]:
    pattern = re.compile(r"/rest/api/[23]" + re.sub(r"\{\w+\}", r"([^/]+)", path))

    def add(handler: Handler) -> Handler:
        _ROUTES.append((method, pattern, status, handler))
        return handler

    return add


class CloudSite(Upstream):
    """A context manager.

    Attributes:
        lag: seconds for which the search does not show what has been created or changed.
        page: items of a page of the search at most.
    """

    key = KEY

    def __init__(self, *projects: str) -> None:
        super().__init__(always=self.answer)
        self.projects = projects or ("SHOP", "INK")
        self.issues: dict[str, dict[str, Any]] = {}
        self.lag = 0.0
        self.page = 100
        self._counts = dict.fromkeys(self.projects, 0)
        self._ids = 10_000
        self._indexed: dict[str, list[tuple[float, dict[str, Any]]]] = {}
        self._lock = threading.RLock()

    def answer(self, request: Received) -> Reply:
        there = urlsplit(request.path)
        asked = {name: each[-1] for name, each in parse_qs(there.query, keep_blank_values=True).items()}
        asked["all"] = parse_qs(there.query)  # type: ignore[assignment]  # of what comes several times
        try:
            self._admitted(request)
            for method, pattern, status, handler in _ROUTES:
                if request.method == method and (found := pattern.fullmatch(there.path)):
                    with self._lock:
                        told = handler(self, *map(unquote, found.groups()), asked=asked, body=_body(request))
                    return Reply(status=status) if told is None else Reply.json(told, status=status)
            raise Problem(404, "null for uri")
        except Problem as problem:
            return Reply.json(problem.body, status=problem.status)

    def _admitted(self, request: Received) -> None:
        written = request.headers.get("authorization", "")
        if written not in (f"Basic {base64.b64encode(KEY.encode()).decode()}", "Bearer scoped-3f9a"):
            raise Problem(401, "Client must be authenticated to access this resource.")
        if _FORGED.match(request.headers.get("user-agent", "")) and request.method != "GET":
            raise Problem(403, "XSRF check failed")

    # What is there.

    def issue(self, key: str) -> dict[str, Any]:
        found = self.issues.get(key.upper()) or next(
            (each for each in self.issues.values() if each["id"] == key), None
        )
        if found is None:
            raise Problem(404, "Issue does not exist or you do not have permission to see it.")
        return found

    def id(self) -> str:
        self._ids += 1
        return str(self._ids)

    def changed(self, issue: dict[str, Any]) -> None:
        """It is so from now on; the index hears of it later."""
        issue["fields"]["updated"] = _now()
        seen = {name: issue[name] for name in ("id", "key", "at", "fields", "properties")}
        self._indexed.setdefault(issue["key"], []).append((time.monotonic(), deepcopy(seen)))

    def indexed(self, fresh: set[str]) -> list[dict[str, Any]]:
        """The issues as the search knows them; those with an id of `fresh` as they are."""
        found = []
        for key, versions in self._indexed.items():
            if self.issues[key]["id"] in fresh:
                found.append(self.issues[key])
                continue
            old = [issue for at, issue in versions if at <= time.monotonic() - self.lag]
            found += old[-1:]
        return found

    # Searching.

    @route("GET", "/search")
    def _gone(self, **_: Any) -> Any:
        raise Problem(410, GONE)

    @route("GET", "/search/jql")
    def _search(self, *, asked: Any, **_: Any) -> Any:
        try:
            query = Query(asked.get("jql", ""), ME, time.time())
        except BadQuery as error:
            raise Problem(400, str(error)) from None
        if not query.bounded:
            raise Problem(400, "Unbounded JQL queries are not allowed here.")
        fresh = set(asked["all"].get("reconcileIssues", []))
        found = sorted(filter(query.fits, self.indexed(fresh)), key=query.key, reverse=query.descending)
        token = asked.get("nextPageToken", "")
        start = int(base64.b64decode(token)) if token else 0
        end = start + min(int(asked.get("maxResults", 50)), self.page)
        names = asked.get("fields", "id").split(",")
        wanted = asked.get("properties", "").split(",")
        told: dict[str, Any] = {"issues": [_shown(each, names, wanted) for each in found[start:end]]}
        told["isLast"] = end >= len(found)
        if not told["isLast"]:
            told["nextPageToken"] = base64.b64encode(str(end).encode()).decode()
        return told

    @route("POST", "/issue/bulkfetch")
    def _fetch(self, *, body: Any, **_: Any) -> Any:
        if set(body) - _SEARCHABLE or len(body["issueIdsOrKeys"]) > 100:
            raise Problem(400, "Invalid request payload.")
        keys = [each for each in body["issueIdsOrKeys"] if each in self.issues]
        shown = [_shown(self.issues[each], body["fields"], body["properties"]) for each in keys]
        return {"issues": shown, "issueErrors": []}

    # Issues.

    @route("POST", "/issue", 201)
    def _create(self, *, body: Any, **_: Any) -> Any:
        given = dict(body["fields"])
        project = (given.pop("project", None) or {}).get("key")
        if project not in self.projects:
            raise Problem(400, project="valid project is required")
        kind = given.pop("issuetype", {})
        name = kind.get("name") or TYPES.get(str(kind.get("id")))
        if name not in TYPES.values():
            raise Problem(400, issuetype="Specify a valid issue type")
        if not str(given.get("summary", "")).strip():
            raise Problem(400, summary="You must specify a summary of the issue.")
        self._check(given)
        self._counts[project] += 1
        issue = {
            "id": self.id(),
            "key": f"{project}-{self._counts[project]}",
            "at": time.time(),
            "fields": {
                "labels": [],
                "description": None,
                "assignee": None,
                "priority": None,
                "resolution": None,
                "project": {"key": project, "name": project.title()},
                "issuetype": {"self": "…", "name": name, "description": f"A {name}"},
                "status": _status("To Do"),
                "creator": _person(ME),
                "reporter": _person(ME),
                "created": _now(),
                "issuelinks": [],
                "duedate": None,
            },
            "properties": _properties(body),
            "comments": [],
            "worklogs": [],
            "watchers": [],
        }
        self.issues[issue["key"]] = issue
        self._set(issue, given)
        return {"id": issue["id"], "key": issue["key"], "self": f"{self.url}/rest/api/3/issue/{issue['id']}"}

    @route("GET", "/issue/{key}")
    def _get(self, key: str, *, asked: Any, **_: Any) -> Any:
        issue = self.issue(key)
        return _shown(issue, asked.get("fields", "*all").split(","), asked.get("properties", "").split(","))

    @route("PUT", "/issue/{key}", 204)
    def _edit(self, key: str, *, body: Any, **_: Any) -> None:
        issue = self.issue(key)
        self._check(body.get("fields", {}))
        labels = list(issue["fields"]["labels"])
        for each in body.get("update", {}).get("labels", []):
            ((what, label),) = each.items()
            labels = [*(other for other in labels if other != label), *([label] if what == "add" else [])]
        self._set(issue, {**body.get("fields", {}), "labels": labels})

    @route("PUT", "/issue/{key}/assignee", 204)
    def _assign(self, key: str, *, body: Any, **_: Any) -> None:
        self._check({"assignee": body})
        self._set(self.issue(key), {"assignee": body if body["accountId"] else None})

    def _check(self, fields: dict[str, Any]) -> None:
        if fields.get("description") is not None and (wrong := flaw(fields["description"])):
            raise Problem(400, description=wrong)
        who = (fields.get("assignee") or {}).get("accountId")
        if who is not None and who not in PEOPLE:
            raise Problem(400, assignee="The user does not exist.")
        if unknown := {each for each in fields if each.startswith("customfield_")} - {"customfield_10010"}:
            raise Problem(400, **{min(unknown): "Field cannot be set. It is not on the appropriate screen."})
        if any(" " in each for each in fields.get("labels", [])):
            raise Problem(400, labels="The label can't contain spaces.")

    def _set(self, issue: dict[str, Any], fields: dict[str, Any]) -> None:
        told = dict(fields)
        if told.get("assignee"):
            told["assignee"] = _person(told["assignee"]["accountId"])
        issue["fields"].update(told)
        self.changed(issue)

    # Transitions.

    @route("GET", "/issue/{key}/transitions")
    def _transitions(self, key: str, **_: Any) -> Any:
        ways = WORKFLOW[self.issue(key)["fields"]["status"]["name"]]
        listed = [{"id": each, "name": name, "to": _status(to)} for each, (name, to) in ways.items()]
        return {"expand": "transitions", "transitions": listed}

    @route("POST", "/issue/{key}/transitions", 204)
    def _transit(self, key: str, *, body: Any, **_: Any) -> None:
        issue = self.issue(key)
        ways = WORKFLOW[issue["fields"]["status"]["name"]]
        number = str(body["transition"]["id"])
        if number not in ways:
            raise Problem(400, f"Transition id '{number}' is not valid for this issue.")
        resolution = body.get("fields", {}).get("resolution")
        issue.setdefault("moves", []).append(ways[number][1])
        self._set(issue, {"status": _status(ways[number][1]), "resolution": resolution})

    # Comments and worklogs.

    @route("GET", "/issue/{key}/comment")
    def _comments(self, key: str, *, asked: Any, **_: Any) -> Any:
        found = self.issue(key)["comments"]
        found = found[::-1] if asked.get("orderBy") == "-created" else found
        return _page(found, asked, "comments", properties="properties" in asked.get("expand", ""))

    @route("POST", "/issue/{key}/comment", 201)
    def _comment(self, key: str, *, body: Any, **_: Any) -> Any:
        issue = self.issue(key)
        if wrong := flaw(body.get("body")):
            raise Problem(400, comment=wrong)
        comment = {"id": self.id(), "author": _person(ME), "body": body["body"], "created": _now()}
        issue["comments"].append({**comment, "properties": body.get("properties", [])})
        self.changed(issue)
        return comment

    @route("DELETE", "/issue/{key}/comment/{number}", 204)
    def _uncomment(self, key: str, number: str, **_: Any) -> None:
        issue = self.issue(key)
        left = [each for each in issue["comments"] if each["id"] != number]
        if len(left) == len(issue["comments"]):
            raise Problem(404, f"Can not find a comment for the id: {number}.")
        issue["comments"] = left

    @route("GET", "/issue/{key}/worklog")
    def _worklogs(self, key: str, *, asked: Any, **_: Any) -> Any:
        found = self.issue(key)["worklogs"]
        return _page(found, asked, "worklogs", properties="properties" in asked.get("expand", ""))

    @route("POST", "/issue/{key}/worklog", 201)
    def _log(self, key: str, *, body: Any, **_: Any) -> Any:
        issue = self.issue(key)
        if body.get("timeSpentSeconds", 0) < 60:
            raise Problem(400, timeLogged="Invalid time duration entered.")
        if "comment" in body and (wrong := flaw(body["comment"])):
            raise Problem(400, comment=wrong)
        seconds = body["timeSpentSeconds"]
        worklog = {"id": self.id(), "author": _person(ME), "started": body.get("started", _now())}
        worklog |= {
            "timeSpentSeconds": seconds,
            "timeSpent": f"{seconds // 60}m",
            "comment": body.get("comment"),
        }
        issue["worklogs"].append({**worklog, "properties": body.get("properties", [])})
        return worklog

    # Links, watchers, people, projects.

    @route("GET", "/issueLinkType")
    def _link_types(self, **_: Any) -> Any:
        return {"issueLinkTypes": [_link_type(each) for each in LINKS]}

    @route("POST", "/issueLink", 201)
    def _link(self, *, body: Any, **_: Any) -> None:
        name = body["type"]["name"]
        if name not in LINKS:
            raise Problem(404, f"No issue link type with name '{name}' found.")
        source, target = (self.issue(body[side]["key"]) for side in ("inwardIssue", "outwardIssue"))
        links = source["fields"]["issuelinks"]
        if any(
            each.get("outwardIssue", {}).get("key") == target["key"] and each["type"]["name"] == name
            for each in links
        ):
            return
        shared = {"id": self.id(), "type": _link_type(name)}
        links.append({**shared, "outwardIssue": {"key": target["key"]}})
        target["fields"]["issuelinks"].append({**shared, "inwardIssue": {"key": source["key"]}})

    @route("POST", "/issue/{key}/watchers", 204)
    def _watch(self, key: str, *, body: Any, **_: Any) -> None:
        if body not in PEOPLE:
            raise Problem(404, "The user does not exist.")
        watchers = self.issue(key)["watchers"]
        watchers += [] if body in watchers else [body]

    @route("GET", "/user/search")
    def _users(self, *, asked: Any, **_: Any) -> Any:
        wanted = asked["query"].casefold()
        return [_person(each) for each, told in PEOPLE.items() if wanted in " ".join(told).casefold()]

    @route("GET", "/myself")
    def _myself(self, **_: Any) -> Any:
        return _person(ME)

    @route("GET", "/project/search")
    def _projects(self, *, asked: Any, **_: Any) -> Any:
        listed = [
            {"id": str(10 + at), "key": each, "name": each.title()} for at, each in enumerate(self.projects)
        ]
        return _page(listed, asked, "values")

    @route("GET", "/issue/createmeta/{project}/issuetypes")
    def _types(self, project: str, *, asked: Any, **_: Any) -> Any:
        if project not in self.projects:
            raise Problem(404, f"No project could be found with key '{project}'.")
        listed = [
            {"self": "…", "id": number, "name": name, "subtask": False} for number, name in TYPES.items()
        ]
        return _page(listed, asked, "issueTypes")

    @route("GET", "/issue/createmeta/{project}/issuetypes/{kind}")
    def _fields(self, project: str, kind: str, *, asked: Any, **_: Any) -> Any:
        if kind not in TYPES or project not in self.projects:
            raise Problem(404, "No issue type found.")
        listed = [
            {"fieldId": "summary", "key": "summary", "name": "Summary", "required": True},
            {"fieldId": "customfield_10010", "key": "customfield_10010", "name": "Colour", "required": False},
        ]
        return _page(listed, asked, "fields")


def _body(request: Received) -> Any:
    try:
        return json.loads(request.body) if request.body else None
    except ValueError:
        raise Problem(
            400, "There was an error parsing JSON. Check that your request body is valid."
        ) from None


def _shown(issue: dict[str, Any], names: list[str], properties: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": issue["id"], "key": issue["key"], "self": "…"}
    fields = issue["fields"]
    if names != ["id"]:
        told["fields"] = (
            fields if "*all" in names else {each: fields[each] for each in names if each in fields}
        )
    if properties != [""]:
        told["properties"] = {name: each for name, each in issue["properties"].items() if name in properties}
    return deepcopy(told)


def _page(found: list[Any], asked: Any, name: str, *, properties: bool = False) -> dict[str, Any]:
    start = int(asked.get("startAt", 0))
    listed = deepcopy(found[start : start + min(int(asked.get("maxResults", 50)), 100)])
    for each in [] if properties else listed:
        each.pop("properties", None)
    return {"startAt": start, "maxResults": 100, "total": len(found), name: listed}


def _properties(body: Any) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in body.get("properties", [])}


def _person(account: str) -> dict[str, Any]:
    name, address = PEOPLE[account]
    shown = {"self": "…", "accountId": account, "displayName": name, "emailAddress": address, "active": True}
    return {**shown, "avatarUrls": {"48x48": "…"}, "timeZone": "Europe/Vienna"}


def _status(name: str) -> dict[str, Any]:
    number, category = STATUSES[name]
    return {"self": "…", "id": number, "name": name, "description": "", "statusCategory": {"name": category}}


def _link_type(name: str) -> dict[str, Any]:
    inward, outward = LINKS[name]
    return {"id": name.lower(), "name": name, "inward": inward, "outward": outward}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
