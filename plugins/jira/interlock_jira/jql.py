"""Searches that stay in the projects that are allowed."""

import re
from collections.abc import Sequence

from interlock import RequestError

# Strings, in which nothing means anything; and what does.
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<open>\()|(?P<shut>\))"""
    r"""|(?P<order>\border\s+by\b)|(?P<loose>["'\\#])""",
    re.IGNORECASE | re.DOTALL,
)


def narrowed(jql: str, projects: Sequence[str]) -> str:
    """The query, within these projects; as it is where there are none.

    Raises:
        RequestError: its parentheses or quotes do not close, so that nobody can say where it ends.
    """
    if not projects:
        return jql
    depth, end = 0, len(jql)
    for found in _TOKEN.finditer(jql):
        if found["loose"]:
            raise RequestError(f"a quote does not close, or a {found[0]!r} stands outside of one", key="jql")
        depth += bool(found["open"]) - bool(found["shut"])
        if depth < 0:
            raise RequestError("a parenthesis closes that was not opened", key="jql")
        if found["order"] and not depth:
            end = found.start()
            break
    if depth:
        raise RequestError("a parenthesis does not close", key="jql")
    where, order = jql[:end].strip(), jql[end:]
    _check_order(order)
    within = f"project in ({', '.join(map(quoted, projects))})"
    asked = f"{within} AND ({where})" if where else within
    return f"{asked} {order}".strip()


def quoted(text: str) -> str:
    """As a string of JQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _check_order(order: str) -> None:
    depth = 0
    for found in _TOKEN.finditer(order):
        depth += bool(found["open"]) - bool(found["shut"])
        if found["loose"] or depth < 0 or (found["order"] and found.start()):
            raise RequestError("behind ORDER BY stand names of fields alone", key="jql")
    if re.search(r"\b(and|or|not)\b", _TOKEN.sub(" ", order), re.IGNORECASE):
        raise RequestError("behind ORDER BY stand names of fields alone", key="jql")
