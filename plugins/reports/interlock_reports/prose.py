"""A line of text: plain, with words that are strong, code, links and verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from interlock.errors import RequestError
from interlock.types.names import nearest

__all__ = ["KINDS", "Code", "Kind", "Link", "Prose", "Run", "Strong", "Verdict", "one_of", "runs"]

Kind = Literal["problem", "attention", "gap", "info", "ok"]
"""What a verdict or a note says, the gravest first; a gap is something that nobody has recorded."""
KINDS: Final[tuple[str, ...]] = get_args(Kind)


def one_of(value: str, known: Sequence[str], key: str) -> None:
    """Complains of a value that is not known; RequestError."""
    if value not in known:
        near = nearest(value, known)
        hint = f" Did you mean {near!r}?" if near else f" It is one of {', '.join(known)}."
        raise RequestError(f"{key} cannot be {value!r}.{hint}", key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A name or a value as a machine writes it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strong:
    """Words that the eye should find."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link to an http, https or mailto address, or to `#` and the id of a section.

    Another target is no link: it is shown as text, behind the link's own.
    """

    text: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement, shown as a symbol, a word and a colour.

    Raises:
        RequestError: there is no such kind.

    Attributes:
        word: what it says, such as `refused`; left out, what its kind is called in the report's language.
    """

    kind: Kind
    word: str = ""

    def __post_init__(self) -> None:
        one_of(self.kind, KINDS, "kind")


Run: TypeAlias = str | Code | Strong | Link | Verdict
Prose: TypeAlias = Run | Sequence[Run]
"""A text, or one of the others, or several of them beside each other, without spaces between."""


def runs(prose: Prose) -> tuple[Run, ...]:
    return (prose,) if isinstance(prose, Run) else tuple(prose)
