"""What serves deployments, and the one way out that it is given."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from interlock.types.embeddings import Embedding
from interlock.types.frozen import quick_init
from interlock.types.models import Deployment, Destination
from interlock.types.permit import Permit
from interlock.types.request import Request
from interlock.types.response import Answer, Delta
from interlock.types.wire import HttpReply, HttpRequest


class Arriving(Protocol):
    """A reply whose head has come. Iterating gives its decompressed bytes in pieces, once."""

    status: int
    headers: Mapping[str, str]

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def read(self) -> HttpReply:
        """What is left of it, whole."""
        ...


class Sender(Protocol):
    """The one way out: `interlock.http.HttpClient`. Raises ProviderError and PermitError alone."""

    async def send(self, request: HttpRequest, permit: Permit, destination: Destination) -> HttpReply:
        """The whole reply, whatever its status."""

    def stream(
        self, request: HttpRequest, permit: Permit, destination: Destination
    ) -> AbstractAsyncContextManager[Arriving]:
        """The reply as it arrives, whatever its status; leaving closes the connection."""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCall:
    """One attempt at one deployment: what a provider is given.

    `http` sends only what `permit` covers; a provider in process checks nothing and is handed the same permit
    as the proof that the engine allowed the attempt.

    `adjusted` is what a provider has made of the request's settings, for the attempt's record.

    `pins` are fields of the vendor's body that keep the request in a place where it may be processed: they
    are set as they are, above whatever else stands there, in every form of the request that is sent.
    `HttpProvider` does so, and nothing is sent without them.
    """

    request: Request
    deployment: Deployment
    permit: Permit
    http: Sender
    adjusted: list[str] = field(default_factory=list, compare=False)
    pins: Mapping[str, Any] = field(default_factory=dict)

    def adjust(self, what: str, how: str) -> None:
        """Say that `what` was left out, moved within bounds or said in another way. It is kept in records and
        leaves the process, so `how` quotes nothing of the conversation.
        """
        said = f"{what}: {how}"
        if said not in self.adjusted:
            self.adjusted.append(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedCall(ProviderCall):
    """One attempt at vectors: a call like any other, whose `texts` are what is asked about.

    Attributes:
        texts: as they may go to this deployment, which is not always as the caller wrote them.
        dimensions: how many numbers each vector has to have; None leaves it to the model.
    """

    texts: tuple[str, ...]
    dimensions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFacts:
    """What is known of a provider before anything is called.

    Attributes:
        name: as written in the configuration's `provider`.
        env: environment variables that may hold the key, in order.
        base_url: the root, version included; empty when the user must give one, or when nothing is sent.
            `{region}` in it stands for the deployment's cloud region; without one, the user must give a root.
        region: where requests are processed unless a deployment says otherwise; empty when the user must say.
        offers: where its rows are that say where it processes what, `package:file`; read when a router is
            made. They then go before `region` and before what a user declares of the vendor's own addresses.
        hosts: patterns of further host names that are the vendor's own, as `fnmatch` has them.
        needs_key: False for servers that commonly run without one.
        passes_on: how names of models end that the provider's server sends on to a cloud of its vendor's.
            Such a deployment is `global` unless it says otherwise, and neither `local` nor on premise.
        takes_query: a deployment's `base_url` may end in a query, which the provider keeps at the URL's end.
        in_process: nothing leaves the process; the region is `local`.
        hint: the next step for a user who lacks the key or server, in a sentence.
        example: a model's name as this provider has it, where that is never the card's: then each deployment
            must give one.
    """

    name: str
    env: tuple[str, ...] = ()
    base_url: str = ""
    region: str = ""
    offers: str = ""
    hosts: tuple[str, ...] = ()
    needs_key: bool = True
    in_process: bool = False
    on_premise: bool = False
    passes_on: tuple[str, ...] = ()
    takes_query: bool = False
    hint: str = ""
    example: str = ""

    def keeps(self, name: str) -> bool:
        """Whether the model that the provider knows by this name runs where the provider's server does."""
        return not name.lower().endswith(self.passes_on)


@runtime_checkable
class Provider(Protocol):
    """Serves deployments. Both methods raise `ProviderError` alone, and let cancellation pass.

    A provider that needs more than a key, such as weights on disk, may also have
    `missing(deployment) -> str`: the next step for the user, empty when nothing is missing.
    `interlock doctor` asks it.

    One that finds credentials by itself may have `lacks(environ) -> str`: what is missing, in a sentence, and
    empty when there may be some. It is asked once for each deployment, when the router is made, and looks at
    no network; a deployment that lacks them is excluded like one without its key.
    """

    api: int
    facts: ProviderFacts

    async def complete(self, call: ProviderCall) -> Answer:
        """The whole answer."""
        ...

    def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        """The answer in steps; a `finish_reason` must come before the end, or the stream counts as cut."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """A provider that makes vectors of texts, too. Deployments whose card has the capability `embeddings` are
    asked for them.
    """

    async def embed(self, call: EmbedCall) -> Embedding:
        """A vector for each text, in their order. Raises `ProviderError` alone, and lets cancellation pass.

        Vectors that are too few or too many, of different lengths, or not finite make the attempt fail.
        """
        ...
