"""Pull requests: listing, reading, opening and merging them."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Repeat, RequestError
from interlock_github.issues import has_mark
from interlock_github.options import GitHubOptions
from interlock_github.paths import BRANCH, NUMBER, SHA, TEXT, TITLE, WAY, Places, schema
from interlock_github.reading import DATA, EACH, PULL, Written, pages, query
from interlock_github.texts import markdown
from interlock_tools import Arguments, Call, Find, Operation

_FILE = ("filename", "previous_filename", "status", "additions", "deletions", "patch")


def pull_rows(options: GitHubOptions) -> tuple[Operation, ...]:
    """All of them, but for what reviews are."""
    places = Places(options)
    return (*_reads(places), _create(places, options), _merge(places, options))


def _reads(places: Places) -> tuple[Operation, ...]:
    return (
        Operation(
            name="github_list_pull_requests",
            description="Lists a repository's pull requests, newest first.",
            parameters=schema({"state": {"enum": ["open", "closed", "all"]}, "base": BRANCH}),
            request=lambda asked: Call(
                path=places.of(asked, "pulls"),
                query=query(state=asked.get("state"), base=asked.get("base"), per_page=EACH),
            ),
            effect="read",
            answer=Written(fields=PULL, longest=300),
            pages=pages(),
        ),
        Operation(
            name="github_get_pull_request",
            description=f"Reads a pull request, with the head.sha that reviewing and merging it take. {DATA}",
            parameters=schema(number=NUMBER),
            request=lambda asked: Call(path=places.of(asked, "pulls", asked["number"])),
            effect="read",
            answer=Written(fields=(*PULL, "body"), longest=70_000),
        ),
        Operation(
            name="github_list_pull_request_files",
            description=f"Reads the files that a pull request changes, with the diff of each. {DATA}",
            parameters=schema(number=NUMBER),
            request=lambda asked: Call(
                path=places.of(asked, "pulls", asked["number"], "files"), query={"per_page": EACH}
            ),
            effect="read",
            answer=Written(fields=_FILE, longest=30_000),
            pages=pages(characters=120_000),
        ),
    )


def _create(places: Places, options: GitHubOptions) -> Operation:
    def create(asked: Arguments) -> Call:
        body = {
            "title": asked["title"],
            "head": asked["head"],
            "base": asked["base"],
            "body": markdown(asked["body"], mentions=options.allow_mentions, mark=asked.key),
            "draft": asked.get("draft", False),
        }
        if asked["head"] == asked["base"]:
            raise RequestError("head and base are the same branch", key="head")
        return Call(method="POST", path=places.of(asked, "pulls"), body=body)

    def of_head(asked: Arguments) -> Call:
        head = asked["head"]
        head = head if ":" in head else f"{asked['owner']}:{head}"
        return Call(path=places.of(asked, "pulls"), query={"state": "all", "head": head, "per_page": EACH})

    return Operation(
        name="github_create_pull_request",
        description="Opens a pull request from one branch into another. A second one of the two is refused.",
        parameters=schema(
            {"draft": {"type": "boolean"}},
            title=TITLE,
            head={**BRANCH, "description": "the branch with the changes; of a fork owner:branch"},
            base={**BRANCH, "description": "the branch that they are to go into"},
            body=TEXT,
        ),
        request=create,
        effect="write",
        answer=Written(
            fields=("number", "title", "state", "head.sha", "html_url"),
            receipt={"number": "number", "url": "html_url"},
        ),
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(request=of_head, items="", fits=has_mark, pages=WAY),
    )


def _merge(places: Places, options: GitHubOptions) -> Operation:
    def merge(asked: Arguments) -> Call:
        body = {"sha": asked["sha"], "merge_method": asked.get("method", "merge")}
        return Call(method="PUT", path=places.of(asked, "pulls", asked["number"], "merge"), body=body)

    return Operation(
        name="github_merge_pull_request",
        description="Merges a pull request, if its head is still the commit sha that was looked at.",
        parameters=schema({"method": {"enum": ["merge", "squash", "rebase"]}}, number=NUMBER, sha=SHA),
        request=merge,
        effect="irreversible",
        answer=Written(fields=("sha", "merged"), receipt={"sha": "sha"}),
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(
            request=lambda asked: Call(path=places.of(asked, "pulls", asked["number"])),
            items="",
            among=_merged,
        ),
    )


def _merged(pulls: Sequence[Mapping[str, Any]], asked: Arguments) -> Sequence[Mapping[str, Any]]:
    """A pull request that is merged with that head, in the words of the answer to merging it."""
    return [
        {"sha": each.get("merge_commit_sha"), "merged": True}
        for each in pulls
        if each.get("merged") is True and (each.get("head") or {}).get("sha") == asked["sha"]
    ]
