"""Changing an issue or a pull request in the version that was read: GitHub has no condition for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from interlock import Repeat, RequestError, ToolOutcome
from interlock_github.options import GitHubOptions
from interlock_github.paths import NUMBER, TEXT, TITLE, Places, schema
from interlock_github.reading import ISSUE, Written, query
from interlock_github.texts import markdown, marks, words
from interlock_tools import Arguments, Call, Find, Operation, PreconditionTool, Service

_FIELDS = ("title", "body", "state", "state_reason")


def edit_row(options: GitHubOptions) -> Operation:
    """The one request; what goes before it is `edit_tool`'s."""
    places = Places(options)

    def request(asked: Arguments) -> Call:
        body = _asked(asked, options)
        if not body:
            raise RequestError(f"give what is to change: {', '.join(_FIELDS)}", key="title")
        return Call(method="PATCH", path=places.of(asked, "issues", asked["number"]), body=body)

    return Operation(
        name="github_update_issue",
        description=(
            "Changes title, body or state of an issue or a pull request, in the version that was read: give "
            "its updated_at. What has changed since is not overwritten."
        ),
        parameters=schema(
            {
                "title": TITLE,
                "body": TEXT,
                "state": {"enum": ["open", "closed"]},
                "state_reason": {"enum": ["completed", "not_planned", "reopened"]},
            },
            number=NUMBER,
            updated_at={"type": "string", "pattern": "^[0-9T:.Z-]{20,30}$"},
        ),
        request=request,
        effect="write",
        answer=Written(fields=ISSUE, receipt={"number": "number", "url": "html_url"}, longest=300),
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(
            request=lambda asked: _issue(places, asked),
            items="",
            fits=lambda issue, asked: _is(issue, _asked(asked, options)),
            # It is another version, and not as asked: ours may lie in between.
            unclear=lambda issue, asked: issue.get("updated_at") != asked["updated_at"],
        ),
    )


def edit_tool(service: Service, options: GitHubOptions) -> PreconditionTool:
    """The tool of that row: it looks at the version first, and keeps the marks of a body that it replaces."""
    row, places = edit_row(options), Places(options)

    def then(read: Sequence[Any], asked: Arguments) -> Operation | ToolOutcome:
        issue = read[0]
        if not isinstance(issue, Mapping):
            return ToolOutcome(outcome="refused", reason="not_sent", content="GitHub sent no issue")
        if issue.get("updated_at") != asked["updated_at"]:
            content = f"it has changed since: its updated_at is {issue.get('updated_at')}; read it again"
            return ToolOutcome(outcome="refused", reason="conflict", content=content)
        return _keeping(row, marks(issue.get("body")))

    return PreconditionTool(service, row, reads=(lambda asked: _issue(places, asked),), then=then)


def _keeping(row: Operation, kept: str) -> Operation:
    def request(asked: Arguments) -> Call:
        call = row.request(asked)
        if not kept or "body" not in call.body:
            return call
        return replace(call, body={**call.body, "body": f"{kept}{call.body['body']}"})

    return replace(row, request=request)


def _issue(places: Places, asked: Arguments) -> Call:
    return Call(path=places.of(asked, "issues", asked["number"]))


def _asked(asked: Arguments, options: GitHubOptions) -> Mapping[str, Any]:
    body = asked.get("body")
    text = None if body is None else markdown(body, mentions=options.allow_mentions)
    return query(**{name: asked.get(name) for name in _FIELDS} | {"body": text})


def _is(issue: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(_plain(issue.get(name)) == _plain(value) for name, value in wanted.items())


def _plain(value: Any) -> Any:
    return words(value).replace("\r\n", "\n").strip() if isinstance(value, str) else value
