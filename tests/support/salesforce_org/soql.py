"""A part of SOQL: SELECT … FROM … WHERE … ORDER BY … LIMIT … OFFSET, and COUNT()."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salesforce_org.records import Org, Wrong

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<date>\d{4}-\d\d-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:?\d\d))?)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|!=|<>|[=<>(),]))""",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}
Row = Mapping[str, Any]


@dataclass(kw_only=True)
class Query:
    """What is asked for."""

    fields: list[str] = field(default_factory=list)
    source: str = ""
    where: Callable[[Row], bool] = lambda _: True
    order: list[tuple[str, bool]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0


def malformed(what: str) -> Wrong:
    return Wrong(400, "MALFORMED_QUERY", what)


def literal(written: str) -> str:
    """The text of a literal, its quotes included."""
    return re.sub(
        r"\\(.)", lambda found: _ESCAPED.get(found[1].lower(), found[1]), written[1:-1], flags=re.DOTALL
    )


def run(org: Org, text: str) -> tuple[Query, list[dict[str, Any]]]:
    """What was asked for, and the records as Salesforce shows them."""
    query = _Parser(org, text).query()
    rows = [each for each in org.all(query.source) if query.where(each)]
    for name, down in reversed(query.order):
        rows.sort(key=lambda row: _sortable(value(org, query.source, row, name)), reverse=down)
    end = None if query.limit is None else query.offset + query.limit
    return query, [shown(org, query.source, row, query.fields) for row in rows[query.offset : end]]


def value(org: Org, source: str, row: Row, path: str) -> Any:
    """Of a field, or of one of a related record."""
    name, _, rest = path.partition(".")
    fields = org.kind(source).fields
    if not rest:
        if name.casefold() not in fields:
            raise Wrong(400, "INVALID_FIELD", f"No such column '{name}' on entity '{source}'.")
        return row.get(fields[name.casefold()].name)
    reference = fields.get(f"{name}id".casefold())
    if reference is None or not reference.refers:
        raise Wrong(400, "INVALID_FIELD", f"Didn't understand relationship '{name}' in field path.")
    other = row.get(reference.name)
    related = {} if other is None else org.get(reference.refers, other)
    return value(org, reference.refers, related, rest)


def shown(org: Org, source: str, row: Row, fields: list[str]) -> dict[str, Any]:
    """A record with its attributes."""
    kind = org.kind(source)
    told: dict[str, Any] = {"attributes": _attributes(kind.name, row["Id"])}
    for path in fields:
        name, _, rest = path.partition(".")
        if not rest:
            told[kind.fields[name.casefold()].name if name.casefold() in kind.fields else name] = value(
                org, source, row, name
            )
            continue
        found = value(org, source, row, path)
        reference = kind.fields[f"{name}id".casefold()]
        if row.get(reference.name) is None:
            told[name] = None
        else:
            about = {"attributes": _attributes(reference.refers, row[reference.name])}
            told.setdefault(name, about)[rest] = found
    return told


def _attributes(name: str, record: str) -> dict[str, str]:
    return {"type": name, "url": f"/services/data/v66.0/sobjects/{name}/{record}"}


def _sortable(found: Any) -> tuple[bool, str, Any]:
    if isinstance(found, str):
        return True, "text", found.casefold()
    return found is not None, "number", found if found is not None else 0


class _Parser:
    def __init__(self, org: Org, text: str) -> None:
        self._org, self._tokens, self._source = org, list[tuple[str, str]](), ""
        at, text = 0, text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise malformed(f"unexpected token at {text[at : at + 20]!r}")
            self._tokens.append((str(found.lastgroup), str(found[str(found.lastgroup)])))
            at = found.end()
            if text[at:].strip() == "":
                break

    def query(self) -> Query:
        query = Query()
        self._word("SELECT")
        query.fields = self._fields()
        self._word("FROM")
        query.source = self._source = self._next("word")
        if query.source.casefold() not in self._org.kept:
            raise Wrong(400, "INVALID_TYPE", f"sObject type '{query.source}' is not supported.")
        if self._is("WHERE"):
            query.where = self._either()
        if self._is("ORDER"):
            self._word("BY")
            query.order = self._order()
        if self._is("LIMIT"):
            query.limit = int(self._next("number"))
        if self._is("OFFSET"):
            query.offset = int(self._next("number"))
        if self._tokens:
            raise malformed(f"unexpected token: {self._tokens[0][1]}")
        return query

    def _fields(self) -> list[str]:
        if [each[1].upper() for each in self._tokens[:3]] == ["COUNT", "(", ")"]:
            del self._tokens[:3]
            return []
        fields = [self._next("word")]
        while self._is(","):
            fields.append(self._next("word"))
        return fields

    def _order(self) -> list[tuple[str, bool]]:
        order: list[tuple[str, bool]] = []
        while not order or self._is(","):
            name = self._next("word")
            down = self._is("DESC")
            if not down:
                self._is("ASC")
            if self._is("NULLS") and not (self._is("FIRST") or self._is("LAST")):
                raise malformed("unexpected token: NULLS")
            order.append((name, down))
        return order

    def _either(self) -> Callable[[Row], bool]:
        parts = [self._both()]
        while self._is("OR"):
            parts.append(self._both())
        return lambda row: any(part(row) for part in parts)

    def _both(self) -> Callable[[Row], bool]:
        parts = [self._not()]
        while self._is("AND"):
            parts.append(self._not())
        return lambda row: all(part(row) for part in parts)

    def _not(self) -> Callable[[Row], bool]:
        if self._is("NOT"):
            inner = self._not()
            return lambda row: not inner(row)
        if self._is("("):
            within = self._either()
            self._sign(")")
            return within
        return self._condition()

    def _condition(self) -> Callable[[Row], bool]:
        path, org, source = self._next("word"), self._org, self._source

        def of(row: Row) -> Any:
            return value(org, source, row, path)

        value(org, source, {}, path)
        if self._is("LIKE"):
            pattern = _like(self._next("text"))
            return lambda row: isinstance(of(row), str) and pattern.fullmatch(of(row)) is not None
        inverted = self._is("NOT")
        if self._is("IN"):
            self._sign("(")
            values = [self._value()]
            while self._is(","):
                values.append(self._value())
            self._sign(")")
            return lambda row: any(_same(of(row), each) for each in values) is not inverted
        sign = self._next("sign")
        wanted = self._value()
        if sign in ("=", "!=", "<>"):
            return lambda row: _same(of(row), wanted) is (sign == "=")
        if sign not in _COMPARE:
            raise malformed(f"unexpected token: {sign}")
        return lambda row: of(row) is not None and _COMPARE[sign](_comparable(of(row)), _comparable(wanted))

    def _value(self) -> Any:
        kind, written = self._tokens.pop(0) if self._tokens else ("", "")
        if kind == "text":
            return literal(written)
        if kind == "number":
            return float(written)
        if kind == "date":
            return written
        if kind == "word" and written.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[written.lower()]
        raise malformed(f"unexpected token: {written}")

    def _is(self, what: str) -> bool:
        if self._tokens and self._tokens[0][0] != "text" and self._tokens[0][1].upper() == what:
            self._tokens.pop(0)
            return True
        return False

    def _word(self, what: str) -> None:
        if not self._is(what):
            raise malformed(f"expecting {what}")

    _sign = _word

    def _next(self, kind: str) -> str:
        if not self._tokens or self._tokens[0][0] != kind:
            raise malformed(f"unexpected token: {self._tokens[0][1] if self._tokens else '<EOF>'}")
        return self._tokens.pop(0)[1]


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return (
        (found or None) is None
        if wanted is None
        else found == wanted and isinstance(found, bool) is isinstance(wanted, bool)
    )


def _comparable(found: Any) -> Any:
    return re.sub(r"(\.\d+)?(Z|\+00:?00)$", "", found) if isinstance(found, str) else found


def _like(written: str) -> re.Pattern[str]:
    """`%` and `_` behind a backslash are characters; other escapes are as in any literal."""
    parts = []
    for found in re.finditer(r"\\(.)|(.)", written[1:-1], re.DOTALL):
        if found[1] is not None:
            parts.append(re.escape(_ESCAPED.get(found[1].lower(), found[1])))
        else:
            parts.append({"%": ".*", "_": "."}.get(found[2], re.escape(found[2])))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
