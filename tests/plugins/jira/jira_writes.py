"""Every operation that changes something: what it is run on, and how often it shows at the server."""

from collections.abc import Callable, Mapping
from typing import Any

from jira_places import BEGUN, BO, Account, free_name

from due import Case


def case(shows: Callable[[], int], **arguments: Any) -> Case:
    return Case(arguments=arguments, shows=shows)


def create(there: Account) -> Case:
    name = free_name()
    more = {"project": "SHOP", "type": "Task", "description": "Once", "labels": ["ink"]}
    return case(lambda: there.titled(name), summary=name, **more)


def update(there: Account) -> Case:
    key, name = there.issue(), free_name()
    return case(lambda: there.titled(name), issue=key, summary=name, due_date="2027-01-31")


def relabel(there: Account) -> Case:
    key = there.issue()
    return case(lambda: there.fields(key)["labels"].count("ink"), issue=key, add=["ink"])


def assign(there: Account) -> Case:
    key, who = there.issue(), BO[there.hosting]

    def shows() -> int:
        told = there.fields(key)["assignee"] or {}
        return int(who in (told.get("accountId"), told.get("name")))

    return case(shows, issue=key, assignee=who)


def comment(there: Account) -> Case:
    key = there.issue()
    return case(lambda: len(there.comments(key)), issue=key, body="Once")


def transition(there: Account) -> Case:
    key = there.issue()
    return case(lambda: len(there.moves(key)), issue=key, from_status=there.first, to_status=BEGUN)


def log(there: Account) -> Case:
    key = there.issue()
    return case(lambda: len(there.worklogs(key)), issue=key, minutes=5, comment="Dyed it")


def link(there: Account) -> Case:
    key, other = there.issue(), there.issue()
    return case(lambda: len(there.links(key)), issue=key, type="Blocks", other=other)


WRITES: Mapping[str, Callable[[Account], Case]] = {
    "jira_create_issue": create,
    "jira_update_issue": update,
    "jira_change_labels": relabel,
    "jira_assign_issue": assign,
    "jira_add_comment": comment,
    "jira_transition_issue": transition,
    "jira_log_work": log,
    "jira_link_issues": link,
}
"""All but watching, which Data Center's emulator does not know."""
NATURAL = {"jira_update_issue", "jira_change_labels", "jira_assign_issue"}
BODILESS = {*NATURAL, "jira_transition_issue", "jira_link_issues"}
"""Those that Jira answers with a status alone."""
METHOD = dict.fromkeys(WRITES, "POST ") | dict.fromkeys(NATURAL, "PUT ")
READS = {
    *("jira_search_issues", "jira_get_issue", "jira_list_comments", "jira_list_transitions"),
    *("jira_list_link_types", "jira_find_users", "jira_get_current_user", "jira_list_projects"),
    *("jira_list_issue_types", "jira_list_fields", "jira_list_boards", "jira_list_sprints"),
}
