"""Every operation against an account that is emulated, and what is there afterwards."""

import pytest
from changes import CHANGES, READS
from repository import HERE, ME, OTHER

from interlock import Router


def test_every_tool_is_known_here(box):
    offered = {each.name: each.tool for each in box.toolbox.tools_sync()}
    assert {name for name, each in offered.items() if each.effect == "read"} == READS
    assert set(offered) == READS | set(CHANGES)
    assert all(len(each.spec.description) <= 300 for each in offered.values())


@pytest.mark.parametrize("tool", CHANGES)
async def test_what_is_asked_for_happens_once_and_leaves_a_receipt(box, account, tool):
    case = CHANGES[tool](account)
    assert case.shows() == 0
    outcome = await box.run(tool, **case.arguments)
    assert (outcome.outcome, case.shows()) == ("done", 1)
    assert outcome.receipt


async def test_an_issue_is_opened_read_commented_on_and_closed(box, account):
    title = account.free_name()
    opened = await box.run("github_create_issue", title=title, body="No *ink*", labels=["bug"])
    number = opened.receipt["number"]
    await box.run("github_comment_on_issue", number=number, body="Which colour?")
    (comment,) = await box.told("github_list_comments", number=number)
    assert (comment["body"], comment["user"]["login"]) == ("Which colour?", ME)
    issue = await box.told("github_get_issue", number=number)
    assert (issue["body"], [each["name"] for each in issue["labels"]]) == ("No *ink*", ["bug"])
    closed = await box.run(
        "github_update_issue",
        number=number,
        updated_at=issue["updated_at"],
        state="closed",
        state_reason="not_planned",
    )
    assert closed.outcome == "done"
    assert account.at("GET", f"issues/{number}")["state_reason"] == "not_planned"
    listed = await box.told("github_list_issues", state="closed", labels=["bug"])
    assert number in [each["number"] for each in listed]


async def test_a_search_stays_in_its_repository(box, account):
    title = account.free_name()
    account.issue(title=title)
    found = await box.told("github_search_issues", query=f"{title} is:issue")
    assert all(f"/{HERE['repo']}/" in each["html_url"] for each in found)
    for wider in (f"repo:{OTHER}/hers x", "x) OR (y", "ORG:acme x", "x OR y"):
        outcome = await box.run("github_search_issues", query=wider)
        assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")


async def test_a_pull_request_is_opened_read_reviewed_and_merged(box, account):
    base, head = account.branch(), account.branch()
    account.put(head, "ink.py", "ink = 1\npaper = 2\n")
    opened = await box.run("github_create_pull_request", title="Ink", head=head, base=base, body="Ink")
    number = opened.receipt["number"]
    pull = await box.told("github_get_pull_request", number=number)
    (file,) = await box.told("github_list_pull_request_files", number=number)
    assert (file["filename"], file["status"]) == ("ink.py", "added")
    assert "+paper = 2" in file["patch"]
    comments = [{"path": "ink.py", "line": 2, "body": "Which paper?"}]
    sha = pull["head"]["sha"]
    for event in ("COMMENT", "REQUEST_CHANGES", "APPROVE"):
        said = {"number": number, "commit": sha, "event": event, "body": f"I say {event}"}
        assert (await box.run("github_review_pull_request", **said, comments=comments)).outcome == "done"
    reviews = await box.told("github_list_reviews", number=number)
    assert [each["state"] for each in reviews] == ["COMMENTED", "CHANGES_REQUESTED", "APPROVED"]
    assert reviews[0]["body"] == "I say COMMENT"
    lines = await box.told("github_list_review_comments", number=number)
    assert [each["body"] for each in lines] == ["Which paper?"] * 3
    merged = await box.run("github_merge_pull_request", number=number, sha=sha)
    assert account.head(base) == merged.receipt["sha"]
    assert number in [
        each["number"] for each in await box.told("github_list_pull_requests", state="closed", base=base)
    ]


