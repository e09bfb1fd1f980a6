"""Projects with what their issues take, boards with their sprints, and people."""

from interlock_jira.hosting import Hosting
from interlock_jira.reading import Written, pages, query
from interlock_jira.schemas import in_project, schema
from interlock_tools import Answer, Call, Offset, Operation

_USER = ("accountId", "name", "displayName", "emailAddress", "active")
_FIELD = ("fieldId", "key", "name", "required", "hasDefaultValue", "schema", "allowedValues")
_SPRINT = ("id", "name", "state", "goal", "startDate", "endDate")
_STEP = 50
_AGILE = "/rest/agile/1.0"
_TYPE = {"type": "string", "pattern": "^[0-9]{1,10}$", "description": "the id of an issue type"}
_BOARD = {"type": "integer", "minimum": 1}


def place_rows(hosting: Hosting) -> tuple[Operation, ...]:
    """All of them."""
    return (*_people(hosting), *_projects(hosting), *_boards(hosting))


def _people(hosting: Hosting) -> tuple[Operation, ...]:
    by = "query" if hosting.cloud else "username"
    return (
        Operation(
            name="jira_find_users",
            description="Finds people by a part of their name or address, with the id that assigning takes.",
            parameters=schema(query={"type": "string", "pattern": "\\S", "maxLength": 200}),
            request=lambda asked: Call(
                path=hosting.path("user", "search"),
                query={by: asked["query"], "startAt": 0, "maxResults": _STEP},
            ),
            effect="read",
            answer=Answer(fields=_USER),
        ),
        Operation(
            name="jira_get_current_user",
            description="Says whose account the key is.",
            parameters=schema(),
            request=lambda _: Call(path=hosting.path("myself")),
            effect="read",
            answer=Answer(fields=_USER),
        ),
    )


def _projects(hosting: Hosting) -> tuple[Operation, ...]:
    cloud, default = hosting.cloud, hosting.options.project
    listed = ("id", "key", "name", "projectTypeKey")
    step = {"startAt": 0, "maxResults": _STEP}
    return (
        Operation(
            name="jira_list_projects",
            description="Lists the projects that the account sees.",
            parameters=schema(),
            request=lambda _: (
                Call(path=hosting.path("project", "search"), query=step)
                if cloud
                else Call(path=hosting.path("project"))
            ),
            effect="read",
            answer=Written(at="values" if cloud else "", fields=listed),
            pages=pages(hosting.offset("values")) if cloud else None,
        ),
        Operation(
            name="jira_list_issue_types",
            description="Lists the types of issues that can be created in a project.",
            parameters=in_project(default),
            request=lambda asked: Call(
                path=hosting.path("issue", "createmeta", hosting.project(asked), "issuetypes"), query=step
            ),
            effect="read",
            answer=Written(at="issueTypes" if cloud else "values", fields=("id", "name", "subtask")),
            pages=pages(hosting.offset("issueTypes" if cloud else "values")),
        ),
        Operation(
            name="jira_list_fields",
            description="Lists the fields of a type of issue in a project: which it needs, and their values.",
            parameters=in_project(default, type=_TYPE),
            request=lambda asked: Call(
                path=hosting.path("issue", "createmeta", hosting.project(asked), "issuetypes", asked["type"]),
                query=step,
            ),
            effect="read",
            answer=Written(at="fields" if cloud else "values", fields=_FIELD, longest=300),
            pages=pages(hosting.offset("fields" if cloud else "values")),
        ),
    )


def _boards(hosting: Hosting) -> tuple[Operation, ...]:
    step = {"startAt": 0, "maxResults": _STEP}
    way = Offset(parameter="startAt", items="values", total="total")
    return (
        Operation(
            name="jira_list_boards",
            description="Lists the boards of a project.",
            parameters=in_project(hosting.options.project),
            request=lambda asked: Call(
                path=f"{_AGILE}/board", query={"projectKeyOrId": hosting.project(asked), **step}
            ),
            effect="read",
            answer=Written(at="values", fields=("id", "name", "type", "location.projectKey")),
            pages=pages(way),
        ),
        Operation(
            name="jira_list_sprints",
            description="Lists the sprints of a board. JQL finds their issues: sprint = ID.",
            parameters=schema({"state": {"enum": ["future", "active", "closed"]}}, board=_BOARD),
            request=lambda asked: Call(
                path=f"{_AGILE}/board/{asked['board']}/sprint", query=query(state=asked.get("state"), **step)
            ),
            effect="read",
            answer=Written(at="values", fields=_SPRINT),
            pages=pages(way),
        ),
    )
