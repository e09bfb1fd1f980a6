"""The way to what gives tokens for a connector: the one that is open beside the connector's own."""

import asyncio
from contextlib import AbstractAsyncContextManager

from interlock.engine.attempting.call_log import Belonging, CallLog
from interlock.errors import InterlockError, PermitError, TotalTimeout
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import Access, Arriving
from interlock.types.clocks import elapsed
from interlock.types.models import Destination
from interlock.types.wire import HttpReply, HttpRequest

_LARGEST = 16 * 1024
"""Bytes of a request: a form with a signed assertion has three thousand."""

_WHAT = "a request to its issuer"


def issuing(
    issuer: Destination, deadline: float, http: HttpClient, log: CallLog | None, belongs: Belonging
) -> Access:
    """An Access to the issuer alone, whose permit ends with whoever withdraws it."""
    permit = Permit(deployment=issuer.id, origin=origin_of(issuer.base_url), deadline=deadline)
    way = _Way(http, log, Belonging(run=belongs.run, step=belongs.step))
    return Access(deadline=deadline, http=way, permit=permit, destination=issuer)


class _Way:
    """Sends to an issuer what may be sent there, once the log has it."""

    def __init__(self, http: HttpClient, log: CallLog | None, belongs: Belonging) -> None:
        self._http = http
        self._log = log
        self._belongs = belongs

    async def send(self, request: HttpRequest, permit: Permit, destination: Destination) -> HttpReply:
        """Raises LogUnavailable where the log may not have it, beside what any way out does."""
        permit.check(request.url)
        if request.method not in ("GET", "POST") or len(request.body) > _LARGEST:
            raise PermitError(f"{destination.id} is asked for tokens, and is sent nothing else")
        if self._log is not None:
            seconds = max(0.0, permit.deadline - elapsed())
            due = asyncio.get_running_loop().time() + seconds
            await self._log.tool(destination, _WHAT, (due, _too_late), self._belongs)
        return await self._http.send(request, permit, destination)

    def stream(
        self,
        request: HttpRequest,  # noqa: ARG002 - as the protocol has it
        permit: Permit,  # noqa: ARG002 - likewise
        destination: Destination,
    ) -> AbstractAsyncContextManager[Arriving]:
        raise PermitError(f"{destination.id} gives tokens, and no stream")


def _too_late() -> InterlockError:
    return TotalTimeout(f"{_WHAT} waited for the log until its time was over")
