"""Every operation against both servers, and what is there afterwards."""

import pytest
from jira_places import BEGUN, BO, CloudAccount, free_name
from jira_writes import NATURAL, READS, WRITES

from interlock import Router, ToolCall
from jira_cloud.documents import mentioned
from jira_cloud.site import WORKFLOW


@pytest.fixture
def cloud(there):
    """Only of the cloud."""
    if not isinstance(there, CloudAccount):
        pytest.skip("Jira Cloud alone has it")
    return there


def test_every_tool_is_known_here(box):
    offered = {each.name: each.tool for each in box.toolbox.tools_sync()}
    assert {name for name, each in offered.items() if each.effect == "read"} == READS
    assert set(offered) == READS | set(WRITES) | {"jira_add_watcher"}
    assert all(len(each.spec.description) <= 300 for each in offered.values())


@pytest.mark.parametrize("tool", WRITES)
async def test_what_is_asked_for_happens_once_and_leaves_a_receipt(box, there, tool):
    case = WRITES[tool](there)
    assert case.shows() == 0
    outcome = await box.run(tool, **case.arguments)
    assert (outcome.outcome, case.shows()) == ("done", 1)
    assert outcome.receipt or tool in NATURAL | {"jira_link_issues"}


async def test_an_issue_is_created_found_read_commented_on_and_moved(box, there):
    name = free_name()
    told = {"description": "No **ink**", "labels": ["bug"], "priority": "High", "due_date": "2027-01-31"}
    made = await box.run("jira_create_issue", project="shop", type="Bug", summary=name, **told)
    key = made.receipt["issue"]
    (found,) = await box.told("jira_search_issues", jql=f"project = SHOP AND key = {key}")
    assert found["fields"]["summary"] == name
    issue = await box.told("jira_get_issue", issue=key.lower())
    fields = issue["fields"]
    assert (fields["description"], fields["labels"], fields["duedate"]) == (
        "No **ink**",
        ["bug"],
        "2027-01-31",
    )
    assert (fields["priority"]["name"], fields["issuetype"]["name"]) == ("High", "Bug")
    assert "avatarUrls" not in str(issue)
    await box.run("jira_add_comment", issue=key, body="Which *colour*?\n\n- red\n- blue")
    (comment,) = await box.told("jira_list_comments", issue=key)
    assert comment["body"] == "Which *colour*?\n\n- red\n- blue"
    ways = await box.told("jira_list_transitions", issue=key)
    assert BEGUN in [each["to"]["name"] for each in ways]
    moved = await box.run(
        "jira_transition_issue", issue=key, from_status=there.first.upper(), to_status=BEGUN
    )
    assert moved.outcome == "done"
    assert (await box.told("jira_get_issue", issue=key))["fields"]["status"]["name"] == BEGUN


async def test_an_issue_is_changed_field_by_field(box, there):
    key, who = there.issue(), BO[there.hosting]
    await box.done("jira_change_labels", issue=key, add=["ink", "paper"])
    await box.done("jira_change_labels", issue=key, add=["glue"], remove=["ink"])
    assert set(there.fields(key)["labels"]) == {"paper", "glue"}
    await box.done("jira_assign_issue", issue=key, assignee=who)
    await box.done("jira_update_issue", issue=key, description="Dyed", priority="Low")
    fields = (await box.told("jira_get_issue", issue=key))["fields"]
    assert (fields["description"], fields["priority"]["name"]) == ("Dyed", "Low")
    await box.done("jira_assign_issue", issue=key, assignee="")
    assert there.fields(key)["assignee"] is None
    await box.told("jira_log_work", issue=key, minutes=90, started="2026-11-30T09:00:00+01:00")
    assert there.worklogs(key) == [5400]


async def test_a_transition_that_is_not_there_names_those_that_are(box, there):
    key = there.issue()
    nowhere = await box.run("jira_transition_issue", issue=key, from_status=there.first, to_status="Shipped")
    assert (nowhere.outcome, nowhere.reason) == ("refused", "conflict")
    assert BEGUN in nowhere.content
    await box.done("jira_transition_issue", issue=key, from_status=there.first, to_status=BEGUN)
    late = await box.run("jira_transition_issue", issue=key, from_status=there.first, to_status=BEGUN)
    assert (late.outcome, late.reason) == ("refused", "conflict")
    assert f"in {BEGUN} by now" in late.content
    assert there.moves(key) == [BEGUN]


