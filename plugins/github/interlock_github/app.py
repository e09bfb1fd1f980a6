"""Tokens of a GitHub App's installation, which last an hour."""

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from interlock.http import HttpReply, HttpRequest, json_in
from interlock.protocols import Access
from interlock.types.models import Destination
from interlock_github.options import GitHubOptions
from interlock_tools import SignedAuth

_CREATED = 201


class InstallationAuth(SignedAuth):
    """The app says who it is with a JWT, and is given a token for one installation.

    Raises:
        ConfigError: the key cannot sign.
    """

    def __init__(self, there: Destination, options: GitHubOptions, headers: Mapping[str, str]) -> None:
        root = urlsplit(there.base_url).path.rstrip("/")
        path = f"{root}/app/installations/{options.installation_id}/access_tokens"
        super().__init__(there, path, claims={"iss": options.app_id})
        self._shown = headers

    async def asserted(self, access: Access, assertion: str) -> HttpReply:
        headers = {**self._shown, "authorization": f"Bearer {assertion}"}
        reply = await access.send(HttpRequest(method="POST", url=self.url, body=b"", headers=headers))
        return _as_oauth(reply)


def _as_oauth(reply: HttpReply) -> HttpReply:
    """The reply in the words of OAuth: GitHub has names of its own."""
    told = json_in(reply.body)
    told = told if isinstance(told, Mapping) else {}
    if reply.status != _CREATED:
        words = {"error": told.get("message")}
        return HttpReply(status=reply.status, headers=reply.headers, body=json.dumps(words).encode())
    words = {"access_token": told.get("token"), "expires_in": _left(told.get("expires_at"), reply)}
    return HttpReply(status=200, headers=reply.headers, body=json.dumps(words).encode())


def _left(until: object, reply: HttpReply) -> int | None:
    """Seconds that a token lasts, by GitHub's clock; None where that is not to be had."""
    try:
        end = datetime.fromisoformat(str(until))
        return max(int((end - parsedate_to_datetime(reply.headers["date"])).total_seconds()), 0)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
