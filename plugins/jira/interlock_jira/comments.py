"""Comments and worklogs."""

import re
from collections.abc import Mapping
from typing import Any

from interlock import Repeat, RequestError
from interlock_jira.hosting import Hosting
from interlock_jira.reading import DATA, Written, pages, query
from interlock_jira.schemas import ISSUE, schema, text
from interlock_tools import Arguments, Call, Find, Operation

_COMMENT = ("id", "author.displayName", "author.accountId", "author.name", "body", "created", "updated")
_WORKLOG = ("id", "author.displayName", "comment", "started", "timeSpent", "timeSpentSeconds")
_EACH = 100
_STARTED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:?[0-9]{2})")


def comment_rows(hosting: Hosting) -> tuple[Operation, ...]:
    """All of them."""
    return (_list(hosting), _add(hosting), _log(hosting))


def _list(hosting: Hosting) -> Operation:
    return Operation(
        name="jira_list_comments",
        description=f"Reads the comments of an issue, newest first. {DATA}",
        parameters=schema(issue=ISSUE),
        request=lambda asked: _comments(hosting, asked),
        effect="read",
        answer=Written(at="comments", fields=_COMMENT, longest=10_000),
        pages=pages(hosting.offset("comments")),
    )


def _add(hosting: Hosting) -> Operation:
    def add(asked: Arguments) -> Call:
        said = hosting.rich(asked["body"], key="body", mark=asked.key)
        body = {"body": said, **hosting.properties(asked.key)}
        return Call(method="POST", path=hosting.issue(asked, "comment"), body=body)

    quiet = "" if hosting.options.allow_mentions else " It mentions nobody."
    return Operation(
        name="jira_add_comment",
        description=f"Comments on an issue.{quiet}",
        parameters=schema(issue=ISSUE, body=text(cloud=hosting.cloud)),
        request=add,
        effect="write",
        answer=Written(fields=("id", "created"), receipt={"id": "id"}),
        repeat=Repeat("read"),
        settles_within=hosting.options.settles_within,
        find=Find(
            request=lambda asked: _comments(hosting, asked),
            items="comments",
            fits=lambda comment, asked: hosting.has_mark(comment, asked.key, text="body"),
            pages=hosting.offset("comments"),
        ),
        undo=lambda receipt, asked: Call(
            method="DELETE", path=hosting.issue(asked, "comment", receipt["id"])
        ),
    )


def _log(hosting: Hosting) -> Operation:
    def log(asked: Arguments) -> Call:
        # At Data Center the mark stands in the comment, so that there is always one.
        comment = asked.get("comment") or ("" if hosting.cloud else "Logged")
        body = query(
            timeSpentSeconds=asked["minutes"] * 60,
            started=_started(asked.get("started")),
            comment=hosting.rich(comment, key="comment", mark=asked.key) if comment else None,
        )
        path = hosting.issue(asked, "worklog")
        return Call(method="POST", path=path, body={**body, **hosting.properties(asked.key)})

    return Operation(
        name="jira_log_work",
        description="Logs time that was spent on an issue; what is estimated to remain is lowered by it.",
        parameters=schema(
            {
                "comment": text(cloud=hosting.cloud),
                "started": {"type": "string", "description": "2026-11-30T09:00:00+01:00; else now"},
            },
            issue=ISSUE,
            minutes={"type": "integer", "minimum": 1, "maximum": 60_000},
        ),
        request=log,
        effect="write",
        answer=Written(fields=("id", "timeSpent", "started"), receipt={"id": "id"}),
        repeat=Repeat("read"),
        settles_within=hosting.options.settles_within,
        find=Find(
            request=lambda asked: Call(path=hosting.issue(asked, "worklog"), query=_query(hosting)),
            items="worklogs",
            fits=lambda worklog, asked: hosting.has_mark(worklog, asked.key, text="comment"),
            pages=hosting.offset("worklogs"),
        ),
    )


def _comments(hosting: Hosting, asked: Arguments) -> Call:
    listed = {**_query(hosting), "orderBy": "-created"}
    return Call(path=hosting.issue(asked, "comment"), query=listed)


def _query(hosting: Hosting) -> Mapping[str, Any]:
    return query(startAt=0, maxResults=_EACH, expand="properties" if hosting.cloud else None)


def _started(told: str | None) -> str | None:
    """As Jira writes times: with thousandths, and an offset without a colon."""
    if told is None:
        return None
    if (found := _STARTED.fullmatch(told)) is None:
        raise RequestError(
            f"expected a time with its offset, such as 2026-11-30T09:00:00Z, not {told!r}", key="started"
        )
    offset = "+0000" if found[2] == "Z" else found[2].replace(":", "")
    return f"{found[1]}.000{offset}"
