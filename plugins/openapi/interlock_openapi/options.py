"""What users write of an API, beside its address, region and key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from interlock import ConfigError
from interlock.protocols import ConnectorCall
from interlock.types.models import Secret
from interlock_openapi.document import Operation

_HEX = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Which operations are offered. Patterns have `*`, `?` and `[…]`; an empty list means all.

    Attributes:
        tags: of the operation, at least one of which fits.
        paths: as they stand in the document, `/repos/*`.
        methods: in any case.
        operations: operationIds.
    """

    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()

    def fits(self, operation: Operation) -> bool:
        """Whether everything that is said fits."""
        return (
            (not self.tags or any(_any(tag, self.tags) for tag in operation.tags))
            and (not self.paths or _any(operation.path, self.paths))
            and (not self.methods or operation.method in {each.lower() for each in self.methods})
            and (not self.operations or _any(operation.id, self.operations))
        )

    def __bool__(self) -> bool:
        return bool(self.tags or self.paths or self.methods or self.operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenApiOptions:
    """How an API is described, and what of it is offered.

    Attributes:
        document: the file with the OpenAPI document, in JSON or YAML.
        fetch: where the document is, instead, at the connector's own address: a path such as `/openapi.json`.
            No key goes with the request.
        digest: SHA-256 of the document in hexadecimal; any other is refused.
        include: only operations that fit.
        exclude: no operation that fits.
        most_tools: how many operations, at most, are tools of their own; of more, a model searches
            for those that it wants, and calls them.
        most_tokens: what their definitions may take, in tokens, by estimate; so may the answer to a search.
        most_characters: characters of an answer that a model is told.
        server: which of the document's servers is meant: its number from 1, its address or its description.
        variables: values of the servers' variables.
        security: which of the document's security schemes the connector's `api_key` is for; by default, the
            first of each operation's.
        credentials: keys of other schemes, by the schemes' names; `user:password` for basic.
        token_path: where tokens of OAuth are got by client credentials: a path at the connector's own
            address, or at its issuer's. Its `api_key` is then `client_id:client_secret`.
        scope: what those tokens are asked for, names with spaces between them.
        trust_methods: believe that PUT and DELETE, done twice, are as good as done once.

    Raises:
        ConfigError: a limit is below 1, or the digest is none.
    """

    document: Path | None = None
    fetch: str = ""
    digest: str = ""
    include: Picked = Picked()
    exclude: Picked = Picked()
    most_tools: int = 20
    most_tokens: int = 8_000
    most_characters: int = 20_000
    server: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    security: str = ""
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    token_path: str = ""
    scope: str = ""
    trust_methods: bool = False

    def __post_init__(self) -> None:
        for key in ("most_tools", "most_tokens", "most_characters"):
            if getattr(self, key) < 1:
                raise ConfigError("must be 1 or more.", key=key)
        if self.digest and not _HEX.fullmatch(self.digest):
            raise ConfigError("expected 64 hexadecimal digits, as `sha256sum` prints them.", key="digest")

    def check(self, call: ConnectorCall) -> None:
        """Whether they go together with the connector's own keys. Raises ConfigError."""
        if (self.document is None) == (not self.fetch):
            what = (
                "is missing: name the file with the OpenAPI document, or `fetch` with its path at base_url."
            )
            said = "stands beside fetch; the document is a file or is fetched, not both."
            raise ConfigError(what if self.document is None else said, key="document")
        if self.fetch and not self.fetch.startswith("/"):
            raise ConfigError("expected a path that begins with /, at the connector's base_url.", key="fetch")
        if call.issuer is not None and not self.token_path:
            raise ConfigError(
                "is missing: where the issuer gives tokens, such as /oauth/token.", key="token_path"
            )
        if self.token_path and call.key is None:
            raise ConfigError("wants the connector's api_key, client_id:client_secret.", key="token_path")
        if not call.destination.base_url:
            what = "needs the connector's base_url: requests go there, whatever the document says."
            raise ConfigError(what, key="document" if self.document else "fetch")

    def takes(self, operation: Operation) -> bool:
        """Whether the operation is offered."""
        return self.include.fits(operation) and not (self.exclude and self.exclude.fits(operation))


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, each) for each in patterns)
