"""How Jira is told who asks: a person's token, or a service account's."""

from collections.abc import Mapping

from interlock import ConfigError
from interlock.http import HttpReply
from interlock.protocols import Access, ConnectorCall
from interlock.types.models import Destination
from interlock_jira.options import JiraOptions
from interlock_tools import Auth, Basic, Bearer, ClientCredentials


def auth_for(call: ConnectorCall, options: JiraOptions) -> Auth:
    """As the options have it.

    Raises:
        ConfigError: the key, the options and the issuer do not go together.
    """
    there = call.destination
    if options.way == "client_credentials":
        if options.cloud and call.issuer is None:
            what = "takes an issuer: Cloud gives a service account's tokens at https://auth.atlassian.com"
            raise ConfigError(what, key="auth")
        return ServiceAccount(there, options, issuer=call.issuer)
    if call.issuer is not None:
        raise ConfigError("an issuer gives tokens, which are for auth: client_credentials", key="auth")
    if options.way == "basic":
        return Basic(there, name=options.email, option="email")
    return Bearer(there.credential.secret)


class ServiceAccount(ClientCredentials):
    """Tokens of a service account. Atlassian wants the client's id and secret in the form, not a header."""

    def __init__(self, there: Destination, options: JiraOptions, *, issuer: Destination | None) -> None:
        super().__init__(there, options.endpoint, scope=options.scope, issuer=issuer)

    async def asked(self, access: Access) -> HttpReply:
        form: Mapping[str, str] = {"grant_type": "client_credentials"}
        if self._scope:
            form = {**form, "scope": self._scope}
        if self._key is not None:
            client, _, secret = self._key.reveal().partition(":")
            form = {**form, "client_id": client, "client_secret": secret}
        return await self.post(access, form, {})
