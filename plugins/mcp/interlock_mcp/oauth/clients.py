"""Who we are to an authorization server: one that it knows, a document, one that it registers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard
from urllib.parse import quote_plus

from interlock import AuthenticationError, ConfigError, ProtocolError
from interlock.http import HttpReply, HttpRequest, error_for, json_in
from interlock.protocols import Access, ConnectorCall
from interlock.types.models import Secret
from interlock_mcp.oauth.metadata import ServerMetadata, shown
from interlock_mcp.options import OAuthOptions
from interlock_tools.auth import basic

_MADE = (200, 201)
_LONGEST = 2_000
_NAME = "Interlock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client of one issuer's. Of one that we registered there, `registered` is where it is redirected, and
    `scope` what its tokens may be for.
    """

    id: str
    secret: Secret | None = None
    registered: str = ""
    scope: str = ""

    def proof(self, server: ServerMetadata) -> tuple[dict[str, str], Mapping[str, str]]:
        """What a form and its headers say of it. Raises ProtocolError where it cannot prove who it is."""
        form = {"client_id": self.id}
        if self.secret is None:
            return form, {}
        if "client_secret_basic" in server.methods:
            pair = f"{quote_plus(self.id)}:{quote_plus(self.secret.reveal())}"
            return form, basic(Secret(pair))
        if "client_secret_post" in server.methods:
            return {**form, "client_secret": self.secret.reveal()}, {}
        known = ", ".join(map(shown, server.methods)) or "none"
        raise ProtocolError(f"the issuer {server.issuer} takes no client secret, but {known}")


def configured(call: ConnectorCall, options: OAuthOptions) -> Client | None:
    """The client that the configuration names: by `client_id` and the connector's key, by a key that is
    `client_id:client_secret`, or by the address of a document. Raises ConfigError for a secret of nobody's.
    """
    secret, id_ = call.key, options.client_id or options.client_metadata
    if secret is not None and not id_:
        id_, colon, rest = secret.reveal().partition(":")
        if not (colon and id_ and rest):
            raise ConfigError(
                "is missing: whose secret the key is; or write the key as client_id:client_secret.",
                key="oauth.client_id",
            )
        secret = Secret(rest)
    return Client(id=id_, secret=secret) if id_ else None


async def client_at(
    server: ServerMetadata, known: Client | None, options: OAuthOptions, wanted: Client, access: Access
) -> Client:
    """The client to log in with, registered as it is `wanted` where nothing else is left; `known` is one of
    before, or of the configuration.

    Raises:
        AuthenticationError: the issuer knows no client of ours, or will have none.
        ProviderError: it cannot be asked.
    """
    if known is not None and options.client_metadata and not options.client_id and not server.reads_documents:
        raise AuthenticationError(
            f"the issuer {server.issuer} reads no documents about clients; register one, and write client_id"
        )
    if known is not None and (not known.registered or _serves(known, wanted)):
        return known
    if not server.registration or access.issuer is None:
        raise AuthenticationError(
            f"the issuer {server.issuer} registers no clients by itself: register one there, with the "
            f"address {wanted.registered}, and write oauth: {{client_id: …}} into the connector's options"
        )
    return _registered(await access.issuer.send(_registration(server, wanted)), wanted)


def _serves(known: Client, wanted: Client) -> bool:
    return known.registered == wanted.registered and {*wanted.scope.split()} <= {*known.scope.split()}


def _registration(server: ServerMetadata, wanted: Client) -> HttpRequest:
    asked = {
        "client_name": _NAME,
        "application_type": "native",
        "redirect_uris": [wanted.registered],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        **({"scope": wanted.scope} if wanted.scope else {}),
    }
    kind = {"content-type": "application/json", "accept": "application/json"}
    return HttpRequest(url=server.registration, body=json.dumps(asked).encode(), headers=kind, once=True)


def _registered(reply: HttpReply, wanted: Client) -> Client:
    told = json_in(reply.body)
    told = told if isinstance(told, Mapping) else {}
    if reply.status not in _MADE:
        words = told.get("error_description") or told.get("error")
        words = words if isinstance(words, str) else None
        raise error_for(
            status=reply.status, headers=reply.headers, kind=AuthenticationError, vendor_message=words
        )
    id_, secret = told.get("client_id"), told.get("client_secret")
    if not _fits(id_) or not (secret is None or secret == "" or _fits(secret)):
        raise ProtocolError("the issuer has registered a client, and gives no id of it")
    return replace(wanted, id=id_, secret=Secret(secret) if secret else None)


def _fits(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable()
