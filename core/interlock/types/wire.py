"""HTTP as data: what a codec writes and reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock.types.frozen import quick_init


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request, ready to send. `headers` need no host and no content-length.

    Neither they nor the body print: keys stand in the one, prompts in the other. `once` is for what must not
    happen twice: where a kept connection breaks as it is written to, nobody knows, and it is not sent again.
    """

    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"
    once: bool = False


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """A whole reply. Header names are lower case; `body` is decompressed. Neither prints."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A limit as a reply's headers announce it: so much is `left` until the `reset`, in the vendor's form."""

    kind: Literal["requests", "tokens", "output tokens"]
    left: int
    reset: str
