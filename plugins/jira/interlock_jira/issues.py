"""Issues: searching, reading, creating and changing them."""

from collections.abc import Mapping
from typing import Any

from interlock import Repeat, RequestError
from interlock_jira.hosting import PROPERTY, Hosting
from interlock_jira.jql import narrowed, quoted
from interlock_jira.reading import DATA, LISTED, WHOLE, Written, bodiless, pages, query
from interlock_jira.schemas import DATE, ISSUE, LABELS, LINE, NAME, in_project, person, schema, text
from interlock_jira.texts import checked, label
from interlock_tools import Arguments, Call, Find, Operation

_NAMES = {"type": "array", "items": NAME, "maxItems": 50}
_CUSTOM = {
    "type": "object",
    "maxProperties": 50,
    "propertyNames": {"pattern": "^customfield_[0-9]{1,10}$"},
    "description": "values of custom fields as Jira's API has them, by id; see jira_list_fields",
}
_WANTED = {
    "type": "array",
    "items": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,100}$"},
    "maxItems": 50,
    "description": "ids of further fields that are to be told, such as customfield_10010",
}
_PART = {
    True: "the key of the epic, or of the issue that it is a subtask of",
    False: "the key of the issue that it is a sub-task of",
}
_JUST_WRITTEN = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1},
    "maxItems": 50,
    "description": "ids of issues that were just written, which are then told as they are",
}


def issue_rows(hosting: Hosting) -> tuple[Operation, ...]:
    """All but what creates one, for which more is looked at."""
    return (*_reads(hosting), *_changes(hosting))


def _reads(hosting: Hosting) -> tuple[Operation, ...]:
    def search(asked: Arguments) -> Call:
        checked(asked.values, key="")
        fields = (*LISTED, *asked.get("fields", []))
        more = query(reconcileIssues=[str(each) for each in asked.get("just_written", [])] or None)
        jql = narrowed(asked["jql"], hosting.options.projects)
        return hosting.search(jql, *fields, most=50, **more)

    optional = {"fields": _WANTED} | ({"just_written": _JUST_WRITTEN} if hosting.cloud else {})
    return (
        Operation(
            name="jira_search_issues",
            description=(
                "Searches issues by JQL, as in: project = SHOP AND statusCategory != Done ORDER BY created. "
                f"The index lags behind by seconds: what was just written may be missing. {DATA}"
            ),
            parameters=schema(optional, jql={"type": "string", "minLength": 1, "maxLength": 1500}),
            request=search,
            effect="read",
            answer=Written(at="issues", fields=("id", "key", "fields"), longest=300),
            pages=pages(hosting.found, items=150, characters=90_000),
        ),
        Operation(
            name="jira_get_issue",
            description=f"Reads an issue, with its description and links. {DATA}",
            parameters=schema({"fields": _WANTED}, issue=ISSUE),
            request=lambda asked: Call(
                path=hosting.issue(asked), query={"fields": ",".join((*WHOLE, *asked.get("fields", [])))}
            ),
            effect="read",
            answer=Written(fields=("id", "key", "fields"), longest=40_000),
        ),
    )


def create_row(hosting: Hosting) -> Operation:
    """What creates an issue. Its `find` is the search; what that does not show yet, the tool looks at."""
    cloud = hosting.cloud

    def create(asked: Arguments) -> Call:
        checked(asked.values, key="")
        labels = list(asked.get("labels", []))
        marked = hosting.options.labelled and asked.key
        fields = {
            "project": {"key": hosting.project(asked)},
            "issuetype": {"name": asked["type"]},
            **_fields(hosting, asked),
            **query(labels=[*labels, label(asked.key)] if marked else labels or None),
        }
        properties = {} if hosting.options.labelled else hosting.properties(asked.key)
        return Call(method="POST", path=hosting.path("issue"), body={"fields": fields, **properties})

    return Operation(
        name="jira_create_issue",
        description=f"Creates an issue.{_quiet(hosting)} What a project requires, jira_list_fields says.",
        parameters=in_project(
            hosting.options.project,
            {
                **_optional(cloud=cloud),
                "labels": LABELS,
                "assignee": person(cloud=cloud),
                "parent": {**ISSUE, "description": _PART[cloud]},
            },
            type={**NAME, "description": "the name of an issue type, such as Task"},
            summary=LINE,
        ),
        request=create,
        effect="write",
        answer=Written(fields=("id", "key"), receipt={"id": "id", "issue": "key"}),
        repeat=Repeat("read"),
        settles_within=hosting.options.settles_within,
        find=created(hosting, None),
    )


