"""pydantic's findings in a user's words: where, what is wrong, what was meant.

Values are not repeated, except numbers where a number is wanted and words where one of few is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from interlock.config.layers import names_at
from interlock.errors import ConfigError
from interlock.logs import redact
from interlock.types.models import Secret
from interlock.types.names import nearest

SHOWN = 5
_BARE = "a bare no or yes is read as false or true, so put it in quotes"
_NUMERAL = re.compile(r"[-+]?[0-9.]{1,20}")


def complaints(
    error: ValidationError,
    settings: type[BaseModel],
    build: Callable[[list[str], str, str | None], ConfigError],
    beside: Sequence[str] = (),
) -> ConfigError:
    """One error for all findings, by line; `build` makes one of path, message and suggestion.

    `beside` are keys that may stand beside those of `settings`.
    """
    findings = error.errors(include_url=False)
    found = [_translate(each, settings, beside) for each in findings if not _follows(each, findings)]
    # A required key that is only misspelt is one mistake, not two.
    meant = {(*path[:-1], suggestion) for path, _, suggestion in found if suggestion}
    kept = [
        build(path, message, suggestion)
        for path, message, suggestion in found
        if not (message == _REQUIRED and tuple(path) in meant)
    ]
    kept.sort(key=lambda each: (each.source, each.line or 0))
    first, *others = kept
    if len(others) > SHOWN:
        left = len(others) - SHOWN
        more = "1 more problem follows." if left == 1 else f"{left} more problems follow."
        others = [*others[:SHOWN], ConfigError(more, source=first.source)]
    first.others = tuple(others)
    return first


STRANGER = "stranger"
"""The type of an error about a key that there is not: `at` is its path, `valid` the keys that there are."""
ONE_OF = ("literal_error", "enum")
_REQUIRED = "is required."


def _follows(finding: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is only too short because what it holds is wrong, which is told already."""
    loc = finding["loc"]
    return finding["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in findings
    )


def _translate(
    finding: Mapping[str, Any], settings: type[BaseModel], beside: Sequence[str]
) -> tuple[list[str], str, str | None]:
    kind, value = finding["type"], finding["input"]
    facts: Mapping[str, Any] = finding.get("ctx") or {}
    path = [str(step) for step in finding["loc"] if step != "[key]"]
    suggestion: str | None = None
    if "[key]" in finding["loc"] and kind == "string_too_short":
        message = "a key is empty."
    elif "[key]" in finding["loc"] and kind in ONE_OF:
        valid = _words(facts)
        suggestion = nearest(path[-1], valid)
        message = _no_such_key(valid, suggestion)
    elif "[key]" in finding["loc"]:
        message = f"the key itself: {_kind(kind, value) or _sentence(finding['msg'])}"
    elif kind == "named":
        path += facts["at"].split(".") if facts.get("at") else []
        message, suggestion = facts["message"], facts.get("suggestion") or None
    elif kind in ("extra_forbidden", STRANGER):
        path += facts["at"].split(".") if kind == STRANGER else []
        valid = [*(facts.get("valid") or names_at(settings, path[:-1])), *(beside if len(path) == 1 else ())]
        suggestion = nearest(path[-1], valid)
        message = _no_such_key(valid, suggestion)
    elif kind == "missing":
        message = _REQUIRED
    elif kind in ("value_error", "assertion_error"):
        message = said(facts["error"])
    elif kind in ONE_OF:
        valid = _words(facts)
        suggestion = nearest(value, valid) if isinstance(value, str) else None
        shown = repr(value) if isinstance(value, str) and len(value) < 40 else describe(value)  # noqa: PLR2004 - a word
        message = f"expected one of {', '.join(valid)}, not {shown}."
    elif kind == "string_type":
        message = f"expected text, not {describe(value)}{_quotes(value)}."
    else:
        message = _size(kind, facts, value) or _kind(kind, value) or _sentence(finding["msg"])
    return path, message, suggestion


def _words(facts: Mapping[str, Any]) -> list[str]:
    """Those of which one is expected."""
    return [word.strip().strip("'") for word in facts["expected"].replace(" or ", ", ").split(",")]


def _no_such_key(valid: Sequence[str], suggestion: str | None) -> str:
    known = f"; there are {', '.join(valid)}" if valid and not suggestion else ""
    return f"there is no such key{known}."


def said(error: BaseException) -> str:
    """What somebody's own check said, in a line that holds no key; pydantic's words quote what was given."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return _sentence(": ".join((".".join(map(str, first["loc"])), first["msg"])).removeprefix(": "))
    return _sentence(redact(str(error)))


def _sentence(words: str) -> str:
    """What a check said in its own words, as a line of its own."""
    line = " ".join(words.split()).rstrip(".")
    return f"{line or 'cannot be used'}."


def _quotes(value: object) -> str:
    if isinstance(value, bool):
        return f"; {_BARE}"
    return "; put it in quotes" if isinstance(value, int | float) else ""


def _size(kind: str, facts: Mapping[str, Any], value: object) -> str | None:
    """A number or a length outside its bounds."""
    if kind == "finite_number":
        return "expected a number, not infinity."
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        bound = facts.get("gt", facts.get("ge", facts.get("lt", facts.get("le"))))
        bound = int(bound) if isinstance(bound, float) and bound.is_integer() else bound
        wanted = {
            "greater_than": "a positive number" if bound == 0 else f"more than {bound}",
            "greater_than_equal": f"at least {bound}",
            "less_than": f"less than {bound}",
            "less_than_equal": f"at most {bound}",
        }[kind]
        numeral = isinstance(value, int | float) or (isinstance(value, str) and _NUMERAL.fullmatch(value))
        return f"expected {wanted}, not {value if numeral else describe(value)}."
    if kind == "string_too_short":
        return "is empty."
    if kind == "too_short":
        least, actual = facts["min_length"], facts["actual_length"]
        return "the list is empty." if not actual else f"expected at least {least}, not {actual}."
    if kind == "too_long":
        return f"expected at most {facts['max_length']}."
    return None


def _kind(kind: str, value: object) -> str | None:
    """A value of another kind than the wanted one."""
    wanted = {
        "float_type": "a number",
        "float_parsing": "a number",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_parsing_size": "a smaller number",
        "int_from_float": "a whole number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "tuple_type": "a list",
        "list_type": "a list",
        "set_type": "a list",
        "frozen_set_type": "a list",
        "iterable_type": "a list",
        "path_type": "a path",
        "dict_type": "keys and values",
        "mapping_type": "keys and values",
        "model_type": "keys and values",
        "model_attributes_type": "keys and values",
    }.get(kind)
    given = "a fraction" if kind == "int_from_float" else describe(value)
    return f"expected {wanted}, not {given}." if wanted else None


def describe(value: object) -> str:
    """What a value is, without the value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str | Secret):
        return "text"
    if isinstance(value, Mapping):
        return "keys and values"
    return "a list" if isinstance(value, Sequence) else type(value).__name__
