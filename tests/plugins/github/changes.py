"""Every operation that changes something: what it is run on, and how often it shows in the account."""

from collections.abc import Callable, Mapping
from typing import Any

from repository import HERE, Account

from due import Case


def case(shows: Callable[[], int], **arguments: Any) -> Case:
    return Case(arguments={**HERE, **arguments}, shows=shows)


def create(there: Account) -> Case:
    title = there.free_name()
    return case(lambda: len(there.issues(title)), title=title, body="Once")


def update(there: Account) -> Case:
    issue, title = there.issue(), there.free_name()
    return case(
        lambda: len(there.issues(title)),
        number=issue["number"],
        updated_at=issue["updated_at"],
        title=title,
        state="closed",
    )


def comment(there: Account) -> Case:
    number = there.issue()["number"]
    return case(lambda: len(there.comments(number)), number=number, body="Once")


def label(there: Account) -> Case:
    number, name = there.issue()["number"], there.free_name()

    def shows() -> int:
        return sum(each["name"] == name for each in there.at("GET", f"issues/{number}/labels"))

    return case(shows, number=number, labels=[name])


def pull(there: Account) -> Case:
    base, head = there.branch(), there.branch()

    def shows() -> int:
        return sum(each["head"]["ref"] == head for each in there.at("GET", "pulls?state=all&per_page=100"))

    return case(shows, title="Ink", head=head, base=base, body="Once")


def review(there: Account) -> Case:
    made = there.pull()
    number = made["number"]
    return case(
        lambda: len(there.reviews(number)),
        number=number,
        commit=made["head"]["sha"],
        event="COMMENT",
        body="Once",
        comments=[{"path": "ink.py", "line": 1, "body": "Why 1?"}],
    )


def merge(there: Account) -> Case:
    made = there.pull()

    def shows() -> int:
        return sum(message.startswith("Merge pull") for message in there.commits(made["base"]["ref"]))

    return case(shows, number=made["number"], sha=made["head"]["sha"])


def put(there: Account) -> Case:
    branch = there.branch()
    sha = there.put(branch, "ink.txt", "blue\n")

    def shows() -> int:
        return sum(message.startswith("Dye it") for message in there.commits(branch))

    return case(shows, branch=branch, path="ink.txt", sha=sha, text="red\n", message="Dye it")


def branch(there: Account) -> Case:
    name = there.free_name()

    def shows() -> int:
        return len(there.at("GET", f"git/matching-refs/heads/{name}"))

    return case(shows, branch=name, sha=there.head())


CHANGES: Mapping[str, Callable[[Account], Case]] = {
    "github_create_issue": create,
    "github_update_issue": update,
    "github_comment_on_issue": comment,
    "github_add_labels": label,
    "github_create_pull_request": pull,
    "github_review_pull_request": review,
    "github_merge_pull_request": merge,
    "github_put_file": put,
    "github_create_branch": branch,
}
READS = {
    *("github_search_issues", "github_list_issues", "github_get_issue", "github_list_comments"),
    *("github_list_pull_requests", "github_get_pull_request", "github_list_pull_request_files"),
    *("github_list_reviews", "github_list_review_comments", "github_get_file", "github_get_branch"),
    "github_list_workflow_runs",
}
