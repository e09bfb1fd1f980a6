"""The JQL that the stand-in understands; all else is refused, as Jira refuses what it does not know."""

import re
from collections.abc import Callable
from typing import Any

Issue = dict[str, Any]
_TOKEN = re.compile(
    r"""\s*(?:"((?:[^"\\]|\\.)*)"|(currentUser\(\))|(!=|>=|<=|[=<>~(),])|([^\s"'=<>!~(),]+))""", re.DOTALL
)
_SINCE = re.compile(r"-([0-9]+)m")


class BadQuery(Exception):
    pass


class Query:
    """One query; `key` puts what it finds in order."""

    def __init__(self, jql: str, me: str, now: float) -> None:
        body, *order = re.split(r"(?i)\border\s+by\b", jql)
        self._me, self._now = me, now
        self._tokens = self._tokenised(body)
        self.bounded = bool(self._tokens)
        self.fits: Callable[[Issue], bool] = self._either() if self._tokens else lambda _: True
        if self._tokens:
            raise BadQuery(
                f"Error in the JQL Query: expecting either 'OR' or 'AND' but got '{self._tokens[0][1]}'."
            )
        words = (order[0].split() if order else []) or ["created", "DESC"]
        if words[0].lower() not in ("created", "key", "updated"):
            raise BadQuery(f"Field '{words[0]}' does not exist or you do not have permission to view it.")
        self.descending = len(words) > 1 and words[1].upper() == "DESC"

    def key(self, issue: Issue) -> int:
        return int(issue["id"])

    @staticmethod
    def _tokenised(text: str) -> list[tuple[str, str]]:
        found, at = [], 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise BadQuery(f"Error in the JQL Query at {at}.")
            kinds = ("text", "me", "sign", "word")
            kind = next(each for each, group in zip(kinds, match.groups(), strict=True) if group is not None)
            value = next(group for group in match.groups() if group is not None)
            found.append((kind, re.sub(r"\\(.)", r"\1", value) if kind == "text" else value))
            at = match.end()
        return found

    def _next(self, *wanted: str) -> str:
        if not self._tokens or (wanted and self._tokens[0][1].lower() not in wanted):
            raise BadQuery(f"Error in the JQL Query: expected {' or '.join(wanted) or 'a value'}.")
        return self._tokens.pop(0)[1]

    def _is(self, word: str) -> bool:
        return bool(self._tokens) and self._tokens[0][0] != "text" and self._tokens[0][1].lower() == word

    def _either(self) -> Callable[[Issue], bool]:
        parts = [self._both()]
        while self._is("or"):
            self._next()
            parts.append(self._both())
        return lambda issue: any(each(issue) for each in parts)

    def _both(self) -> Callable[[Issue], bool]:
        parts = [self._one()]
        while self._is("and"):
            self._next()
            parts.append(self._one())
        return lambda issue: all(each(issue) for each in parts)

    def _one(self) -> Callable[[Issue], bool]:
        if self._is("("):
            self._next()
            inner = self._either()
            self._next(")")
            return inner
        field, sign = self._next().lower(), self._next("=", "!=", ">=", "~", "in")
        values = self._values() if sign == "in" else [self._value()]
        if field == "created" and sign == ">=":
            if (since := _SINCE.fullmatch(values[0])) is None:
                raise BadQuery(f"Date value '{values[0]}' for field 'created' is invalid.")
            return lambda issue: issue["at"] >= self._now - 60 * int(since[1])
        if field not in _FIELDS:
            raise BadQuery(f"Field '{field}' does not exist or you do not have permission to view it.")
        read, wanted = _FIELDS[field], {each.casefold() for each in values}
        if sign == "~":
            return lambda issue: any(each in value for each in wanted for value in _folded(read(issue)))
        found: Callable[[Issue], bool] = lambda issue: bool(wanted & _folded(read(issue)))  # noqa: E731 - a test
        return (lambda issue: not found(issue)) if sign == "!=" else found

    def _values(self) -> list[str]:
        self._next("(")
        found = [self._value()]
        while self._is(","):
            self._next()
            found.append(self._value())
        self._next(")")
        return found

    def _value(self) -> str:
        if self._tokens and self._tokens[0][0] == "me":
            self._tokens.pop(0)
            return self._me
        return self._next()


def _folded(value: Any) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {str(each).casefold() for each in values}


def _in(name: str, part: str) -> Callable[[Issue], Any]:
    return lambda issue: (issue["fields"].get(name) or {}).get(part)


_FIELDS: dict[str, Callable[[Issue], Any]] = {
    "project": lambda issue: issue["key"].rpartition("-")[0],
    "key": lambda issue: issue["key"],
    "labels": lambda issue: issue["fields"]["labels"],
    "summary": lambda issue: issue["fields"]["summary"],
    "status": _in("status", "name"),
    "statuscategory": lambda issue: issue["fields"]["status"]["statusCategory"]["name"],
    "issuetype": _in("issuetype", "name"),
    "assignee": _in("assignee", "accountId"),
    "creator": _in("creator", "accountId"),
}
