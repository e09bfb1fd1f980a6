"""Who is looking: one-time links, tokens of approvers, and the sessions that come of either."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from interlock.types.clocks import elapsed
from interlock_agents.approvals.approvers import Approvers

_BYTES = 32
_LINK = 10 * 60.0  # seconds for which a link may be used, once
_SESSION = 8 * 60 * 60.0  # seconds after which somebody has to sign in again
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who has signed in.

    Attributes:
        name: theirs, as the authentication says.
        token: with which they signed in; empty where it was a link.
        form: what each of their forms has to bring along.
        ends: in seconds, on the clock of `interlock.types.clocks.elapsed`.
    """

    name: str
    form: str = field(repr=False)
    ends: float
    token: str = field(default="", repr=False)

    def made(self, form: str) -> bool:
        """Whether a form is one of this session's."""
        return compare_digest(self.form.encode(), form.encode("utf-8", "replace"))


class Sessions:
    """Those of one server, which forgets them when it ends."""

    def __init__(self, approvers: Approvers, *, clock: Callable[[], float] = elapsed) -> None:
        self._approvers = approvers
        self._clock = clock
        self._links: dict[str, tuple[str, float]] = {}
        self._open: dict[str, Session] = {}

    def link_for(self, name: str) -> str:
        """A secret with which that person may sign in, once, within ten minutes."""
        secret = token_urlsafe(_BYTES)
        self._links[_digest(secret)] = name, self._clock() + _LINK
        return secret

    def owner_of(self, secret: str) -> str | None:
        """Who may sign in with a link's secret; it may be used still."""
        name, ends = self._links.get(_digest(secret), ("", 0.0))
        return name if name and self._clock() < ends else None

    def sign_in_by_link(self, secret: str) -> str | None:
        """A session's secret for its cookie; None where the link was used, or its time is over."""
        name = self.owner_of(secret)
        self._links.pop(_digest(secret), None)
        return None if name is None else self._begin(name)

    async def sign_in_by_token(self, token: str) -> str | None:
        """The same for an approver's token; None for nobody's."""
        name = await self._approvers.name_for(token)
        return None if name is None else self._begin(name, token)

    async def of(self, secret: str | None) -> Session | None:
        """The session with that secret, as long as it lasts, and as the token does with which it began."""
        found = None if secret is None else self._open.get(_digest(secret))
        if found is None or self._clock() >= found.ends:
            return None
        if found.token and await self._approvers.name_for(found.token) != found.name:
            return None
        return found

    def end(self, secret: str) -> None:
        """Sign out."""
        self._open.pop(_digest(secret), None)

    def _begin(self, name: str, token: str = "") -> str:
        now = self._clock()
        self._open = {key: each for key, each in self._open.items() if now < each.ends}
        while len(self._open) >= _MOST:
            self._open.pop(next(iter(self._open)))
        secret = token_urlsafe(_BYTES)
        form, ends = token_urlsafe(_BYTES), now + _SESSION
        self._open[_digest(secret)] = Session(name=name, form=form, ends=ends, token=token)
        return secret


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
