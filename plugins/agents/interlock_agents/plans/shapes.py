"""What a plan's keys hold, read with all complaints kept: a value of the wrong kind reads as nothing."""

from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any

from interlock.types.names import nearest
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.references import kind_of

__all__ = ["Shape"]


class Shape:
    """Reads keys of mappings. `complaints` holds what was wrong; `unread` the paths of nodes to look no
    further at.
    """

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self.unread: set[str] = set()

    def complain(self, path: str, message: str, suggestion: str | None = None) -> None:
        self.complaints.append(Complaint(path=path, message=message, suggestion=suggestion))

    def only(self, data: Mapping[str, Any], known: Collection[str], path: str, what: str) -> None:
        """Complain of keys that are not known."""
        for key in data:
            if key not in known:
                message = f"{what} has no such key; there is {', '.join(known)}."
                self.complain(below(path, key), message, nearest(key, known))

    def text(self, data: Mapping[str, Any], key: str, path: str) -> str:
        value = data.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.complain(below(path, key), f"a text is expected, not {kind_of(value)}")
        return ""

    def mapping(self, data: Mapping[str, Any], key: str, path: str) -> dict[str, Any]:
        value = data.get(key)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.complain(below(path, key), f"a mapping is expected, not {kind_of(value)}")
        return {}

    def items(self, data: Mapping[str, Any], key: str, path: str) -> list[Any]:
        value = data.get(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self.complain(below(path, key), f"a list is expected, not {kind_of(value)}")
        return []

    def names(self, data: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
        """A list of texts, or one text alone."""
        if isinstance(one := data.get(key), str):
            return (one,)
        found = self.items(data, key, path)
        for index, each in enumerate(found):
            if not isinstance(each, str):
                self.complain(below(below(path, key), index), f"a text is expected, not {kind_of(each)}")
        return tuple(each for each in found if isinstance(each, str))

    def word(self, data: Mapping[str, Any], key: str, path: str, words: Collection[str]) -> str | None:
        """One of some words; None where there is none."""
        value = data.get(key)
        if value is None or value in words:
            return value
        shown = repr(value[:40]) if isinstance(value, str) else kind_of(value)
        near = nearest(value, words) if isinstance(value, str) else None
        self.complain(below(path, key), f"one of {', '.join(words)} is expected, not {shown}.", near)
        return None

    def truth(self, data: Mapping[str, Any], key: str, path: str) -> bool:
        """Whether it is true; not where there is none."""
        value = data.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.complain(below(path, key), f"true or false is expected, not {shown(value)}")
        return False

    def whole(self, data: Mapping[str, Any], key: str, path: str, least: int, otherwise: Any) -> Any:
        """A whole number of at least `least`; `otherwise` where there is none."""
        value = data.get(key)
        if value is None:
            return otherwise
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.complain(below(path, key), f"a whole number of {least} or more is expected, not {shown(value)}")
        return otherwise

    def amount(self, data: Mapping[str, Any], key: str, path: str) -> float | None:
        """A number above 0; None where there is none."""
        value = data.get(key)
        if value is None:
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and isfinite(value) and value > 0:
            return float(value)
        self.complain(below(path, key), f"a number above 0 is expected, not {shown(value)}")
        return None


def shown(value: Any) -> str:
    """A number as it is; of anything else, its kind."""
    return str(value) if isinstance(value, int | float) else kind_of(value)


def below(path: str, step: object) -> str:
    return f"{path}.{step}" if path else str(step)
