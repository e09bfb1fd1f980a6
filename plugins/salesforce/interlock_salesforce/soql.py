"""SOQL and SOSL with a model's values in them, and SOQL of a model's own that reads and does nothing else."""

import re
from collections.abc import Sequence

from interlock import RequestError
from interlock_salesforce.names import characters

_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)
_WILD = str.maketrans({"%": "\\%", "_": "\\_"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_RESERVED = re.compile(r"""[?&|!{}\[\]()^~*:\\"'+-]""")
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
# FOR VIEW, FOR REFERENCE and UPDATE VIEWSTAT write down that records were looked at; FOR UPDATE locks them.
_WRITING = re.compile(r"\b(?:FOR|UPDATE)\b(?:\s+\w+)?", re.IGNORECASE)


def quoted(text: str, *, key: str) -> str:
    """The text as a literal, out of which nothing leads.

    Raises:
        RequestError: it holds a character that no literal can hold.
    """
    return f"'{_escaped(text, key)}'"


def containing(text: str, *, key: str) -> str:
    """The literal behind LIKE for whatever has the text in it; its own wildcards are characters."""
    return f"'%{_escaped(text, key).translate(_WILD)}%'"


def select(
    fields: Sequence[str], source: str, where: Sequence[str], *, order: str = "", most: int | None = None
) -> str:
    """A query; all of the conditions hold."""
    query = f"SELECT {', '.join(fields)} FROM {source}"  # noqa: S608 - its values are `quoted`
    query += f" WHERE {' AND '.join(where)}" if where else ""
    query += f" ORDER BY {order}" if order else ""
    return query if most is None else f"{query} LIMIT {most}"


def reading(query: str, *, key: str = "query") -> str:
    """A query of a model's own.

    Raises:
        RequestError: it is no SELECT, a literal in it has no end, or it asks for more than reading.
    """
    bare = _LITERAL.sub("''", characters(query.strip(), key=key))
    if bare.replace("''", "").count("'"):
        raise RequestError("a literal in it has no end: write ' within it as \\'", key=key)
    if not re.match(r"SELECT\s", bare, re.IGNORECASE):
        raise RequestError("begins with SELECT", key=key)
    if (found := _WRITING.search(bare)) is not None:
        raise RequestError(f"{found[0]!r} does more than reading", key=key)
    return query.strip()


def finding(words: str, returning: Sequence[str], *, most: int, key: str) -> str:
    """SOSL that finds words anywhere in records. Its signs are characters; AND, OR and AND NOT between words
    mean what they do.
    """
    plain = _RESERVED.sub(r"\\\g<0>", " ".join(characters(words, key=key).split()))
    if _CONTROL.search(plain):
        raise RequestError("holds a control character", key=key)
    return f"FIND {{{plain}}} IN ALL FIELDS RETURNING {', '.join(returning)} LIMIT {most}"


def _escaped(text: str, key: str) -> str:
    escaped = characters(text, key=key).translate(_ESCAPES)
    if _CONTROL.search(escaped):
        raise RequestError("holds a control character", key=key)
    return escaped
