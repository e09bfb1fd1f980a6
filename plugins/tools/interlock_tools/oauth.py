"""Tokens of OAuth 2 that are got by a program for itself, at the service's own address or its issuer's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from interlock import AuthenticationError, ConfigError, PermitError, ProtocolError
from interlock.http import HttpReply, HttpRequest, error_for, json_in, origin_of
from interlock.protocols import Access
from interlock.types.clocks import elapsed
from interlock.types.models import Destination, Secret
from interlock_tools.auth import Auth, basic
from interlock_tools.renewed import Renewed

_EARLY = 30.0  # seconds before its end at which a token is got anew
_OFTEN = 3600.0  # seconds that a token is taken to last where nobody says
_GOOD = range(200, 300)


@dataclass(frozen=True, slots=True, eq=False)
class _Token:
    value: Secret
    until: float

    @property
    def header(self) -> str:
        return f"Bearer {self.value.reveal()}"

    def lasts(self) -> bool:
        return elapsed() < self.until


class TokenAuth(Auth):
    """Bearer tokens from an endpoint of the service's. Runs that need one at the same time fetch one.

    Attributes:
        url: of the endpoint.
    """

    def __init__(self, there: Destination, path: str, *, issuer: Destination | None = None) -> None:
        """`path` is the endpoint's, at the service's own origin, or at the issuer's that the user names,
        whatever path its address has.

        Raises:
            ConfigError: it is an address, or no path.
        """
        if not path.startswith("/") or path.startswith("//"):
            raise ConfigError(
                f"expected a path, not {path!r}; another origin is the connector's issuer.", key="token_path"
            )
        self.url = f"{origin_of((issuer or there).base_url)}{path}"
        self._elsewhere = issuer is not None
        self._tokens: Renewed[_Token] = Renewed()

    async def headers(self, access: Access) -> Mapping[str, str]:
        """Raises AuthenticationError, or what else its endpoint's answer stands for."""
        token = await self._tokens.get(lambda: self._fetched(access), _Token.lasts)
        return {"authorization": token.header}

    def expired(self, used: Mapping[str, str]) -> bool:
        self._tokens.drop(lambda token: token.header == used.get("authorization"))
        return True

    async def _fetched(self, access: Access) -> _Token:
        return _token_in(await self.asked(access))

    async def asked(self, access: Access) -> HttpReply:
        """The endpoint's reply."""
        raise NotImplementedError

    async def post(self, access: Access, form: Mapping[str, str], headers: Mapping[str, str]) -> HttpReply:
        """Send a form to the endpoint. Raises PermitError where there is no way to the issuer."""
        kind = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        body = urlencode(form).encode()
        way = access.issuer if self._elsewhere else access
        if way is None:
            raise PermitError(f"nothing may be sent to {self.url} from here")
        return await way.send(HttpRequest(url=self.url, body=body, headers={**kind, **headers}))


class ClientCredentials(TokenAuth):
    """The client credentials grant (RFC 6749, 4.4). The connector's key is `client_id:client_secret`.

    Raises:
        ConfigError: the key has no colon.
    """

    def __init__(
        self, there: Destination, path: str, *, scope: str = "", issuer: Destination | None = None
    ) -> None:
        super().__init__(there, path, issuer=issuer)
        self._key, self._scope = there.credential.secret, scope
        if self._key is not None and ":" not in self._key.reveal():
            raise ConfigError("is to be client_id:client_secret.", key="api_key")

    async def asked(self, access: Access) -> HttpReply:
        form = {"grant_type": "client_credentials", **({"scope": self._scope} if self._scope else {})}
        return await self.post(access, form, {} if self._key is None else basic(self._key))


def _token_in(reply: HttpReply) -> _Token:
    told = json_in(reply.body)
    told = told if isinstance(told, Mapping) else {}
    if reply.status not in _GOOD:
        said = told.get("error_description") or told.get("error")
        # Of a client that is not known, the endpoint says 400 as readily as 401.
        refused = AuthenticationError if 400 <= reply.status < 404 else None  # noqa: PLR2004 - HTTP's own
        words = said if isinstance(said, str) else None
        raise error_for(status=reply.status, headers=reply.headers, kind=refused, vendor_message=words)
    value, seconds = told.get("access_token"), told.get("expires_in")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ProtocolError("the service's endpoint gives no token")
    return _Token(Secret(value), elapsed() + max(_lasting(seconds) - _EARLY, _lasting(seconds) / 2))


def _lasting(seconds: Any) -> float:
    text = str(seconds)
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else _OFTEN  # noqa: PLR2004 - digits