async def test_a_file_is_written_read_and_not_overwritten_by_who_read_another_version(box, account):
    branch = account.branch()
    path = "docs/Größe 100%.md"
    put = {"branch": branch, "path": path, "message": "Write"}
    made = await box.run("github_put_file", **put, text="Größe\n")
    assert made.outcome == "done"
    read = await box.told("github_get_file", path=path, ref=branch)
    assert read["text"] == "Größe\n"
    assert [each["name"] for each in await box.told("github_get_file", path="docs", ref=branch)] == [
        "Größe 100%.md"
    ]
    blind = await box.run("github_put_file", **put, text="Blind")
    assert (blind.outcome, blind.reason) == ("refused", "conflict")
    assert (await box.run("github_put_file", **put, sha=read["sha"], text="Second")).outcome == "done"
    late = await box.run("github_put_file", **put, sha=read["sha"], text="Late")
    assert (late.outcome, late.reason) == ("refused", "conflict")
    assert (await box.told("github_get_file", path=path, ref=branch))["text"] == "Second"


async def test_a_branch_that_is_there_is_a_conflict_and_is_not_moved(box, account):
    name = account.branch()
    account.put(name, "ink.txt", "blue")
    told = await box.told("github_get_branch", branch=name)
    assert told["commit"]["sha"] == account.head(name)
    again = await box.run("github_create_branch", branch=name, sha=account.head())
    assert (again.outcome, again.reason) == ("refused", "conflict")
    assert account.head(name) == told["commit"]["sha"]


async def test_a_head_that_has_moved_is_not_merged(box, account):
    made = account.pull()
    outcome = await box.run("github_merge_pull_request", number=made["number"], sha=account.head())
    assert (outcome.outcome, outcome.reason) == ("refused", "conflict")


async def test_an_issue_that_somebody_changed_is_not_overwritten(box, account):
    issue = account.issue()
    before = {"number": issue["number"], "updated_at": "2020-01-01T00:00:00Z"}
    outcome = await box.run("github_update_issue", **before, title="Mine")
    assert (outcome.outcome, outcome.reason) == ("refused", "conflict")
    assert issue["updated_at"] in outcome.content
    assert account.at("GET", f"issues/{issue['number']}")["title"] == issue["title"]


async def test_a_body_that_is_replaced_keeps_the_mark_of_the_run_that_opened_it(box, account):
    title = account.free_name()
    opened = await box.run("github_create_issue", key="run-7", title=title, body="One")
    issue = await box.told("github_get_issue", number=opened.receipt["number"])
    changed = {"number": issue["number"], "updated_at": issue["updated_at"], "body": "Two"}
    assert (await box.run("github_update_issue", **changed)).outcome == "done"
    now = account.at("GET", f"issues/{issue['number']}")["body"]
    assert now.startswith("<!-- interlock:")
    assert now.endswith("Two")
    assert (await box.told("github_get_issue", number=issue["number"]))["body"] == "Two"


async def test_three_pages_are_followed_and_the_rest_is_a_call_away(box, account):
    number = account.issue()["number"]
    for each in range(320):
        account.at("POST", f"issues/{number}/comments", {"body": f"{each}"})
    first = await box.run("github_list_comments", number=number)
    assert first.truncated
    seen = await box.told("github_list_comments", number=number)
    rest = await box.told("github_list_comments", number=number, cursor=first.more.removeprefix("cursor="))
    assert [each["body"] for each in seen + rest] == [str(each) for each in range(320)]


async def test_only_the_repositories_of_the_options_are_asked_of(boxed, proxy):
    box = boxed(repositories=[f"{ME}/Shop"])
    assert (await box.run("github_list_issues")).outcome == "done"
    before = len(proxy.requests)
    for tool in ("github_list_issues", "github_search_issues"):
        more = {"query": "x"} if "search" in tool else {}
        outcome = await box.run(tool, owner=OTHER, repo="hers", **more)
        assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert len(proxy.requests) == before


async def test_workflow_runs_are_listed(box):
    assert await box.told("github_list_workflow_runs", branch="main", status="completed") == []


@pytest.mark.parametrize(
    "options",
    [
        {"repositories": ["shop"]},
        {"settles_within": -1},
        {"app_id": "7"},
        {"installation_id": 7},
    ],
)
def test_options_that_fit_nothing_are_refused_by_name(options):
    entry = {"id": "github", "connector": "github", "api_key": "k", "options": options}
    with pytest.raises(Exception, match=r"repositories|settles_within|installation_id|app_id"):
        Router.from_config({"connectors": [entry]})
