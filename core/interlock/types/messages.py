"""What a conversation is made of. Parts are the union of what the vendors can say to each other."""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal, get_args

from interlock.errors import RequestError
from interlock.types.frozen import quick_init

Role = Literal["system", "user", "assistant", "tool"]
ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that the vendor named for a stretch of text: its characters from `start` up to `end`."""

    _: KW_ONLY
    url: str | None = None
    title: str | None = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Text:
    """Plain text. `cache` marks the end of a prefix that the vendor may keep (prompt caching)."""

    text: str
    _: KW_ONLY
    citations: tuple[Citation, ...] = ()
    cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Bytes, a URL or a vendor's file id: exactly one of the three. `media_type` is a MIME type."""

    data: bytes | None = None
    url: str | None = None
    file_id: str | None = None
    media_type: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        given = sum(value is not None for value in (self.data, self.url, self.file_id))
        if given != 1:
            key = type(self).__name__.lower()
            raise RequestError(f"give exactly one of data, url and file_id; {given} were given", key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Media):
    """A picture. `detail` is the vendor's hint for resolution: low, high or auto."""

    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio(Media):
    """A sound to listen to, or one that the model has made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Media):
    """A file to read, such as a PDF."""


@quick_init
@dataclass(frozen=True, slots=True)
class Reasoning:
    """A model's thinking.

    `signature` is the vendor's proof, returned unchanged to the same `vendor` and to no other, nor to an
    endpoint other than `origin`, where that, or what stands for it, is known; a redacted thought has no text
    and only its signature.
    """

    text: str
    _: KW_ONLY
    signature: str | None = None
    vendor: str | None = None
    origin: str | None = None
    redacted: bool = False


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model asks for. `arguments` was valid JSON and an object.

    `signature` is proof for its `vendor` and `origin` alone, as in `Reasoning`.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    signature: str | None = None
    vendor: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declined inside an otherwise successful answer."""

    text: str


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool returned for the call `id`."""

    id: str
    content: "str | tuple[Text | Image | Document | Audio, ...]"
    name: str | None = None
    error: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.content, str):
            object.__setattr__(self, "content", tuple(self.content))


Part = Text | Image | Audio | Document | Reasoning | ToolCall | ToolResult | Refusal


@quick_init
@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `content` is text, or any iterable of parts and strings, kept as a tuple of parts.

    Raises:
        RequestError: there is no such role, or the content is neither text nor parts.
    """

    role: Role
    content: str | tuple[Part, ...]
    _: KW_ONLY
    name: str | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise RequestError(f"{self.role!r} is no role; use one of {', '.join(ROLES)}", key="role")
        content = self.content
        if not isinstance(content, str) and (parts := _parts(content)) is not content:
            object.__setattr__(self, "content", parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The content as parts; none for empty text."""
        content = self.content
        if isinstance(content, str):
            return (Text(content),) if content else ()
        return content

    @property
    def text(self) -> str:
        """The text parts, joined; without reasoning, refusals and tool results."""
        content = self.content
        if isinstance(content, str):
            return content
        return "".join(part.text for part in content if isinstance(part, Text))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls that it asks for, in its order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))


_PARTS = frozenset(get_args(Part))


def _parts(content: object) -> tuple[Part, ...]:
    if isinstance(content, tuple) and _PARTS.issuperset(map(type, content)):
        return content
    if not isinstance(content, Iterable) or isinstance(content, (bytes, Mapping)):
        raise RequestError(f"expected text or parts, not {type(content).__name__}", key="content")
    parts: list[Part] = []
    for index, part in enumerate(content):
        if isinstance(part, str):
            parts.append(Text(part))
        elif isinstance(part, Part):
            parts.append(part)
        else:
            raise RequestError(f"{type(part).__name__} is no message part", key=f"content.{index}")
    return tuple(parts)
