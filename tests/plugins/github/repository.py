"""What is in the emulated account, and how tests look at it past the connector and its proxy."""

import base64
import json
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fault_proxy import FaultProxy
from interlock import Router, ToolCall, ToolOutcome
from interlock.testing import Received, Reply

TOKEN = "ghp_conformance_1f9c24aa"
ME, OTHER = "octo-bot", "ada"
REPO = "shop"
APP, INSTALLATION = 12345, 100
PRIVATE = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    .decode()
)
_MAY = {"contents": "write", "issues": "write", "pull_requests": "write", "metadata": "read"}
SEED = {
    "tokens": {
        TOKEN: {"login": ME, "scopes": ["repo"]},
        "ghp_of_another": {"login": OTHER, "scopes": ["repo"]},
    },
    "github": {
        "users": [{"login": ME}, {"login": OTHER}],
        "repos": [
            {"owner": ME, "name": REPO},
            {"owner": ME, "name": "busy"},
            {"owner": OTHER, "name": "hers"},
        ],
        "apps": [
            {
                "app_id": APP,
                "slug": "ink-app",
                "name": "Ink",
                "private_key": PRIVATE,
                "permissions": _MAY,
                "installations": [{"installation_id": INSTALLATION, "account": ME}],
            }
        ],
    },
}
HERE = {"owner": ME, "repo": REPO}
_numbers = count(1)


class Account:
    """Asks the emulator by itself."""

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self._there = (str(there.hostname), int(there.port or 0))

    def ask(self, method: str, path: str, body: Any = None, *, token: str = TOKEN) -> Any:
        connection = HTTPConnection(*self._there, timeout=10)
        try:
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            reply = connection.getresponse()
            told = json.loads(reply.read() or b"null")
            assert reply.status < 400, (method, path, told)
            return told
        finally:
            connection.close()

    def at(self, method: str, rest: str, body: Any = None, *, repo: str = REPO) -> Any:
        return self.ask(method, f"/repos/{ME}/{repo}/{rest}", body)

    def free_name(self) -> str:
        return f"test-{next(_numbers)}-{uuid4().hex[:8]}"

    def issue(self, body: str = "Nothing prints", **more: Any) -> dict[str, Any]:
        return dict(self.at("POST", "issues", {"title": self.free_name(), "body": body, **more}))

    def issues(self, title: str) -> list[dict[str, Any]]:
        told = self.at("GET", "issues?state=all&per_page=100")
        return [each for each in told if each["title"] == title]

    def comments(self, number: int) -> list[dict[str, Any]]:
        return list(self.at("GET", f"issues/{number}/comments?per_page=100"))

    def head(self, branch: str = "main") -> str:
        return str(self.at("GET", f"branches/{branch}")["commit"]["sha"])

    def branch(self, at: str = "main") -> str:
        name = self.free_name()
        self.at("POST", "git/refs", {"ref": f"refs/heads/{name}", "sha": self.head(at)})
        return name

    def put(self, branch: str, path: str, text: str, sha: str | None = None) -> str:
        """The file's sha, once it is there."""
        body = {"message": "Seed", "content": base64.b64encode(text.encode()).decode(), "branch": branch}
        told = self.at("PUT", f"contents/{path}", body | ({"sha": sha} if sha else {}))
        return str(told["content"]["sha"])

    def commits(self, branch: str) -> list[str]:
        return [each["commit"]["message"] for each in self.at("GET", f"commits?sha={branch}&per_page=100")]

    def pull(self, files: Any = None) -> dict[str, Any]:
        """One that is open, from a branch of its own into another of its own."""
        base, head = self.branch(), self.branch()
        for path, text in (files or {"ink.py": "ink = 1\n"}).items():
            self.put(head, path, text)
        return dict(self.at("POST", "pulls", {"title": "Ink", "head": head, "base": base, "body": "Ink"}))

    def reviews(self, number: int) -> list[dict[str, Any]]:
        return list(self.at("GET", f"pulls/{number}/reviews?per_page=100"))


class GitHubProxy(FaultProxy):
    """Mends what the emulator has other than GitHub.

    Its list of a pull request's files has invented ones in it: those of its comparison are given instead.
    Of a comment on a line it wants the position in the diff, too, which GitHub has given up.
    """

    def forward(self, request: Received) -> Reply:
        path = urlsplit(request.path).path
        if request.method == "GET" and path.endswith("/files"):
            pull = json.loads(super().forward(_to(request, path.removesuffix("/files"))).body)
            between = f"{pull['base']['sha']}...{pull['head']['sha']}"
            repo = path.partition("/pulls/")[0]
            told = json.loads(super().forward(_to(request, f"{repo}/compare/{between}")).body)
            return Reply.json(told["files"])
        if request.method == "POST" and path.endswith("/reviews"):
            body = request.json()
            for each in body.get("comments", []):
                each["position"] = each["line"]
            return super().forward(_to(request, request.path, json.dumps(body).encode()))
        return super().forward(request)


def _to(request: Received, path: str, body: bytes | None = None) -> Received:
    return Received(
        method=request.method,
        path=path,
        headers=request.headers,
        body=request.body if body is None else body,
    )


class Box:
    """A router with one connector; its policy lets everything run without a person."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.toolbox = router.toolbox()

    async def run(self, tool: str, /, *, key: str | None = None, **arguments: Any) -> ToolOutcome:
        call = ToolCall(id="call-1", name=tool, arguments={**HERE, **arguments})
        return await (self.toolbox.run(call, key=key) if key else self.toolbox.run(call))

    async def told(self, tool: str, /, **arguments: Any) -> Any:
        """The JSON that a run gives; it must be done."""
        outcome = await self.run(tool, **arguments)
        assert outcome.outcome == "done", outcome
        return json.loads(str(outcome.content))
