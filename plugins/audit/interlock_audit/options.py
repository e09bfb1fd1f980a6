"""What a configuration says below `log.options`."""

from dataclasses import dataclass
from pathlib import Path

from interlock.types.models import Secret

_MOST = 1_000_000
_LONGEST = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions:
    """Who is sent each checkpoint, as the body of a POST.

    Attributes:
        url: where to; it may hold a token, and is never shown.
        token: what is sent as `Authorization: Bearer`.
    """

    url: Secret
    token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How checkpoints are made, and where they go.

    Attributes:
        key: the private key that signs them, `file:PATH` or `env:NAME`; without one there are none.
        checkpoints: files to which each is appended. They belong where whoever can write the database cannot.
        webhooks: who is sent each one, besides.
        earlier: files of public keys that were in use before, for verification.
        every: how many entries there are until the next checkpoint.
        seconds: after which there is one, where there were entries.
        sealing: the key under which what is personal is sealed, `file:PATH` or `env:NAME`; without one none
            of it is kept.

    Raises:
        ValueError: `every` or `seconds` is out of bounds, or a sink is named and no key.
    """

    key: Secret | None = None
    checkpoints: tuple[Path, ...] = ()
    webhooks: tuple[WebhookOptions, ...] = ()
    earlier: tuple[Path, ...] = ()
    every: int = 1000
    seconds: float = 60.0
    sealing: Secret | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.every <= _MOST:
            raise ValueError(f"every lies between 1 and {_MOST:,} entries")
        if not 0 < self.seconds <= _LONGEST:
            raise ValueError(f"seconds lies above 0 and at most at {_LONGEST:,.0f}")
        if self.key is None and (self.checkpoints or self.webhooks):
            raise ValueError("checkpoints need a key that signs them: `interlock audit init` makes one")
