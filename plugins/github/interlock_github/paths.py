"""Where things stand in GitHub's API. No argument leaves its place in a path."""

from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock_github.options import GitHubOptions
from interlock_tools import Arguments, NextLink, segment

WAY = NextLink(parameters=("page", "after"))
"""How every list goes on."""

_OWNER: Mapping[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,98}$"}
_REPO: Mapping[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"}
NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2_000_000_000}
SHA: Mapping[str, Any] = {"type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$"}
BRANCH: Mapping[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 244,
    "description": "its name, without refs/heads/",
}
TEXT: Mapping[str, Any] = {
    "type": "string",
    "minLength": 1,
    "description": "GitHub's Markdown, at most 65,536 characters",
}
TITLE: Mapping[str, Any] = {"type": "string", "pattern": "\\S", "maxLength": 256}


def schema(optional: Mapping[str, Any] | None = None, **required: Any) -> Mapping[str, Any]:
    """Of a tool for one repository: owner and repo, what else is required, and what may be left out."""
    needed = {"owner": _OWNER, "repo": _REPO, **required}
    properties = {**needed, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(needed)}


class Places:
    """Paths below the repositories that the options allow."""

    def __init__(self, options: GitHubOptions) -> None:
        self._options = options

    def of(self, asked: Arguments, *rest: object) -> str:
        """A path below the repository; each of `rest` is one segment.

        Raises:
            RequestError: the options allow no such repository, or a segment names nothing.
        """
        owner, repo = asked["owner"], asked["repo"]
        if not self._options.allows(owner, repo):
            allowed = ", ".join(self._options.repositories[:10])
            raise RequestError(
                f"{owner}/{repo} is none of the repositories allowed here: {allowed}", key="repo"
            )
        named = f"/repos/{segment(owner, key='owner')}/{segment(repo, key='repo')}"
        return "/".join((named, *(segment(str(each), key="path") for each in rest)))

    def below(self, asked: Arguments, *rest: object, path: str, key: str) -> str:
        """The same, and then a path of several segments, as of a file or a branch."""
        if path == "" and key == "path":
            return self.of(asked, *rest)
        parts = [segment(each, key=key) for each in path.split("/")]
        return "/".join((self.of(asked, *rest), *parts))
