"""Links between issues, and who watches them."""

from collections.abc import Mapping
from typing import Any

from interlock import Repeat
from interlock_jira.hosting import Hosting
from interlock_jira.reading import Written, bodiless
from interlock_jira.schemas import ISSUE, NAME, person, schema
from interlock_jira.texts import checked
from interlock_tools import Arguments, Call, Find, Operation, value_at


def link_rows(hosting: Hosting) -> tuple[Operation, ...]:
    """All of them."""
    return (_types(hosting), _link(hosting), _watch(hosting))


def _types(hosting: Hosting) -> Operation:
    return Operation(
        name="jira_list_link_types",
        description="Lists the types of links between issues, with what each says in both directions.",
        parameters=schema(),
        request=lambda _: Call(path=hosting.path("issueLinkType")),
        effect="read",
        answer=Written(at="issueLinkTypes", fields=("name", "inward", "outward")),
    )


def _link(hosting: Hosting) -> Operation:
    def link(asked: Arguments) -> Call:
        checked(asked.values, key="")
        body = {
            "type": {"name": asked["type"]},
            # The issue to link from is the one that the other one sees inward.
            "inwardIssue": {"key": hosting.key(asked)},
            "outwardIssue": {"key": hosting.key(asked, "other")},
        }
        return Call(method="POST", path=hosting.path("issueLink"), body=body)

    def fits(one: Mapping[str, Any], asked: Arguments) -> bool:
        other = value_at(one, "outwardIssue.key")
        return bool(other == hosting.key(asked, "other") and value_at(one, "type.name") == asked["type"])

    return Operation(
        name="jira_link_issues",
        description="Links two issues: with type Blocks, issue blocks other. A link that is there stays one.",
        parameters=schema(
            issue=ISSUE,
            type={**NAME, "description": "a name of jira_list_link_types"},
            other=ISSUE,
        ),
        request=link,
        effect="write",
        answer=bodiless,
        repeat=Repeat("read"),
        settles_within=hosting.options.settles_within,
        find=Find(
            request=lambda asked: Call(path=hosting.issue(asked), query={"fields": "issuelinks"}),
            items="fields.issuelinks",
            fits=fits,
        ),
    )


def _watch(hosting: Hosting) -> Operation:
    def watch(asked: Arguments) -> Call:
        checked(asked.values, key="")
        return Call(method="POST", path=hosting.issue(asked, "watchers"), body=asked["watcher"])

    return Operation(
        name="jira_add_watcher",
        description="Lets somebody watch an issue, who is then told of its changes.",
        parameters=schema(issue=ISSUE, watcher={**person(cloud=hosting.cloud), "minLength": 1}),
        request=watch,
        effect="write",
        answer=bodiless,
        repeat=Repeat("natural"),
    )
