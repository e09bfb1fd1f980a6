"""The CSRF token that SAP wants with whatever changes something, and the session to which it belongs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from interlock import ProviderError
from interlock.http import HttpReply, error_for
from interlock.protocols import Access
from interlock.types.models import Destination
from interlock_sap.plain import plain, words
from interlock_tools import Auth, Call, Meaning, NotSent, Renewed, Service

_TOKEN = "x-csrf-token"  # noqa: S105 - a header's name
_FORBIDDEN = 403
_READS = ("GET", "HEAD")
# Several headers of one name come joined with commas, and so do the dates within them.
_COOKIE = re.compile(r"(?:^|,)\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}=[^;,\s]{0,4096})")
_LOCKED = "somebody works on it just now, and so nothing was changed; try again later"
MEANINGS = (
    Meaning(status=423, outcome="refused", reason="conflict", content=_LOCKED),
    Meaning(status=428, outcome="refused", reason="conflict", content="read it first, and give its etag"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Headers that belong together; empty where the service has no use for them."""

    headers: Mapping[str, str]


class SapService(Service):
    """One system. A session lasts until the system has forgotten it, and is then begun anew."""

    def __init__(
        self,
        there: Destination,
        auth: Auth,
        *,
        headers: Mapping[str, str],
        roots: Sequence[str],
        csrf: bool = True,
    ) -> None:
        """`roots` are paths of services, where tokens are fetched; with `csrf` off none is."""
        super().__init__(there, auth, headers=headers, meanings=MEANINGS, words=words, plain=plain)
        self._roots = sorted(roots, key=len, reverse=True)
        self._csrf = csrf
        self._session: Renewed[Session] = Renewed()

    async def send(self, access: Access, call: Call) -> HttpReply:
        """As any service's; a 403 that wants a token says that nothing was done, and is followed once."""
        if not self._csrf or call.method in _READS:
            return await super().send(access, call)
        session = await self._begun(access, call)
        reply = await super().send(access, _within(session, call))
        if reply.status == _FORBIDDEN and reply.headers.get(_TOKEN, "").lower() == "required":
            self._session.drop(lambda each: each is session)
            reply = await super().send(access, _within(await self._begun(access, call), call))
        return reply

    async def _begun(self, access: Access, call: Call) -> Session:
        return await self._session.get(lambda: self._fetched(access, call))

    async def _fetched(self, access: Access, call: Call) -> Session:
        root = next((each for each in self._roots if call.path.startswith(f"{each}/")), "")
        try:
            reply = await super().send(access, Call(path=f"{root}/", headers={_TOKEN: "Fetch"}))
        except ProviderError as error:
            raise NotSent(error) from error
        token = reply.headers.get(_TOKEN, "")
        if reply.status >= 400 and not token:  # noqa: PLR2004 - HTTP's own number
            says = words(told) if isinstance(told := await self.told(reply), Mapping) else None
            raise NotSent(error_for(status=reply.status, headers=reply.headers, vendor_message=says))
        cookies = "; ".join(_COOKIE.findall(reply.headers.get("set-cookie", "")))
        told_back = {_TOKEN: token, "cookie": cookies}
        return Session({name: value for name, value in told_back.items() if value})


def _within(session: Session, call: Call) -> Call:
    return replace(call, headers={**call.headers, **session.headers})
