"""A request of a service as data, and what a row is given to write one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from interlock import RequestError

# All of them may stand in a query as they are, and services are documented with them.
_PLAIN = "$,:/()'@*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a tool was asked with, checked against its schema.

    Attributes:
        values: as the model wrote them.
        key: names the effect, the same for each run of it; empty for a read and for a preview.
    """

    values: Mapping[str, Any]
    key: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The argument, or `otherwise` where the model wrote none."""
        return self.values.get(name, otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request before its service adds address and authorization.

    Attributes:
        path: below the service's root, with a slash at its beginning; what stands in it is escaped already,
            as by `segment`.
        query: escaped when it is sent; a list gives its name several times, None leaves its name out.
        body: JSON, or bytes that are sent as they are.
        once: never sent twice, whatever breaks. None means: unless the method is GET or HEAD.
    """

    method: str = "GET"
    path: str = ""
    query: Mapping[str, str | int | Sequence[str] | None] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    once: bool | None = None

    @property
    def target(self) -> str:
        """Path and query, as they stand behind the root."""
        asked = {name: value for name, value in self.query.items() if value is not None}
        written = urlencode(asked, doseq=True, quote_via=quote, safe=_PLAIN)
        return f"{self.path}?{written}" if written else self.path


def segment(text: str, *, key: str = "", plain: str = "") -> str:
    """A text as one segment of a path, which it cannot leave; `plain` are characters that stay as they are.

    Raises:
        RequestError: it is empty or goes to a parent. `key` is the argument that it came from.
    """
    if text.strip() in ("", ".", ".."):
        raise RequestError(f"{text!r} names nothing", key=key)
    return quote(text, safe=plain)
