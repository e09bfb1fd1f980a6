"""The two servers of the tests, seen past the connector and its proxy, and routers with a connector."""

import json
from http.client import HTTPConnection
from itertools import count
from typing import Any, Protocol
from urllib.parse import quote, urlsplit
from uuid import uuid4

from fault_proxy import FaultProxy
from interlock import Router, ToolCall, ToolOutcome
from interlock.testing import Received, Reply
from jira_cloud import CloudSite

_numbers = count(1)
CLOUD_KEY, OWN_KEY = CloudSite.key, "pat-of-data-center-88aa01"
BO = {"cloud": "5b10ac8d82e05b22cc7d4ef6", "data_center": "u02"}
BEGUN = "In Progress"


def free_name() -> str:
    return f"test-{next(_numbers)}-{uuid4().hex[:8]}"


class Account(Protocol):
    """A server as it really is.

    Attributes:
        hosting: as the options name it.
        first: the status of a new issue.
    """

    hosting: str
    first: str

    def issue(self, summary: str = "") -> str: ...
    def fields(self, key: str) -> dict[str, Any]: ...
    def titled(self, summary: str) -> int: ...
    def comments(self, key: str) -> list[str]: ...
    def worklogs(self, key: str) -> list[int]: ...
    def links(self, key: str) -> list[str]: ...
    def moves(self, key: str) -> list[str]: ...
    def comment(self, key: str, text: str) -> None: ...


class CloudAccount:
    """The stand-in for Jira Cloud, from within."""

    hosting, first = "cloud", "To Do"

    def __init__(self, site: CloudSite) -> None:
        self.site = site

    def _ask(self, method: str, path: str, body: Any) -> Any:
        headers = {"authorization": "Bearer scoped-3f9a"}
        request = Received(method=method, path=path, headers=headers, body=json.dumps(body).encode())
        reply = self.site.answer(request)
        assert (reply.status or 500) < 300, reply.body
        return json.loads(reply.body or b"null")

    def issue(self, summary: str = "", project: str = "SHOP") -> str:
        fields = {
            "project": {"key": project},
            "issuetype": {"name": "Task"},
            "summary": summary or free_name(),
        }
        return str(self._ask("POST", "/rest/api/3/issue", {"fields": fields})["key"])

    def fields(self, key: str) -> dict[str, Any]:
        return dict(self.site.issue(key)["fields"])

    def titled(self, summary: str) -> int:
        return sum(each["fields"]["summary"] == summary for each in self.site.issues.values())

    def comments(self, key: str) -> list[str]:
        return [json.dumps(each["body"]) for each in self.site.issue(key)["comments"]]

    def worklogs(self, key: str) -> list[int]:
        return [each["timeSpentSeconds"] for each in self.site.issue(key)["worklogs"]]

    def links(self, key: str) -> list[str]:
        links = self.fields(key)["issuelinks"]
        return [each["outwardIssue"]["key"] for each in links if "outwardIssue" in each]

    def moves(self, key: str) -> list[str]:
        return list(self.site.issue(key).get("moves", []))

    def comment(self, key: str, text: str) -> None:
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        body = {"body": {"type": "doc", "version": 1, "content": [paragraph]}}
        self._ask("POST", f"/rest/api/3/issue/{key}/comment", body)


