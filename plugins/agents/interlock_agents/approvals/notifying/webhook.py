"""Notices as the body of a POST."""

import asyncio
import json
from urllib.parse import urlsplit

from interlock import InterlockError, RequestError, StoreError
from interlock.http import HttpClient, HttpRequest, Permit, is_loopback, origin_of
from interlock.protocols import API
from interlock.types.models import Destination, Secret
from interlock_agents.approvals.notifying.protocol import Notice, Notifier, NotifierCall

_LONGEST = 10.0  # seconds for one answer
_FINE = range(200, 300)


class WebhookNotifier:
    """Sends each notice as one JSON object. No redirect is followed."""

    api = API

    def __init__(self, url: str, *, arguments: bool) -> None:
        self.name = f"webhook {urlsplit(url).hostname or ''}".strip()
        self.arguments = arguments
        self._url = url
        self._there = Destination(id=self.name, region="global", base_url=url, secrets=(Secret(url),))

    async def notify(self, notice: Notice) -> None:
        try:
            async with asyncio.timeout(_LONGEST):
                status = await self._send(json.dumps(notice.plain()).encode())
        except TimeoutError:
            raise StoreError(f"{self.name}: no answer within {_LONGEST:g} s") from None
        except (InterlockError, OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"{self.name}: {type(error).__name__}") from None
        if status not in _FINE:
            raise StoreError(f"{self.name}: it answered {status}")

    async def _send(self, body: bytes) -> int:
        permit = Permit(deployment=self._there.id, origin=origin_of(self._url))
        request = HttpRequest(url=self._url, body=body, headers={"content-type": "application/json"})
        http = HttpClient()
        try:
            return (await http.send(request, permit, self._there)).status
        finally:
            permit.withdraw()
            await http.aclose()


class Webhooks:
    """`https://host/path`, and `http://` on this machine alone."""

    api = API
    name = "webhook"
    schemes: tuple[str, ...] = ("https", "http")

    def open(self, call: NotifierCall) -> Notifier:
        try:
            parts = urlsplit(call.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host:
            raise RequestError("a webhook is an address such as https://host/path", key="notify")
        if parts.scheme == "http" and not is_loopback(host):
            raise RequestError("a webhook beyond this machine takes https", key="notify")
        return WebhookNotifier(call.url, arguments=call.arguments)
