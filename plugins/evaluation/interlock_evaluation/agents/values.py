"""Values of a suite's files, taken by their keys: what is none is refused with its file, line and key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from interlock import ConfigError, RequestError
from interlock.documents import MAX_CHARACTERS, Node, read
from interlock.types.files import read_regular
from interlock.types.names import nearest
from interlock_evaluation.agents.schemas import schema_complaint

T = TypeVar("T")

_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A mapping in a file, and where it stands. What takes a value raises RequestError for what is none."""

    file: Path
    node: Node
    path: str = ""

    def only(self, *known: str) -> None:
        """Refuse every other key."""
        for key in self.node.value:
            if key not in known:
                what = f"there is no such key; there are {', '.join(known)}."
                self.refuse(key, what, nearest(key, known))

    def has(self, key: str) -> bool:
        return key in self.node.value and self.node.value[key].value is not None

    def text(self, key: str, default: str | None = None) -> str:
        """Some words; needed where there is no default."""
        return self._take(key, default, _text)

    def count(self, key: str, default: int | None) -> int | None:
        """A whole number of 1 or more."""
        return self._take(key, default, _count) if self.has(key) else default

    def amount(self, key: str, default: float) -> float:
        """A number above 0."""
        return self._take(key, default, _amount)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        return self._take(key, (), _texts)

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping as it is."""
        return self._take(key, {}, _mapping)

    def value(self, key: str) -> Any:
        """Whatever it is; None without one."""
        return self.node.value[key].plain() if key in self.node.value else None

    def schema(self, key: str) -> dict[str, Any]:
        """A JSON schema."""
        found = self.mapping(key)
        if key not in self.node.value:
            self.refuse(key, "it is missing: a JSON schema.")
        if (wrong := schema_complaint(found)) is not None:
            self.refuse(key, wrong)
        return found

    def within(self, key: str) -> "Given":
        """The mapping below a key."""
        self.mapping(key)
        node = self.node.value.get(key, Node(self.node.line, {}))
        return Given(file=self.file, node=node if node.value else Node(node.line, {}), path=self._at(key))

    def items(self, key: str) -> Sequence["Given"]:
        """The mappings of a list."""
        node = self.node.value.get(key)
        if node is None or node.value is None:
            return ()
        if not isinstance(node.value, list):
            self.refuse(key, f"expected a list, not {kind_of(node.value)}.")
        found = [
            Given(file=self.file, node=each, path=f"{self._at(key)}.{index}")
            for index, each in enumerate(node.value)
        ]
        for index, each in enumerate(found):
            if not isinstance(each.node.value, dict):
                self.refuse(f"{key}.{index}", f"expected a mapping, not {kind_of(each.node.value)}.")
        return found

    def refuse(self, key: str, what: str, near: str | None = None) -> NoReturn:
        """Raise the error that names file, line and key."""
        first, _, rest = key.partition(".")
        line = self.node.keys.get(first, self.node.line)
        if rest and first in self.node.value:
            _, line = self.node.find(key.split("."))
        raise RequestError(what, key=f"{self.file} line {line}, {self._at(key)}", suggestion=near)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _take(self, key: str, default: T | None, read: Callable[[Any], T]) -> T:
        if not self.has(key):
            if default is None:
                self.refuse(key, "it is missing.")
            return default
        try:
            return read(self.node.value[key].plain())
        except RequestError as error:
            self.refuse(f"{key}.{error.key}" if error.key else key, error.message)


def given_in(file: Path) -> Given:
    """The mapping that a YAML file holds. Raises RequestError for one that cannot be read."""
    try:
        root = read(read_regular(file, 4 * MAX_CHARACTERS + 1).decode("utf-8-sig"), str(file))
    except ConfigError as error:
        line = "" if error.line is None else f" line {error.line}"
        within = f", {error.key}" if error.key else ""
        raise RequestError(error.message, key=f"{file}{line}{within}", suggestion=error.suggestion) from None
    except UnicodeDecodeError:
        raise RequestError("is no UTF-8; save it as such.", key=str(file)) from None
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(file)) from None
    if root is None or not isinstance(root.value, dict):
        what = "nothing" if root is None else kind_of(root.plain())
        raise RequestError(f"expected a mapping, not {what}.", key=str(file))
    return Given(file=file, node=root)


def kind_of(value: Any) -> str:
    """What a value is, for people."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return names.get(type(value), type(value).__name__)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RequestError(f"expected text, not {kind_of(value)}.")
    return value.strip()


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _MOST:
        raise RequestError(f"expected a whole number of 1 or more, not {value!r:.40}.")
    return value


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MOST:
        raise RequestError(f"expected a number above 0, not {value!r:.40}.")
    return float(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise RequestError(f"expected a list, not {kind_of(value)}.")
    for index, each in enumerate(value):
        if not isinstance(each, str) or not each.strip():
            raise RequestError(f"expected text, not {kind_of(each)}.", key=str(index))
    return tuple(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RequestError(f"expected a mapping, not {kind_of(value)}.")
    return value
