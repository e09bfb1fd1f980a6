"""How an org is told who asks."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from interlock import AuthenticationError, ConfigError
from interlock.protocols import Access
from interlock.types.models import Destination
from interlock_salesforce.options import SalesforceOptions
from interlock_tools import Auth, Bearer, ClientCredentials, JwtBearer

_FIRST = (
    "check this machine's clock first, since an assertion lasts three minutes; then that the app has the "
    "key's certificate, that its policy admits the user beforehand, consumer_key, username and audience"
)
_PRODUCTION, _SANDBOX = "https://login.salesforce.com", "https://test.salesforce.com"


class ForUser(JwtBearer):
    """The grant of RFC 7523, at the org's own address. `invalid_grant` is all that Salesforce says."""

    async def headers(self, access: Access) -> Mapping[str, str]:
        """Raises AuthenticationError that says what to look at."""
        try:
            return await super().headers(access)
        except AuthenticationError as error:
            raise error.told_as(AuthenticationError, f"{error.message}; {_FIRST}") from error


def auth_for(there: Destination, options: SalesforceOptions, issuer: Destination | None = None) -> Auth:
    """What the options ask for; tokens are the org's own, or the issuer's.

    Raises:
        ConfigError: the key is none for it, or it needs no issuer.
    """
    if options.auth == "bearer":
        if issuer is not None:
            raise ConfigError("an issuer gives tokens, and a session needs none; leave it out.", key="auth")
        return Bearer(there.credential.secret)
    if options.auth == "client_credentials":
        return ClientCredentials(there, options.token_path, issuer=issuer)
    audience = options.audience or _audience(there.base_url)
    claims = {"iss": options.consumer_key, "sub": options.username, "aud": audience}
    return ForUser(there, options.token_path, claims=claims, issuer=issuer)


def _audience(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    return _SANDBOX if host.endswith(".sandbox.my.salesforce.com") else _PRODUCTION
