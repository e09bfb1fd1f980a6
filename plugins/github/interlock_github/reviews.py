"""Reviews of pull requests, with comments on lines."""

from collections.abc import Mapping
from typing import Any

from interlock import Repeat, RequestError
from interlock_github.issues import has_mark
from interlock_github.options import GitHubOptions
from interlock_github.paths import NUMBER, SHA, TEXT, WAY, Places, schema
from interlock_github.reading import COMMENT, DATA, EACH, Written, pages, query
from interlock_github.texts import markdown
from interlock_tools import Arguments, Call, Find, Operation

_LINE = {"type": "integer", "minimum": 1, "maximum": 10_000_000}
_COMMENTS: Mapping[str, Any] = {
    "type": "array",
    "maxItems": 100,
    "items": {
        "type": "object",
        "properties": {
            "path": {"type": "string", "minLength": 1, "maxLength": 1000},
            "line": {**_LINE, "description": "of the file as it is after the change, and within its diff"},
            "start_line": {**_LINE, "description": "where a comment on several lines begins"},
            "side": {"enum": ["RIGHT", "LEFT"], "description": "LEFT: line is one of before the change"},
            "body": TEXT,
        },
        "required": ["path", "line", "body"],
        "additionalProperties": False,
    },
}


def review_rows(options: GitHubOptions) -> tuple[Operation, ...]:
    """All of them."""
    places = Places(options)
    return (
        Operation(
            name="github_list_reviews",
            description=f"Reads the reviews of a pull request, oldest first. {DATA}",
            parameters=schema(number=NUMBER),
            request=lambda asked: _reviews(places, asked),
            effect="read",
            answer=Written(
                fields=("id", "user.login", "state", "body", "commit_id", "submitted_at", "html_url"),
                longest=10_000,
            ),
            pages=pages(),
        ),
        Operation(
            name="github_list_review_comments",
            description=f"Reads the comments on lines of a pull request, oldest first. {DATA}",
            parameters=schema(number=NUMBER),
            request=lambda asked: Call(
                path=places.of(asked, "pulls", asked["number"], "comments"), query={"per_page": EACH}
            ),
            effect="read",
            answer=Written(fields=(*COMMENT, "path", "line", "side", "in_reply_to_id"), longest=10_000),
            pages=pages(),
        ),
        _review(places, options),
    )


def _review(places: Places, options: GitHubOptions) -> Operation:
    def request(asked: Arguments) -> Call:
        body = {
            "commit_id": asked["commit"],
            "event": asked["event"],
            "body": markdown(asked["body"], mentions=options.allow_mentions, mark=asked.key),
            "comments": [_line(each, options, place) for place, each in enumerate(asked.get("comments", []))],
        }
        return Call(method="POST", path=places.of(asked, "pulls", asked["number"], "reviews"), body=body)

    return Operation(
        name="github_review_pull_request",
        description=(
            "Posts a review of a pull request as of one commit: its verdict, a text, and comments on lines "
            "that the diff shows. All of it is there at once, or none."
        ),
        parameters=schema(
            {"comments": _COMMENTS},
            number=NUMBER,
            commit={**SHA, "description": "the head.sha that was looked at"},
            event={"enum": ["APPROVE", "REQUEST_CHANGES", "COMMENT"]},
            body=TEXT,
        ),
        request=request,
        effect="write",
        answer=Written(fields=("id", "state", "html_url"), receipt={"id": "id", "url": "html_url"}),
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(request=lambda asked: _reviews(places, asked), items="", fits=has_mark, pages=WAY),
    )


def _line(given: Mapping[str, Any], options: GitHubOptions, place: int) -> Mapping[str, Any]:
    key = f"comments.{place}"
    side, start = given.get("side", "RIGHT"), given.get("start_line")
    if start is not None and start >= given["line"]:
        raise RequestError("start_line comes before line", key=f"{key}.start_line")
    return query(
        path=given["path"],
        line=given["line"],
        side=side,
        start_line=start,
        start_side=None if start is None else side,
        body=markdown(given["body"], mentions=options.allow_mentions, key=f"{key}.body"),
    )


def _reviews(places: Places, asked: Arguments) -> Call:
    return Call(path=places.of(asked, "pulls", asked["number"], "reviews"), query={"per_page": EACH})