class OwnAccount:
    """The emulated Data Center, over HTTP."""

    hosting, first = "data_center", "Open"

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self._there = (str(there.hostname), int(there.port or 0))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = HTTPConnection(*self._there, timeout=10)
        try:
            written = None if body is None else json.dumps(body)
            connection.request(
                method, f"/rest/api/2/{path}", body=written, headers={"content-type": "application/json"}
            )
            reply = connection.getresponse()
            told = json.loads(reply.read() or b"null")
            assert reply.status < 400, (method, path, told)
            return told
        finally:
            connection.close()

    def issue(self, summary: str = "") -> str:
        fields = {
            "project": {"key": "SHOP"},
            "issuetype": {"name": "Task"},
            "summary": summary or free_name(),
        }
        return str(self.ask("POST", "issue", {"fields": fields})["key"])

    def fields(self, key: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"issue/{key}")["fields"])

    def titled(self, summary: str) -> int:
        wanted = quote(f'summary ~ "{summary}"')
        return int(self.ask("GET", f"search?jql={wanted}")["total"])

    def comments(self, key: str) -> list[str]:
        return [each["body"] for each in self.ask("GET", f"issue/{key}/comment?maxResults=1000")["comments"]]

    def worklogs(self, key: str) -> list[int]:
        return [each["timeSpentSeconds"] for each in self.ask("GET", f"issue/{key}/worklog")["worklogs"]]

    def links(self, key: str) -> list[str]:
        links = self.fields(key)["issuelinks"]
        return [each["outwardIssue"]["key"] for each in links if "outwardIssue" in each]

    def moves(self, key: str) -> list[str]:
        told = self.ask("GET", f"issue/{key}?expand=changelog")["changelog"]["histories"]
        return [each["items"][0]["toString"] for each in told]

    def comment(self, key: str, text: str) -> None:
        self.ask("POST", f"issue/{key}/comment", {"body": text})


class OwnProxy(FaultProxy):
    """Mends what the emulated Data Center lacks: `update` of labels, and how one asks for types since 8.4."""

    def forward(self, request: Received) -> Reply:
        path = urlsplit(request.path).path
        change = request.json() if request.method == "PUT" and request.body else {}
        if "update" in change:
            told = self._read(request, f"{path}?fields=labels")
            labels = list(told["fields"]["labels"])
            for each in change["update"]["labels"]:
                ((what, label),) = each.items()
                labels = [*(other for other in labels if other != label), *([label] if what == "add" else [])]
            return super().forward(_as(request, "PUT", path, {"fields": {"labels": labels}}))
        if "/createmeta/" in path:
            root, _, rest = path.partition("/createmeta/")
            (project,) = self._read(request, f"{root}/createmeta")["projects"]
            types = [
                {name: each[name] for name in ("id", "name", "subtask")} for each in project["issuetypes"]
            ]
            fields = project["issuetypes"][0]["fields"]
            listed = [{"fieldId": name, **each} for name, each in fields.items()]
            return Reply.json({"values": types if rest.endswith("issuetypes") else listed, "total": 7})
        return super().forward(request)

    def _read(self, request: Received, path: str) -> Any:
        return json.loads(super().forward(_as(request, "GET", path, None)).body)


def _as(request: Received, method: str, path: str, body: Any) -> Received:
    written = b"" if body is None else json.dumps(body).encode()
    return Received(method=method, path=path, headers=request.headers, body=written)


def config_of(hosting: str, url: str, **options: Any) -> dict[str, Any]:
    """A configuration with one connector, whose policy lets everything run without a person."""
    cloud = hosting == "cloud"
    entry = {"id": "jira", "connector": "jira", "base_url": url, "region": "local"}
    entry["api_key"] = CLOUD_KEY if cloud else OWN_KEY
    return {"connectors": [{**entry, "options": {"hosting": hosting, "settles_within": 0.005, **options}}]}


class Box:
    """A router with one connector."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.router = Router.from_config(config)
        self.toolbox = self.router.toolbox()

    async def run(self, tool: str, /, *, key: str | None = None, **arguments: Any) -> ToolOutcome:
        call = ToolCall(id="call-1", name=tool, arguments=arguments)
        return await (self.toolbox.run(call, key=key) if key else self.toolbox.run(call))

    async def done(self, tool: str, /, **arguments: Any) -> ToolOutcome:
        """The outcome of a run, which must be done."""
        outcome = await self.run(tool, **arguments)
        assert outcome.outcome == "done", outcome
        return outcome

    async def told(self, tool: str, /, **arguments: Any) -> Any:
        """The JSON that a run gives; it must be done."""
        outcome = await self.done(tool, **arguments)
        return json.loads(str(outcome.content))