async def test_of_several_transitions_to_one_status_one_is_to_be_named(box, cloud):
    key, ways = cloud.issue(), WORKFLOW["To Do"]
    ways["42"] = ("Close at once", "Done")
    try:
        move = {"issue": key, "from_status": "To Do", "to_status": "Done"}
        either = await box.run("jira_transition_issue", **move)
        assert (either.outcome, either.reason) == ("refused", "not_sent")
        assert "'Close at once', id 42" in either.content
        chosen = await box.run("jira_transition_issue", **move, transition="reject", resolution="Won't Do")
        assert chosen.receipt == {"issue": key}
    finally:
        del ways["42"]
    assert cloud.fields(key)["resolution"] == {"name": "Won't Do"}


async def test_issues_are_linked_and_watched(box, there):
    key, other = there.issue(), there.issue()
    types = [each["name"] for each in await box.told("jira_list_link_types")]
    assert "Blocks" in types
    for _ in range(2):
        await box.done("jira_link_issues", issue=key, type="Blocks", other=other)
    issue = await box.told("jira_get_issue", issue=other)
    assert issue["fields"]["issuelinks"][0]["inwardIssue"]["key"] == key
    watched = await box.run("jira_add_watcher", issue=key, watcher=BO[there.hosting])
    if isinstance(there, CloudAccount):  # the emulated Data Center does not know of watching
        assert there.site.issue(key)["watchers"] == [BO["cloud"]]
    else:
        assert watched.outcome == "refused"


async def test_people_projects_types_and_fields_are_listed(box, there):
    me = await box.told("jira_get_current_user")
    assert me["displayName"]
    (found,) = [each for each in await box.told("jira_find_users", query=me["displayName"]) if each == me]
    assert found["active"] is True
    assert "SHOP" in [each["key"] for each in await box.told("jira_list_projects")]
    types = {each["name"]: each["id"] for each in await box.told("jira_list_issue_types", project="SHOP")}
    fields = await box.told("jira_list_fields", project="SHOP", type=types["Task"])
    assert [each["fieldId"] for each in fields if each["required"]][:1] == ["summary"]


async def test_boards_and_their_sprints_are_listed(box, there):
    if isinstance(there, CloudAccount):
        pytest.skip("our stand-in for Cloud has no boards")
    boards = await box.told("jira_list_boards", project="SHOP")
    scrum = next(each for each in boards if each["type"] == "scrum")
    states = {each["state"] for each in await box.told("jira_list_sprints", board=scrum["id"])}
    assert "active" in states
    only = await box.told("jira_list_sprints", board=scrum["id"], state="active")
    assert {each["state"] for each in only} == {"active"}


async def test_three_pages_of_comments_are_followed_and_the_rest_is_a_call_away(box, there):
    key = there.issue()
    for each in range(320):
        there.comment(key, f"{each}")
    first = await box.run("jira_list_comments", issue=key)
    assert first.truncated
    seen = await box.told("jira_list_comments", issue=key)
    rest = await box.told("jira_list_comments", issue=key, cursor=first.more.removeprefix("cursor="))
    assert (len(seen), len(rest)) == (300, 20)
    assert sorted(int(each["body"]) for each in seen + rest) == list(range(320))


async def test_three_pages_of_a_search_are_followed_and_the_rest_is_a_call_away(box, there, proxy):
    label = free_name()
    for each in range(170):
        key = there.issue(f"{label} {each}")
        if not isinstance(there, CloudAccount):
            there.ask("PUT", f"issue/{key}", {"fields": {"labels": [label]}})
    jql = f'summary ~ "{label}"' if isinstance(there, CloudAccount) else f"labels = {label}"
    asked = {"jql": f"project = SHOP AND {jql} ORDER BY created ASC"}
    before = len(proxy.requests)
    first = await box.run("jira_search_issues", **asked)
    assert (first.truncated, len(proxy.requests) - before) == (True, 3)
    seen = await box.told("jira_search_issues", **asked)
    rest = await box.told("jira_search_issues", **asked, cursor=first.more.removeprefix("cursor="))
    assert (len(seen), len(rest)) == (150, 20)
    assert len({each["key"] for each in seen + rest}) == 170


