"""Reading a body strictly: each object field by field, and what is wrong in it by its path."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from interlock import RequestError
from interlock.types.names import nearest
from interlock.types.numbers import LARGEST
from interlock.types.strict import loads

_SHOWN = 40


class Fields:
    """One object of a body. A field that is null counts as left out.

    Every method that looks at a field raises RequestError, whose key is the path, such as
    `messages.2.content`, of a value that is not of the kind that is asked for.

    Attributes:
        path: where the object stands in the body; empty for the body itself.
    """

    __slots__ = ("_given", "path")

    def __init__(
        self,
        given: Any,
        path: str,
        known: AbstractSet[str],
        *,
        refused: Mapping[str, str] | None = None,
    ) -> None:
        """`known` are the fields that there are; `refused` those of the dialect that cannot be honoured, and
        what to say of each.

        Raises:
            RequestError: it is no object, or has a field that is not known.
        """
        self.path = path
        # A body's own objects are dicts, which are told much faster than mappings of any kind.
        if type(given) is not dict and not isinstance(given, Mapping):
            raise RequestError(f"expected an object, not {kind_of(given)}", key=path)
        self._given = given
        if given.keys() <= known:
            return
        for name, value in given.items():
            if name in known or value is None:
                continue
            if refused is not None and name in refused:
                raise RequestError(refused[name], key=self.at(name))
            raise RequestError(
                f"there is no such field; there are {', '.join(sorted(known))}.",
                key=self.at(name),
                suggestion=nearest(name, known),
            )

    def __contains__(self, name: str) -> bool:
        return self._given.get(name) is not None

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, message: str) -> RequestError:
        """The error about a field, for the caller to raise."""
        return RequestError(message, key=self.at(name))

    def get(self, name: str) -> Any:
        """The value, whatever it is; None where there is none."""
        return self._given.get(name)

    def text(self, name: str) -> str | None:
        value = self._given.get(name)
        if value is None or isinstance(value, str):
            return value
        raise self._kind(name, "text", value)

    def model(self) -> str:
        """The name of a model, which every dialect demands; it may be empty."""
        if (name := self.text("model")) is None:
            raise self.wrong("model", "is missing: name a model, or auto, which leaves it to the router")
        return name

    def needed_text(self, name: str) -> str:
        """The text, which must be there and may be empty."""
        value = self._given.get(name)
        if isinstance(value, str):
            return value
        raise self._kind(name, "text", value)

    def flag(self, name: str) -> bool | None:
        value = self._given.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self._kind(name, "true or false", value)

    def whole(self, name: str, least: int = -LARGEST, most: int = LARGEST) -> int | None:
        value = self._given.get(name)
        if value is None:
            return None
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is int and least <= value <= most:
            return value
        raise self._kind(name, f"a whole number{_bounds(least, most, value)}", value)

    def number(self, name: str, least: int = -LARGEST, most: int = LARGEST) -> float | None:
        value = self._given.get(name)
        if value is None:
            return None
        if type(value) in (int, float) and least <= value <= most:
            return float(value)
        raise self._kind(name, f"a number{_bounds(least, most, value)}", value)

    def one_of(self, name: str, words: Collection[str]) -> str | None:
        value = self.text(name)
        if value is None or value in words:
            return value
        raise RequestError(
            f"{value!r:.{_SHOWN}} is none of {', '.join(words)}.",
            key=self.at(name),
            suggestion=nearest(value, words),
        )

    def listed(self, name: str) -> list[Any] | None:
        value = self._given.get(name)
        if value is None or isinstance(value, list):
            return value
        raise self._kind(name, "a list", value)

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """An object whose fields are anybody's, such as a JSON schema."""
        value = self._given.get(name)
        # As above, dicts are told much faster.
        if value is None or type(value) is dict or isinstance(value, Mapping):
            found: Mapping[str, Any] | None = value
            return found
        raise self._kind(name, "an object", value)

    def inner(
        self, name: str, known: AbstractSet[str], *, refused: Mapping[str, str] | None = None
    ) -> "Fields | None":
        """The object in a field, to be read in the same way."""
        value = self._given.get(name)
        return None if value is None else Fields(value, self.at(name), known, refused=refused)

    def _kind(self, name: str, wanted: str, value: Any) -> RequestError:
        return self.wrong(name, f"expected {wanted}, not {kind_of(value)}")


def arguments_of(text: str, path: str) -> dict[str, Any]:
    """The arguments of a tool call out of their JSON; nothing at all is an empty object.

    Raises:
        RequestError: they are no JSON object, or one that readers would read differently.
    """
    try:
        value = loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RequestError("expected a JSON object as text", key=path)
    return value


def kind_of(value: Any) -> str:
    """What a value of JSON is, in words. Numbers and truth values are shown, and nothing else is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value!r:.{_SHOWN}}"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def _bounds(least: int, most: int, value: Any) -> str:
    """Those that say something of a value."""
    large = type(value) in (int, float) and not -LARGEST <= value <= LARGEST
    lower = f" from {least:g}" if large or least > -LARGEST else ""
    return lower + (f" to {most:g}" if large or most < LARGEST else "")
