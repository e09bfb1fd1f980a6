"""What is other at Cloud than at Data Center: where things stand, how texts, people and marks are written."""

from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock_jira.markdown import document
from interlock_jira.options import JiraOptions
from interlock_jira.reading import TokenPages
from interlock_jira.texts import anchor, checked, label, measured, wiki
from interlock_tools import Arguments, Call, Offset, Paging, reference, segment

PROPERTY = "interlock"
"""The key of the property that names a run."""

_EACH = 100  # items of a page


class Hosting:
    """One of the two, as the options have it. No argument leaves its place in a path."""

    def __init__(self, options: JiraOptions) -> None:
        self.options = options
        self.cloud = options.cloud
        self.root = "/rest/api/3" if options.cloud else "/rest/api/2"

    def path(self, *parts: object) -> str:
        """A path below the root; each part is one segment.

        Raises:
            RequestError: one names nothing.
        """
        return "/".join((self.root, *(segment(str(each), key="path") for each in parts)))

    def issue(self, asked: Arguments, *rest: object, name: str = "issue") -> str:
        """A path below the issue that the argument `name` means.

        Raises:
            RequestError: the options allow no issue of its project.
        """
        return self.path("issue", self.key(asked, name), *rest)

    def key(self, asked: Arguments, name: str = "issue") -> str:
        """The key of the issue, as Jira writes it. Raises RequestError as `issue` does."""
        key = str(asked[name]).upper()
        self._allowed(key.rpartition("-")[0], name)
        return key

    def project(self, asked: Arguments) -> str:
        """The key of the project that is meant.

        Raises:
            RequestError: none is named, or it is not allowed.
        """
        named = str(asked.get("project") or self.options.project).upper()
        if not named:
            raise RequestError("is missing: the key of a project", key="project")
        self._allowed(named, "project")
        return named

    def rich(self, text: str, *, key: str, mark: str = "") -> Any:
        """A text for a field that has rich text; at Data Center, behind the mark of a run.

        Raises:
            RequestError: nothing is to be seen in it, or it is too long or no text.
        """
        checked(text, key=key)
        measured(text, key=key)
        mentions = self.options.allow_mentions
        if self.cloud:
            return document(text, mentions=mentions)
        return measured(wiki(text, mentions=mentions, mark=mark), key=key)

    def custom(self, value: Any, *, key: str) -> Any:
        """The value of a custom field, which mentions nobody unless the options say so.

        Raises:
            RequestError: a document in it mentions somebody.
        """
        if self.options.allow_mentions:
            return value
        if isinstance(value, str):
            return value if self.cloud else wiki(value, mentions=False)
        if isinstance(value, Mapping):
            if self.cloud and value.get("type") == "mention":
                raise RequestError("mentions somebody, which is not allowed here", key=key)
            return {name: self.custom(each, key=f"{key}.{name}") for name, each in value.items()}
        return [self.custom(each, key=key) for each in value] if isinstance(value, list) else value

    def properties(self, key: str) -> Mapping[str, Any]:
        """What goes beside a comment, a worklog or an issue, so that the run is told from others."""
        if not self.cloud or not key:
            return {}
        return {"properties": [{"key": PROPERTY, "value": {"run": reference(key)}}]}

    def has_mark(self, thing: Mapping[str, Any], key: str, *, text: str) -> bool:
        """Whether a comment or a worklog is the run's; `text` is the name of its text."""
        if self.cloud:
            return has_property(thing.get("properties"), key)
        return anchor(key) in str(thing.get(text))

    def is_of(self, issue: Mapping[str, Any], key: str) -> bool:
        """Whether an issue is what the run has created."""
        fields = issue.get("fields")
        labels = fields.get("labels") if isinstance(fields, Mapping) else None
        labelled = isinstance(labels, list) and label(key) in labels
        return labelled or has_property(issue.get("properties"), key)

    def user(self, name: str) -> Mapping[str, str]:
        """Somebody, by account id or by name."""
        return {"accountId" if self.cloud else "name": name}

    def search(self, jql: str, *fields: str, most: int = _EACH, **query: Any) -> Call:
        """The call for the first page of what a query finds."""
        asked = {"jql": jql, "fields": ",".join(fields), "maxResults": most, **query}
        if self.cloud:
            return Call(path=self.path("search", "jql"), query=asked)
        return Call(path=self.path("search"), query={**asked, "startAt": 0})

    def fetched(self) -> Call:
        """The call for issues of Cloud by their keys, of which there are none yet."""
        body = {"issueIdsOrKeys": [], "fields": ["labels"], "properties": [PROPERTY]}
        return Call(method="POST", path=self.path("issue", "bulkfetch"), body=body, once=False)

    @property
    def found(self) -> Paging:
        """How the pages of a search follow one another."""
        if self.cloud:
            return TokenPages(path="nextPageToken", parameter="nextPageToken")
        return self.offset("issues")

    def offset(self, items: str) -> Offset:
        """How the pages of every other list do."""
        return Offset(parameter="startAt", items=items, total="total")

    def _allowed(self, project: str, name: str) -> None:
        if not self.options.allows(project):
            allowed = ", ".join(self.options.projects[:10])
            raise RequestError(f"{project} is none of the projects allowed here: {allowed}", key=name)


def has_property(properties: Any, key: str) -> bool:
    """Whether properties, as a list has them or an issue, name the run."""
    if isinstance(properties, list):
        values = [each.get("value") for each in properties if _is_ours(each)]
    else:
        values = [properties.get(PROPERTY)] if isinstance(properties, Mapping) else []
    return any(isinstance(each, Mapping) and each.get("run") == reference(key) for each in values)


def _is_ours(one: Any) -> bool:
    return isinstance(one, Mapping) and one.get("key") == PROPERTY
