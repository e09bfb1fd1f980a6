"""The endpoint for tokens: client credentials, and the JWT bearer grant, whose assertion is verified."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from interlock.testing import Received, Reply

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_LONGEST = 300  # seconds that an assertion may last


class Tokens:
    """Which sessions there are.

    Attributes:
        ahead: seconds by which Salesforce's clock is ahead of this machine's.
        given: tokens that were given out, in order.
    """

    def __init__(self, key: str, secret: str, user: str, public: RSAPublicKey | None) -> None:
        self.ahead = 0.0
        self.given: list[str] = []
        self._key, self._secret, self._user, self._public = key, secret, user, public
        self._live: set[str] = set()

    def admit(self, token: str) -> str:
        """A session that is there."""
        self._live.add(token)
        return token

    def expire(self) -> None:
        """Every session ends."""
        self._live.clear()

    def knows(self, request: Received) -> bool:
        """Whether a request comes from a session."""
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self._live

    def answer(self, request: Received, instance: str) -> Reply:
        """What the endpoint says."""
        form = dict(parse_qsl(request.body.decode()))
        wrong = "unsupported_grant_type", "grant type not supported"
        if form.get("grant_type") == "client_credentials":
            wrong = self._client(request, form)
        elif form.get("grant_type") == _GRANT:
            wrong = self._assertion(form.get("assertion", ""))
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + self.ahead))
        if wrong != ("", ""):
            told = {"error": wrong[0], "error_description": wrong[1]}
            return Reply.json(told, status=400, headers={"date": date})
        self.given.append(self.admit(f"00D000000000001!session.{len(self.given) + 1}"))
        told = {
            "access_token": self.given[-1],
            "instance_url": instance,
            "token_type": "Bearer",
            "scope": "api",
        }
        return Reply.json(told, headers={"date": date})

    def _client(self, request: Received, form: dict[str, str]) -> tuple[str, str]:
        pair = f"{form.get('client_id')}:{form.get('client_secret')}"
        if (given := request.headers.get("authorization", "")).startswith("Basic "):
            pair = base64.b64decode(given.removeprefix("Basic ")).decode()
        if pair == f"{self._key}:{self._secret}":
            return "", ""
        return "invalid_client", "invalid client credentials"

    def _assertion(self, assertion: str) -> tuple[str, str]:
        try:
            head, body, signature = assertion.split(".")
            claims = _decoded(body)
            if self._public is None or _decoded(head)["alg"] != "RS256":
                return "invalid_grant", "invalid assertion"
            signed = base64.urlsafe_b64decode(signature + "==")
            self._public.verify(signed, f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
            left = int(claims["exp"]) - (time.time() + self.ahead)
        except (ValueError, KeyError, InvalidSignature):
            return "invalid_grant", "invalid assertion"
        if claims.get("iss") != self._key:
            return "invalid_client_id", "client identifier invalid"
        if claims.get("aud") not in _AUDIENCES:
            return "invalid_grant", "audience is invalid"
        if claims.get("sub") != self._user:
            return "invalid_grant", "user hasn't approved this consumer"
        if not 0 < left <= _LONGEST:
            return "invalid_grant", "expired authorization code"
        return "", ""


def _decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=="))
