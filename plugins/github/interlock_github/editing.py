"""Changing an issue or a pull request in the version that was read: GitHub has no condition for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock import Preview, ProviderError, Repeat, RequestError, ToolOutcome
from interlock.protocols import API, FindCall, PreviewCall, ToolAccess, ToolRun
from interlock_github.options import GitHubOptions
from interlock_github.paths import NUMBER, TEXT, TITLE, Places, schema
from interlock_github.reading import ISSUE, Written, query
from interlock_github.texts import markdown, marks, words
from interlock_tools import Arguments, Call, Find, NotSent, Operation, Service, tool_for

_FIELDS = ("title", "body", "state", "state_reason")


def edit_row(options: GitHubOptions) -> Operation:
    """The one request; what goes before it is `EditTool`'s."""
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
            request=lambda asked: Call(path=places.of(asked, "issues", asked["number"])),
            items="",
            fits=lambda issue, asked: _is(issue, _asked(asked, options)),
            # It is another version, and not as asked: ours may lie in between.
            unclear=lambda issue, asked: issue.get("updated_at") != asked["updated_at"],
        ),
    )


class EditTool:
    """The tool of that row: it looks at the version first, and keeps the marks of a body that it replaces."""

    api = API

    def __init__(self, service: Service, row: Operation) -> None:
        self._tool: Any = tool_for(service, row)
        self.spec = self._tool.spec
        self.effect = self._tool.effect
        self.repeat = self._tool.repeat
        self.settles_within = self._tool.settles_within
        self._service = service
        self._row = row

    def __repr__(self) -> str:
        return repr(self._tool)

    async def run(self, run: ToolRun) -> ToolOutcome:
        shown = PreviewCall(
            call=run.call,
            metadata=run.metadata,
            deadline=run.deadline,
            http=run.http,
            permit=run.permit,
            destination=run.destination,
        )
        try:
            await self._tool.preview(shown)  # holds the arguments against their schema, and sends nothing
        except RequestError as error:
            return ToolOutcome(outcome="refused", reason="not_sent", content=str(error))
        from interlock_tools.schemas import fitted  # noqa: PLC0415 - takes long to import

        asked = Arguments(values=fitted(self.spec.parameters, run.call.arguments))
        issue = await self._issue(run, asked)
        if isinstance(issue, ToolOutcome):
            return issue
        if issue.get("updated_at") != asked["updated_at"]:
            content = f"it has changed since: its updated_at is {issue.get('updated_at')}; read it again"
            return ToolOutcome(outcome="refused", reason="conflict", content=content)
        kept = marks(issue.get("body"))
        outcome: ToolOutcome = await tool_for(self._service, _keeping(self._row, kept)).run(run)
        return outcome

    async def preview(self, call: PreviewCall) -> Preview:
        return await self._tool.preview(call)  # type: ignore[no-any-return]  # a tool's own

    async def find(self, call: FindCall) -> ToolOutcome | None:
        return await self._tool.find(call)  # type: ignore[no-any-return]  # a tool's own

    async def _issue(self, access: ToolAccess, asked: Arguments) -> Mapping[str, Any] | ToolOutcome:
        """As it is now; an outcome where that cannot be seen, and nothing has been done."""
        find = self._row.find
        if find is None:
            raise TypeError(f"{self._row.name} cannot be looked for")
        try:
            reply = await self._service.send(access, find.request(asked))
        except NotSent as early:
            return _refused(early.error)
        except ProviderError as error:
            return _refused(error)
        told = await self._service.told(reply)
        failed = self._service.outcome(reply, told, self._row.meanings)
        if failed is not None:
            return replace(failed, outcome="refused", reason=failed.reason or "not_sent")
        if not isinstance(told, Mapping):
            return ToolOutcome(outcome="refused", reason="not_sent", content="GitHub sent no issue")
        return told


def _refused(error: ProviderError) -> ToolOutcome:
    return ToolOutcome(
        outcome="refused",
        reason="not_sent",
        content=error.message,
        retry_after=error.retry_after,
        error=error,
    )


def _keeping(row: Operation, kept: str) -> Operation:
    def request(asked: Arguments) -> Call:
        call = row.request(asked)
        if not kept or "body" not in call.body:
            return call
        return replace(call, body={**call.body, "body": f"{kept}{call.body['body']}"})

    return replace(row, request=request)


def _asked(asked: Arguments, options: GitHubOptions) -> Mapping[str, Any]:
    body = asked.get("body")
    text = None if body is None else markdown(body, mentions=options.allow_mentions)
    return query(**{name: asked.get(name) for name in _FIELDS} | {"body": text})


def _is(issue: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(_plain(issue.get(name)) == _plain(value) for name, value in wanted.items())


def _plain(value: Any) -> Any:
    return words(value).replace("\r\n", "\n").strip() if isinstance(value, str) else value
