"""From bytes to plain values: JSON, or YAML without what only YAML has."""

import json
import re
from typing import Any, Final

import yaml

from interlock import ProtocolError
from interlock_openapi.events import Unusual, built

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a document."""

_DEEPEST: Final = 500
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(data: bytes, source: str) -> dict[str, Any]:
    """The document as dicts, lists and scalars of JSON; keys are text.

    Raises:
        ProtocolError: it is too large, neither JSON nor YAML, or no mapping; `source` says which it is.
    """
    if len(data) > LARGEST:
        raise ProtocolError(f"{source} is larger than {LARGEST // 1024 // 1024} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProtocolError(f"{source} is no text in UTF-8") from None
    try:
        found = _json(text) if text.lstrip()[:1] == "{" else _yaml(text)
    except json.JSONDecodeError as error:
        raise ProtocolError(f"{source} is no JSON: {error.msg} in line {error.lineno}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise ProtocolError(f"{source} is no YAML: {error.problem or error.context}{where}") from None
    except (yaml.YAMLError, ValueError):
        raise ProtocolError(f"{source} cannot be read: it holds what is neither JSON nor YAML") from None
    except RecursionError:
        raise ProtocolError(f"{source} nests too deeply") from None
    if not isinstance(found, dict):
        raise ProtocolError(f"{source} is no OpenAPI document: it is no mapping")
    return found


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None)


def _yaml(text: str) -> Any:
    try:
        return built(text, loader=_BASE, resolved=_resolved, deepest=_DEEPEST)
    except Unusual:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - it makes nothing but plain values


def _resolved(text: str) -> Any:
    """What a scalar without quotes means."""
    for name, (pattern, _) in _IMPLICIT.items():
        if re.fullmatch(pattern, text):
            if name == "int":
                return int(text)
            if name == "float":
                value = float(text)
                return value if abs(value) != float("inf") else None
            return text.lower() == "true" if name == "bool" else None
    return text


class _Loader(_BASE):  # type: ignore[misc]  # chosen at run time
    """Plain values as JSON has them: a date is text, and so are `no` and every key."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as its base declares it

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    # Asked for each node on the way down, and on the way up: the way down takes the machine's own stack.
    def descend_resolver(self, current_node: Any, current_index: Any) -> None:  # noqa: ARG002 - as in its base
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RecursionError

    def ascend_resolver(self) -> None:
        self._depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        if isinstance(node, yaml.MappingNode):
            self.flatten_mapping(node)
        else:
            raise yaml.constructor.ConstructorError(None, None, "expected a mapping", node.start_mark)
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                message = "a key must be text, not a list or a mapping"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            found[str(key.value)] = self.construct_object(value, deep=deep)
        return found


def _number(loader: Any, node: Any) -> Any:
    text = loader.construct_scalar(node)
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) != float("inf") else None


def _integer(loader: Any, node: Any) -> Any:
    return int(loader.construct_scalar(node))


def _map(loader: Any, node: Any) -> Any:
    found: dict[str, Any] = {}
    yield found
    found.update(loader.construct_mapping(node))


def _plain(loader: Any, _: str, node: Any) -> Any:
    """Whatever has a tag of its own, as it would be without."""
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


_TAGS: Final = "tag:yaml.org,2002:"
_IMPLICIT: Final = {
    "bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "null": ("null|Null|NULL|~|", ("n", "N", "~", "")),
    "int": ("[-+]?(0|[1-9][0-9]{0,29})", "-+0123456789"),
    "float": (r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    "merge": ("<<", "<"),
}
for _name, (_pattern, _first) in _IMPLICIT.items():
    _Loader.add_implicit_resolver(f"{_TAGS}{_name}", re.compile(rf"(?:{_pattern})\Z"), list(_first))
_Loader.add_constructor(f"{_TAGS}map", _map)
_Loader.add_constructor(f"{_TAGS}int", _integer)
_Loader.add_constructor(f"{_TAGS}float", _number)
for _tag in ("timestamp", "binary", "omap", "pairs", "set"):
    _Loader.add_constructor(f"{_TAGS}{_tag}", lambda loader, node: _plain(loader, "", node))
_Loader.add_multi_constructor("", _plain)
