"""Issues: searching, listing, reading, creating, and their comments and labels."""

from typing import Any

from interlock import Repeat, RequestError
from interlock_github.options import GitHubOptions
from interlock_github.paths import NUMBER, TEXT, TITLE, WAY, Places, schema
from interlock_github.reading import COMMENT, DATA, EACH, ISSUE, Written, pages, query
from interlock_github.searching import narrowed
from interlock_github.texts import markdown
from interlock_tools import Answer, Arguments, Call, Find, Operation, comment

_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 50}, "maxItems": 20}
_LOGINS = {**_NAMES, "maxItems": 10}
_STATE = {"enum": ["open", "closed", "all"], "description": "open unless said otherwise"}


def issue_rows(options: GitHubOptions) -> tuple[Operation, ...]:
    """All but the one that changes issues, which is no row alone."""
    places = Places(options)
    return (*_reads(places), *_writes(places, options))


def has_mark(thing: Any, asked: Arguments) -> bool:
    """Whether the body of what is listed has the mark of the run."""
    body = thing.get("body")
    return isinstance(body, str) and comment(asked.key) in body


def _reads(places: Places) -> tuple[Operation, ...]:
    return (
        Operation(
            name="github_search_issues",
            description=(
                "Searches issues and pull requests of a repository by words and qualifiers such as is:open. "
                "The index lags behind by seconds to minutes: what was just written may be missing."
            ),
            parameters=schema(query={"type": "string", "minLength": 1, "maxLength": 200}),
            request=lambda asked: Call(
                path="/search/issues", query={"q": narrowed(places, asked), "per_page": 30}
            ),
            effect="read",
            answer=Written(at="items", fields=ISSUE, longest=300),
            pages=pages(most=2, items=60),
        ),
        Operation(
            name="github_list_issues",
            description="Lists a repository's issues, newest first, pull requests among them.",
            parameters=schema(
                {"state": _STATE, "labels": _NAMES, "assignee": {"type": "string", "maxLength": 100}}
            ),
            request=lambda asked: Call(path=places.of(asked, "issues"), query=_listed(asked)),
            effect="read",
            answer=Written(fields=ISSUE, longest=300),
            pages=pages(),
        ),
        Operation(
            name="github_get_issue",
            description=f"Reads an issue, with the updated_at that changing it takes. {DATA}",
            parameters=schema(number=NUMBER),
            request=lambda asked: Call(path=places.of(asked, "issues", asked["number"])),
            effect="read",
            answer=Written(fields=(*ISSUE, "body"), longest=70_000),
        ),
        Operation(
            name="github_list_comments",
            description=f"Reads the comments of an issue or a pull request, oldest first. {DATA}",
            parameters=schema(number=NUMBER),
            request=lambda asked: _comments(places, asked),
            effect="read",
            answer=Written(fields=COMMENT, longest=10_000),
            pages=pages(),
        ),
    )


def _writes(places: Places, options: GitHubOptions) -> tuple[Operation, ...]:
    told = "" if options.allow_mentions else " It mentions nobody."
    shared: dict[str, Any] = {
        "effect": "write",
        "repeat": Repeat("read"),
        "settles_within": options.settles_within,
    }

    def create(asked: Arguments) -> Call:
        body = {
            "title": asked["title"],
            "body": markdown(asked["body"], mentions=options.allow_mentions, mark=asked.key),
            "labels": asked.get("labels"),
            "assignees": asked.get("assignees"),
        }
        return Call(method="POST", path=places.of(asked, "issues"), body=query(**body))

    def say(asked: Arguments) -> Call:
        body = markdown(asked["body"], mentions=options.allow_mentions, mark=asked.key)
        return Call(
            method="POST", path=places.of(asked, "issues", asked["number"], "comments"), body={"body": body}
        )

    return (
        Operation(
            name="github_create_issue",
            description=f"Opens an issue.{told} Labels that do not exist are made.",
            parameters=schema({"labels": _NAMES, "assignees": _LOGINS}, title=TITLE, body=TEXT),
            request=create,
            answer=Written(
                fields=("number", "title", "state", "html_url"),
                receipt={"number": "number", "url": "html_url"},
            ),
            find=Find(
                request=lambda asked: Call(
                    path=places.of(asked, "issues"),
                    query={"state": "all", "sort": "created", "direction": "desc", "per_page": EACH},
                ),
                items="",
                fits=has_mark,
                pages=WAY,
            ),
            **shared,
        ),
        Operation(
            name="github_comment_on_issue",
            description=f"Comments on an issue or a pull request.{told}",
            parameters=schema(number=NUMBER, body=TEXT),
            request=say,
            answer=Written(fields=("id", "html_url"), receipt={"id": "id", "url": "html_url"}),
            find=Find(request=lambda asked: _comments(places, asked), items="", fits=has_mark, pages=WAY),
            undo=lambda receipt, asked: Call(
                method="DELETE", path=places.of(asked, "issues", "comments", receipt["id"])
            ),
            **shared,
        ),
        Operation(
            name="github_add_labels",
            description="Adds labels to an issue or a pull request; those that it has stay.",
            parameters=schema(number=NUMBER, labels={**_NAMES, "minItems": 1}),
            request=lambda asked: Call(
                method="POST",
                path=places.of(asked, "issues", asked["number"], "labels"),
                body={"labels": asked["labels"]},
            ),
            effect="write",
            answer=Answer(fields=("name",), receipt={"labels": "name"}),
            repeat=Repeat("natural"),
        ),
    )


def _listed(asked: Arguments) -> Any:
    labels = asked.get("labels")
    if any("," in each for each in labels or ()):
        raise RequestError("a label with a comma cannot be asked for", key="labels")
    return query(
        state=asked.get("state"),
        labels=",".join(labels) if labels else None,
        assignee=asked.get("assignee"),
        per_page=EACH,
    )


def _comments(places: Places, asked: Arguments) -> Call:
    return Call(path=places.of(asked, "issues", asked["number"], "comments"), query={"per_page": EACH})
