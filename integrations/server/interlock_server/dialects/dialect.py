"""What a dialect is: a way to read what a client asks, and to write what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from interlock import Chunk, Message, Response
from interlock.types.frozen import quick_init
from interlock.types.request import Options
from interlock_server.problems import Problem


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A body that was read.

    Attributes:
        model: the name as the client wrote it; the server says what it stands for.
        options: everything else that a router takes beside the messages. Neither model, task nor ensemble is
            there unless the body's own `interlock` object names it.
        stream: whether the client wants events.
        keeps: what the dialect wants back when it writes the answer, for itself alone.
    """

    model: str
    messages: tuple[Message, ...]
    options: Options = field(default_factory=Options)
    stream: bool = False
    keeps: Mapping[str, Any] = field(default_factory=dict)


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server says of an answer, whatever the dialect.

    `id` is unique, without a dialect's prefix; `created` is seconds since the epoch; `input_tokens` is our
    estimate, for a dialect that must say a number before anything is counted; `model` is the card that
    answers, as far as it is known when writing begins, and the client's own name until then.
    """

    id: str
    created: int
    model: str
    input_tokens: int


class EventWriter(Protocol):
    """Writes one stream: bytes of server-sent events, empty where nothing is to be said. One object a stream.

    `begin` comes first. Then `chunk` for each, `end` once with the whole response, which the last chunk
    carries too and `chunk` does not look at. `broken` in place of `end` where the answer will not become
    whole, after `begin` or without it: nothing a client could take for a clean end comes with it or after.
    """

    def begin(self) -> bytes: ...

    def chunk(self, chunk: Chunk) -> bytes: ...

    def end(self, response: Response) -> bytes: ...

    def broken(self, problem: Problem) -> bytes: ...

    def alive(self) -> bytes:
        """Says that the answer is being waited for; clients pass over it."""
        ...


class Dialect(Protocol):
    """One dialect. `read` raises RequestError, whose key is the body's own, and nothing else."""

    name: str

    def read(self, body: Mapping[str, Any]) -> Asked:
        """What a JSON object asks for. What is not known is refused, not dropped."""
        ...

    def answer(self, asked: Asked, response: Response, reply: Reply) -> Mapping[str, Any]:
        """The body of a whole answer."""
        ...

    def writer(self, asked: Asked, reply: Reply) -> EventWriter:
        """What writes the answer in events."""
        ...

    def problem(self, problem: Problem) -> Mapping[str, Any]:
        """The body of an error. Its status and its headers are the problem's own."""
        ...
