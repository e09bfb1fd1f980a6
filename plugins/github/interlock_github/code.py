"""Files, branches and the runs of workflows."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Repeat, RequestError
from interlock_github.files import file_in
from interlock_github.options import GitHubOptions
from interlock_github.paths import BRANCH, SHA, WAY, Places, schema
from interlock_github.reading import DATA, EACH, Written, pages, query
from interlock_github.texts import message, trailer
from interlock_tools import Answer, Arguments, Call, Find, Operation

_PATH = {
    "type": "string",
    "maxLength": 1000,
    "description": "from the repository's root",
}
_RUN = (
    *("id", "name", "display_title", "event", "status", "conclusion", "head_branch", "head_sha"),
    *("run_number", "run_attempt", "created_at", "updated_at", "html_url"),
)


def code_rows(options: GitHubOptions) -> tuple[Operation, ...]:
    """All of them."""
    places = Places(options)
    return (*_reads(places), _put(places, options), _branch(places, options))


def _reads(places: Places) -> tuple[Operation, ...]:
    return (
        Operation(
            name="github_get_file",
            description=f"Reads a text file with the sha that changing it takes, or lists a folder. {DATA}",
            parameters=schema(
                {"ref": {**BRANCH, "description": "a branch, tag or commit; else the default branch"}},
                path=_PATH,
            ),
            request=lambda asked: Call(
                path=places.below(asked, "contents", path=asked["path"], key="path"),
                query=query(ref=asked.get("ref")),
            ),
            effect="read",
            answer=file_in,
        ),
        Operation(
            name="github_get_branch",
            description="Gives the commit at a branch's head, and whether the branch is protected.",
            parameters=schema(branch=BRANCH),
            request=lambda asked: Call(
                path=places.below(asked, "branches", path=asked["branch"], key="branch")
            ),
            effect="read",
            answer=Written(fields=("name", "commit.sha", "protected")),
        ),
        Operation(
            name="github_list_workflow_runs",
            description="Lists runs of GitHub Actions, newest first, with what came of each.",
            parameters=schema(
                {"branch": BRANCH, "status": {"type": "string", "pattern": "^[a-z_]{1,30}$"}, "commit": SHA}
            ),
            request=lambda asked: Call(
                path=places.of(asked, "actions", "runs"),
                query=query(
                    branch=asked.get("branch"),
                    status=asked.get("status"),
                    head_sha=asked.get("commit"),
                    per_page=50,
                ),
            ),
            effect="read",
            answer=Written(at="workflow_runs", fields=_RUN, longest=300),
            pages=pages(most=2, items=100),
        ),
    )


def _put(places: Places, options: GitHubOptions) -> Operation:
    def put(asked: Arguments) -> Call:
        try:
            text = asked["text"].encode()
        except UnicodeEncodeError:
            what = "holds half of a surrogate pair, which is no character"
            raise RequestError(what, key="text") from None
        body = query(
            message=message(asked["message"], mentions=options.allow_mentions, mark=asked.key),
            content=base64.b64encode(text).decode(),
            branch=asked["branch"],
            sha=asked.get("sha"),
        )
        path = places.below(asked, "contents", path=asked["path"], key="path")
        return Call(method="PUT", path=path, body=body)

    def commits(asked: Arguments) -> Call:
        places.below(asked, "contents", path=asked["path"], key="path")
        asking = {"sha": asked["branch"], "path": asked["path"], "per_page": EACH}
        return Call(path=places.of(asked, "commits"), query=asking)

    return Operation(
        name="github_put_file",
        description=(
            "Commits a text file to a branch: a new one, or with the sha of github_get_file another version "
            "of one. What has changed since is not overwritten."
        ),
        parameters=schema(
            {"sha": {**SHA, "description": "the file's, as it was read; left out for a new file"}},
            path={**_PATH, "minLength": 1},
            branch=BRANCH,
            text={"type": "string", "maxLength": 1_000_000},
            message={"type": "string", "pattern": "\\S", "maxLength": 10_000},
        ),
        request=put,
        effect="write",
        answer=Answer(
            fields=("content.path", "content.sha", "commit.sha", "commit.html_url"),
            receipt={"commit": "commit.sha"},
        ),
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(request=commits, items="", among=_committed, pages=WAY),
    )


def _committed(commits: Sequence[Mapping[str, Any]], asked: Arguments) -> Sequence[Mapping[str, Any]]:
    """The commit whose message names the run, in the words of the answer to a commit."""
    line = trailer(asked.key)
    return [
        {"content": {"path": asked["path"]}, "commit": {"sha": each.get("sha")}}
        for each in commits
        if line in str((each.get("commit") or {}).get("message")).splitlines()
    ]


def _branch(places: Places, options: GitHubOptions) -> Operation:
    def create(asked: Arguments) -> Call:
        places.below(asked, "git", "refs", "heads", path=asked["branch"], key="branch")
        body = {"ref": _ref(asked), "sha": asked["sha"]}
        return Call(method="POST", path=places.of(asked, "git", "refs"), body=body)

    return Operation(
        name="github_create_branch",
        description="Makes a branch at a commit. One that is there is refused, and never moved.",
        parameters=schema(branch=BRANCH, sha={**SHA, "description": "the commit, as of github_get_branch"}),
        request=create,
        effect="write",
        answer=Answer(fields=("ref", "object.sha"), receipt={"ref": "ref"}),
        repeat=Repeat("read"),
        settles_within=options.settles_within,
        find=Find(
            request=lambda asked: Call(
                path=places.below(asked, "git", "matching-refs", "heads", path=asked["branch"], key="branch"),
                query={"per_page": EACH},
            ),
            items="",
            fits=lambda ref, asked: (
                ref.get("ref") == _ref(asked) and (ref.get("object") or {}).get("sha") == asked["sha"]
            ),
            # It has another commit by now: whose it was is not written down.
            unclear=lambda ref, asked: ref.get("ref") == _ref(asked),
            pages=WAY,
        ),
    )


def _ref(asked: Arguments) -> str:
    return f"refs/heads/{asked['branch']}"
