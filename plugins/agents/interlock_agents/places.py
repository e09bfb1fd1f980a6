"""Where in a run an effect has its place, and the key that names the effect outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock import RequestError
from interlock.tools import args_digest
from interlock.types.canonical import digest_of

_LENGTH = 32  # characters of a key: 128 bits, and no vendor's limit is lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """It identifies one effect, whatever is asked for there.

    Attributes:
        run: the id of the run.
        node: the id of the plan's node, without a slash.
        approach: how many ways of doing the node were tried before.
        seq: how many effects that approach has before this one.

    Raises:
        RequestError: one of them cannot be kept, or is no such number.
    """

    run: str
    node: str
    approach: int = 0
    seq: int = 0

    def __post_init__(self) -> None:
        for name in ("run", "node"):
            if why := _unfit(getattr(self, name)):
                raise RequestError(why, key=f"place.{name}")
        if "/" in self.node:
            raise RequestError(f"{self.node!r} has a slash, which divides ids of places", key="place.node")
        for name in ("approach", "seq"):
            number = getattr(self, name)
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise RequestError(f"expected a whole number from 0 on, not {number!r}", key=f"place.{name}")

    @property
    def id(self) -> str:
        """The four with slashes between them; no two places have the same."""
        return f"{self.run}/{self.step}"

    @property
    def step(self) -> str:
        """The id without the run: where in it."""
        return f"{self.node}/{self.approach}/{self.seq}"

    @classmethod
    def of(cls, id: str) -> "Place":  # noqa: A002 - it is what the other side calls `id`
        """The place with that id.

        Raises:
            RequestError: it is none.
        """
        parts = id.rsplit("/", 3)
        try:
            run, node, approach, seq = parts
            found = cls(run=run, node=node, approach=int(approach), seq=int(seq))
        except ValueError:
            found = None
        if found is None or found.id != id:
            raise RequestError(f"{id!r} is no place; one is called run/node/approach/seq", key="effect")
        return found

    def key(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """Names the effect to the service: 32 characters, the same whenever the place asks for the same.

        Raises:
            RequestError: the arguments are no JSON.
        """
        named = [self.run, self.node, self.approach, self.seq, tool, args_digest(arguments)]
        return digest_of("effect", named)[:_LENGTH]


def _unfit(name: object) -> str | None:
    if not isinstance(name, str) or not name:
        return f"expected a name, not {name!r}"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "has half a character in it"
    return "has a NUL in it" if "\0" in name else None