def created(hosting: Hosting, minutes: int | None) -> Find:
    """Looking for the run's issue in the search, no further back than that many minutes."""

    def request(asked: Arguments) -> Call:
        within = f"project = {quoted(hosting.project(asked))}"
        if hosting.options.labelled:
            return hosting.search(f"{within} AND labels = {quoted(label(asked.key))}", "labels")
        since = "" if minutes is None else f' AND created >= "-{minutes}m"'
        jql = f"{within} AND creator = currentUser(){since} ORDER BY created DESC"
        return hosting.search(jql, "labels", properties=PROPERTY)

    return Find(
        request=request,
        items="issues",
        fits=lambda issue, asked: hosting.is_of(issue, asked.key),
        pages=hosting.found,
    )


def _changes(hosting: Hosting) -> tuple[Operation, ...]:
    cloud = hosting.cloud
    natural: dict[str, Any] = {"effect": "write", "answer": bodiless, "repeat": Repeat("natural")}

    def update(asked: Arguments) -> Call:
        checked(asked.values, key="")
        fields = _fields(hosting, asked)
        if not fields:
            raise RequestError("give what is to change, such as summary or description", key="summary")
        return Call(method="PUT", path=hosting.issue(asked), body={"fields": fields})

    def relabel(asked: Arguments) -> Call:
        checked(asked.values, key="")
        add, remove = asked.get("add", []), asked.get("remove", [])
        if both := set(add) & set(remove):
            raise RequestError(f"{min(both)} is to be added, too", key="remove")
        if not add and not remove:
            raise RequestError("give labels to add or to remove", key="add")
        change = [*({"add": each} for each in add), *({"remove": each} for each in remove)]
        return Call(method="PUT", path=hosting.issue(asked), body={"update": {"labels": change}})

    def assign(asked: Arguments) -> Call:
        checked(asked.values, key="")
        who = hosting.user(asked["assignee"] or None)  # type: ignore[arg-type]  # None: nobody
        return Call(method="PUT", path=hosting.issue(asked, "assignee"), body=who)

    return (
        Operation(
            name="jira_update_issue",
            description=(
                "Sets fields of an issue to these values, whatever they were; fields that are not named stay."
                f"{_quiet(hosting)}"
            ),
            parameters=schema({"summary": LINE, **_optional(cloud=cloud)}, issue=ISSUE),
            request=update,
            **natural,
        ),
        Operation(
            name="jira_change_labels",
            description="Adds labels to an issue and takes others away; those that are not named stay.",
            parameters=schema({"add": LABELS, "remove": LABELS}, issue=ISSUE),
            request=relabel,
            **natural,
        ),
        Operation(
            name="jira_assign_issue",
            description="Assigns an issue to somebody, or to nobody where assignee is empty.",
            parameters=schema(issue=ISSUE, assignee=person(cloud=cloud)),
            request=assign,
            **natural,
        ),
    )


def _optional(*, cloud: bool) -> Mapping[str, Any]:
    return {
        "description": text(cloud=cloud),
        "priority": {**NAME, "description": "the name of a priority, such as High"},
        "due_date": DATE,
        "components": {**_NAMES, "description": "names of components of the project"},
        "fields": _CUSTOM,
    }


def _fields(hosting: Hosting, asked: Arguments) -> dict[str, Any]:
    told = asked.get("description")
    components, priority = asked.get("components"), asked.get("priority")
    assignee, parent = asked.get("assignee"), asked.get("parent")
    custom = {
        name: hosting.custom(value, key=f"fields.{name}") for name, value in asked.get("fields", {}).items()
    }
    named = query(
        summary=asked.get("summary"),
        description=None if told is None else hosting.rich(told, key="description"),
        priority=None if priority is None else {"name": priority},
        duedate=asked.get("due_date"),
        components=None if components is None else [{"name": each} for each in components],
        assignee=hosting.user(assignee) if assignee else None,
        parent={"key": hosting.key(asked, "parent")} if parent else None,
    )
    return {**custom, **named}


def _quiet(hosting: Hosting) -> str:
    return "" if hosting.options.allow_mentions else " Its texts mention nobody."
