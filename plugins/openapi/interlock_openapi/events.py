"""Plain YAML into plain values, by its events: a fraction of the time that a loader takes."""

from collections.abc import Callable
from typing import Any, Final

import yaml

_STARTS: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class Unusual(Exception):
    """There is more in it than scalars, lists and mappings: anchors, tags, merged keys, a second document."""


def built(text: str, *, loader: Any, resolved: Callable[[str], Any], deepest: int) -> Any:
    """The values of one document. `resolved` says what a scalar without quotes means; keys are text.

    Raises:
        Unusual: a loader has to read it.
        RecursionError: it nests deeper than `deepest` levels.
        YAMLError: it is no YAML.
    """
    top = _List()
    around: list[_List | _Mapping] = [top]
    known: dict[str, Any] = {}
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.ScalarEvent):
            value: Any = event.value
            if event.anchor is not None or event.tag is not None or (value == "<<" and event.implicit[0]):
                raise Unusual
            if around[-1].takes(value):
                continue
            if event.implicit[0]:
                value = known[value] if value in known else known.setdefault(value, resolved(value))
            around[-1].put(value)
        elif isinstance(event, _STARTS):
            if event.anchor is not None or event.tag is not None:
                raise Unusual
            if len(around) > deepest:
                raise RecursionError
            inside = _Mapping() if isinstance(event, yaml.MappingStartEvent) else _List()
            around[-1].put(inside.value)
            around.append(inside)
        elif isinstance(event, _ENDS):
            around.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise Unusual
    if len(top.value) != 1:
        raise Unusual
    return top.value[0]


class _List:
    __slots__ = ("put", "value")

    def __init__(self) -> None:
        self.value: list[Any] = []
        self.put = self.value.append

    def takes(self, key: str) -> bool:  # noqa: ARG002 - as a mapping has it
        return False


class _Mapping:
    __slots__ = ("_key", "value")

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self._key: str | None = None

    def takes(self, key: str) -> bool:
        """Whether it is the key of what comes next."""
        if self._key is not None:
            return False
        self._key = key
        return True

    def put(self, value: Any) -> None:
        """Raises Unusual for a key that is no text."""
        if self._key is None:
            raise Unusual
        self.value[self._key], self._key = value, None
