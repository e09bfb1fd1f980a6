"""What programs may call: built-in functions and methods of values, none of which leads anywhere else."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from interlock_evaluation.worlds.software_development.subset.failing import Failing, Steps

METHODS: Final[Mapping[type, frozenset[str]]] = {
    str: frozenset(
        {
            *("capitalize", "count", "endswith", "find", "index", "isalpha", "isdigit", "join", "lower"),
            *("lstrip", "partition", "removeprefix", "removesuffix", "replace", "rpartition", "rsplit"),
            *("rstrip", "split", "splitlines", "startswith", "strip", "title", "upper"),
        }
    ),
    list: frozenset({"append", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse"}),
    tuple: frozenset({"count", "index"}),
    dict: frozenset({"copy", "get", "items", "keys", "pop", "setdefault", "values"}),
}
ERRORS: Final = ("IndexError", "KeyError", "LookupError", "RuntimeError", "TypeError", "ValueError")
_FINEST: Final = 30  # digits to which a number is rounded


def _range(*ends: int) -> list[int]:
    found = range(*ends)
    Steps().fits(len(found))
    return [*found]


def _round(number: float, digits: int | None = None) -> float:
    if digits is not None and abs(digits) > _FINEST:
        raise Failing(f"rounds to more than {_FINEST} digits", kind="ValueError")
    return round(number, digits)


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "bool": bool,
    "dict": dict,
    "divmod": divmod,
    "enumerate": lambda each, start=0: [*enumerate(each, start)],
    "float": float,
    "int": int,
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "range": _range,
    "reversed": lambda each: [*reversed(each)],
    "round": _round,
    "sorted": lambda each, reverse=False: sorted(each, reverse=reverse),
    "str": str,
    "sum": sum,
    "tuple": tuple,
    "zip": lambda *each: [*zip(*each, strict=False)],
}


def method(value: Any, name: str) -> Callable[..., Any]:
    """A method of a value. Raises Failing for one that is not offered."""
    if name not in METHODS.get(type(value), ()):
        kind = type(value).__name__
        raise Failing(f"the subset has no attribute {name!r:.60} of a {kind}", kind="AttributeError")
    if name in ("items", "keys", "values"):
        return lambda: [*getattr(value, name)()]
    if name == "replace":
        return lambda old, new, count=-1: _replaced(value, old, new, count)
    if name == "join":
        return lambda parts: _joined(value, parts)
    found: Callable[..., Any] = getattr(value, name)
    return found


def _replaced(text: str, old: str, new: str, count: int) -> str:
    Steps().fits(len(text) + (text.count(old) + 1) * len(new))
    return text.replace(old, new, count)


def _joined(between: str, parts: Any) -> str:
    parts = [*parts]
    Steps().fits(sum(len(each) + len(between) for each in parts))
    return between.join(parts)
