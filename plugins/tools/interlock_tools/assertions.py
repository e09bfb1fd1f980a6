"""Signed assertions: a program proves with its private key who it is, as in the JWT bearer grant."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

from interlock import ConfigError
from interlock.http import HttpReply, aside
from interlock.protocols import Access
from interlock.types.models import Destination, Secret
from interlock_tools.oauth import TokenAuth

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTING = 180  # seconds; services take five minutes at most
_SKEWED = 30.0  # seconds by which a clock may be wrong before it matters
_REFUSED = (400, 401)


class SignedAuth(TokenAuth):
    r"""Tokens that are given for an assertion: a JWT, signed by the private RSA key in PEM that is the
    connector's key, with its line breaks, or on one line with `\n` for each. It takes `cryptography`.

    Where an assertion is refused, and the service's clock is another, it is made once more by that clock.

    Raises:
        ConfigError: the key cannot sign.
    """

    def __init__(
        self,
        there: Destination,
        path: str,
        *,
        claims: Mapping[str, Any],
        clock: Callable[[], float] = time.time,
        issuer: Destination | None = None,
    ) -> None:
        """`claims` are `iss`, `sub`, `aud`, as the service wants them; `clock` gives Unix time in seconds."""
        super().__init__(there, path, issuer=issuer)
        self._claims = dict(claims)
        self._clock = clock
        self._ahead = 0.0
        secret = there.credential.secret
        self._sign = None if secret is None else _signer(secret)

    async def asked(self, access: Access) -> HttpReply:
        reply = await self.asserted(access, await self._assertion())
        ahead = _ahead(reply, self._clock())
        if reply.status in _REFUSED and abs(ahead - self._ahead) > _SKEWED:
            self._ahead = ahead
            reply = await self.asserted(access, await self._assertion())
        return reply

    async def asserted(self, access: Access, assertion: str) -> HttpReply:
        """The reply of the endpoint to an assertion."""
        raise NotImplementedError

    async def _assertion(self) -> str:
        now = self._clock() + self._ahead
        claims = {**self._claims, "iat": int(now), "exp": int(now) + _LASTING, "jti": uuid4().hex}
        unsigned = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        signature = b"" if self._sign is None else await aside(self._sign, unsigned.encode())
        return f"{unsigned}.{_text(signature)}"


class JwtBearer(SignedAuth):
    """The grant of RFC 7523."""

    async def asserted(self, access: Access, assertion: str) -> HttpReply:
        return await self.post(access, {"grant_type": _GRANT, "assertion": assertion}, {})


def _signer(key: Secret) -> Callable[[bytes], bytes]:
    try:
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - likewise
    except ImportError:
        what = "takes a package more: pip install 'interlock-tools[jwt]'."
        raise ConfigError(what, key="api_key") from None
    try:
        # A key of a configuration is one line; as in JSON, its breaks are written as two characters.
        pem = key.reveal().replace("\\n", "\n").encode()
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise ConfigError("is no private key in PEM, or is locked by a password.", key="api_key") from None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ConfigError("is to be an RSA key.", key="api_key")
    return lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _part(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _ahead(reply: HttpReply, now: float) -> float:
    """Seconds by which the service's clock is ahead of ours; 0 where it does not say."""
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return 0.0