async def test_what_was_just_written_is_told_as_it_is_where_the_index_lags(box, cloud):
    cloud.site.lag = 1000.0
    made = await box.run("jira_create_issue", project="SHOP", type="Task", summary=free_name())
    jql = "project = SHOP"
    assert await box.told("jira_search_issues", jql=jql) == []
    found = await box.told("jira_search_issues", jql=jql, just_written=[int(made.receipt["id"])])
    assert [each["key"] for each in found] == [made.receipt["issue"]]


async def test_only_the_projects_of_the_options_are_asked_of(boxed, proxy):
    box = boxed(projects=["INK"], project="INK")
    asked = {
        "jira_get_issue": {"issue": "SHOP-1"},
        "jira_create_issue": {"project": "SHOP", "type": "Task", "summary": "x"},
        "jira_link_issues": {"issue": "INK-1", "type": "Blocks", "other": "SHOP-1"},
        "jira_list_issue_types": {"project": "SHOP"},
        "jira_search_issues": {"jql": "x) OR (project = SHOP"},
    }
    for tool, arguments in asked.items():
        outcome = await box.run(tool, **arguments)
        assert (outcome.outcome, outcome.reason) == ("refused", "not_sent"), tool
    assert proxy.requests == []


async def test_a_search_finds_nothing_beyond_the_projects_of_the_options(boxed, cloud):
    cloud.issue(project="SHOP")
    inside = cloud.issue(project="INK")
    box = boxed(projects=["INK"])
    for jql in ("project = SHOP OR project = INK ORDER BY key", "ORDER BY created DESC", 'summary ~ "test"'):
        assert [each["key"] for each in await box.told("jira_search_issues", jql=jql)] == [inside]


async def test_a_text_mentions_somebody_where_the_options_say_so_alone(boxed, cloud):
    key, body = cloud.issue(), "Look, [@Bo](accountid:5b10ac8d82e05b22cc7d4ef6)!"
    for allowed, due in ((False, []), (True, [BO["cloud"]])):
        assert (
            await boxed(allow_mentions=allowed).run("jira_add_comment", issue=key, body=body)
        ).outcome == "done"
        assert mentioned(cloud.site.issue(key)["comments"][-1]["body"]) == due
    said = [each["body"] for each in await boxed().told("jira_list_comments", issue=key)]
    assert said == [body, body]
    document = {"type": "doc", "version": 1, "content": [{"type": "mention", "attrs": {"id": "1"}}]}
    hidden = {"issue": key, "fields": {"customfield_10010": document}}
    assert (await boxed().run("jira_update_issue", **hidden)).reason == "not_sent"


@pytest.mark.parametrize("mark", ["property", "label"])
async def test_an_issue_is_found_by_either_mark_and_shows_neither(boxed, cloud, proxy, mark):
    box = boxed(mark=mark)
    asked = {"project": "SHOP", "type": "Task", "summary": free_name()}
    made = await box.run("jira_create_issue", key="run-7", **asked)
    call = ToolCall(id="c", name="jira_create_issue", arguments=asked)
    found = await box.toolbox.find(call, key="run-7")
    assert (found.outcome, found.receipt) == ("done", made.receipt)
    assert await box.toolbox.find(call, key="run-8") is None
    kept = cloud.site.issue(made.receipt["issue"])
    assert bool(kept["properties"]) is (mark == "property")
    assert bool(kept["fields"]["labels"]) is (mark == "label")
    assert (await box.told("jira_get_issue", issue=kept["key"]))["fields"]["labels"] == []


@pytest.mark.parametrize(
    "options",
    [
        {"hosting": "server"},
        {"projects": ["shop"]},
        {"project": "INK", "projects": ["SHOP"]},
        {"settles_within": -1},
        {"hosting": "data_center", "mark": "property"},
        {"auth": "bearer", "email": "ada@ink.example"},
        {"scope": "read:jira-work"},
        {},
    ],
)
def test_options_that_fit_nothing_are_refused_by_name(options):
    entry = {
        "id": "jira",
        "connector": "jira",
        "api_key": "token",
        "base_url": "http://127.0.0.1:9",
        "region": "us",
    }
    with pytest.raises(Exception, match=r"hosting|project|settles_within|mark|email|scope"):
        Router.from_config({"connectors": [{**entry, "options": options}]})
