"""What can answer: cards (what a model is) and deployments (where one can be reached)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, NoReturn

from interlock.types.handling import UNRECORDED, Handling
from interlock.types.traits import UNKNOWN, Traits, layered

_LOCAL = "local"


class Secret:
    """A value that does not print. `reveal()` is the one way to it, and `interlock.http` its one user."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled: a pickle is a copy that leaves the process")


class Unprinted(dict[str, Any]):
    """A mapping that prints its names alone, for values that may be secret."""

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: ***" for name in self) + "}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What requests with more than `above` input tokens cost, all of their tokens."""

    above: int
    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens. `source` says who published it, `as_of` when (ISO date).

    `tiers` are the prices of longer requests, shortest first.
    """

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    source: str = ""
    as_of: str = ""
    tiers: tuple[Tier, ...] = ()

    def of(self, input_tokens: int) -> "Price | Tier":
        """What a request of so many input tokens costs."""
        for tier in reversed(self.tiers):
            if input_tokens > tier.above:
                return tier
        return self


FREE = Price(input=0.0, output=0.0, source="nobody sends a bill for what runs on your own ground")


@cache
def _estimated(price: Price) -> Price:
    return replace(price, source=f"an estimate, because this host's own price is not known: {price.source}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A published result; `value` in percent."""

    benchmark: str
    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A provider that serves a card: under which `name`, processed in which `region`, at which `price`.

    Without a price it takes what the card says, as far as anybody knows.

    Attributes:
        served: False when nothing answers to the name there: the vendor has retired the model, or never had
            it. `note` says which, `source` who says so, `as_of` when (ISO date).
        instead: a name that is served there, of another model of the same maker's.
    """

    provider: str
    name: str
    region: str
    price: Price | None = None
    served: bool = True
    note: str = ""
    instead: str = ""
    source: str = ""
    as_of: str = ""

    @property
    def unserved(self) -> str:
        """Why nothing answers to the name, and the way out; empty when something does."""
        if self.served:
            return ""
        why = f": {self.note}" if self.note else ""
        since = f" (as of {self.as_of})" if self.as_of else ""
        other = f", such as {self.instead}, which is another model" if self.instead else ""
        return (
            f"{self.provider} serves no {self.name}{why}{since}. Give the deployment, in interlock.yaml, a "
            f"`name` that your account is served{other}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """A model's facts. None and empty mean unknown, and what is unknown never excludes.

    Attributes:
        id: `maker/model`.
        jurisdiction: the maker's home, lower case (`us`, `cn`, `fr`).
        context_window: tokens, input and output together.
        max_output: tokens.
        capabilities: text, tools, images, audio, documents, structured_output, reasoning, prefill (takes an
            answer begun and goes on with it), embeddings. A model that makes embeddings, and of which text is
            not said, is asked for nothing else.
        endpoints: how it is reached when only a key is known, best first.
        traits: what it takes and wants, as far as that is not known from its name.
    """

    id: str
    maker: str
    jurisdiction: str
    summary: str = ""
    strengths: tuple[str, ...] = ()
    context_window: int | None = None
    max_output: int | None = None
    capabilities: frozenset[str] = frozenset()
    weights: str = "closed"
    price: Price | None = None
    scores: tuple[Score, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    source: str = ""
    traits: Traits = UNKNOWN

    @property
    def vendor(self) -> str:
        """Whose namespace the id is in: `zhipu` of `zhipu/glm-5.2`."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds.

    Attributes:
        connect: until a connection stands, TLS included.
        first_token: until a stream's first step.
        between_tokens: between two steps of a stream; the consumer's own pauses do not count.
        answer: until an unstreamed answer is there as a whole.
        total: the router's bounds a call, a deployment's one attempt.
    """

    connect: float = 5.0
    first_token: float = 12.0
    between_tokens: float = 15.0
    answer: float = 60.0
    total: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Where a key comes from, and the key once found.

    `secret` is None while no key is found; `needed` then excludes the deployment, and `hint` says what to
    set. `warning` is what is unwise about where it was found.
    """

    secret: Secret | None = None
    source: str = ""
    warning: str = ""
    needed: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How to get out: proxy URL, CA bundle (a PEM file) and client certificate (PEM, key file or None).

    `environment`: without `proxy`, the environment's is followed to https.
    """

    proxy: str | None = field(default=None, repr=False)  # it may hold a password
    environment: bool = True
    ca_bundle: str | None = None
    client_cert: tuple[str, str | None] | None = None


LARGEST_ANSWER = 32 * 1024 * 1024
"""A large picture in base64 is half of that, and a million tokens are an eighth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where requests are sent, or what serves them in the process: all that the way out needs to know of it.

    Attributes:
        region: where it processes what it is sent: a jurisdiction, a cloud region that maps to one, several
            as `ch+eu`, `global`, or `local` (in process).
        handling: how whoever runs it handles what it is sent.
        base_url: the root, version included; empty for what runs in the process.
        on_premise: it stands on the user's own ground.
        headers: sent with every request, after our own. They may hold keys, and do not print.
        login: the authorization that stood in the address as `user:password@`; anything else replaces it.
        secrets: what else it may be sent that nobody else may read.
        largest_answer: what one answer may hold: bytes of a plain body once it is decompressed; characters of
            all that a stream says.
    """

    id: str
    region: str
    handling: Handling = UNRECORDED
    base_url: str = ""
    credential: Credential = Credential()
    on_premise: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    login: Secret | None = None
    secrets: tuple[Secret, ...] = ()
    timeouts: Timeouts = Timeouts()
    network: Network = Network()
    largest_answer: int = LARGEST_ANSWER

    @property
    def names(self) -> tuple[str, ...]:
        """What anybody may read of it, though it stood in a key."""
        return (self.id, self.region)

    @property
    def private(self) -> Mapping[str, Any]:
        """What is sent beside the headers and the credential, and may hold keys."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Destination):
    """A model at one destination, with one key.

    Attributes:
        name: what the provider calls the model.
        extra_body: sent with every request, after our own. It may hold keys, and does not print.
        price: what the user says that it costs; `rates` is what it is taken to cost.
        traits: what the model takes here, where that differs from its card.
        unserved: why nothing is known to answer to its name there, and the way out; it is asked all the same.
        treatment: how requests may reach it, as a `Candidate` has it; None leaves that to who decides.
        declared: the region that its user wrote, as it was written; where the vendor's word goes before it,
            `region` is another. Empty where none was written.
        pins: place -> fields of the request's body with which the vendor processes it there alone.
    """

    card: ModelCard
    provider: str
    name: str
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    price: Price | None = None
    traits: Traits = UNKNOWN
    unserved: str = ""
    treatment: Literal["as_is", "sealed"] | None = None
    declared: str = ""
    pins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What may be said of it anywhere, logs included."""
        return (self.id, self.provider, self.name, self.card.id, self.region)

    @property
    def private(self) -> Mapping[str, Any]:
        """Its `extra_body`."""
        return self.extra_body

    @property
    def model(self) -> str:
        """The id of its card."""
        return self.card.id

    @property
    def rates(self) -> Price | None:
        """The user's price; nothing on the user's own ground; the host's price, else the list price, which
        its `source` then calls an estimate. None when nobody knows.
        """
        return self.price or self.rates_of(self.card)

    def rates_of(self, card: ModelCard) -> Price | None:
        """The same for another model that it turns out to serve, whatever the user says of its own."""
        price = card.price
        if self.on_premise or (self.region == _LOCAL and (price is None or card.weights != "closed")):
            return FREE
        own = next((each.price for each in card.endpoints if each.provider == self.provider), None)
        if own is not None or price is None or self.provider == card.vendor:
            return own or price
        return _estimated(price)


def traits_of(deployment: Deployment, family: Traits = UNKNOWN, vendor: Traits = UNKNOWN) -> Traits:
    """A deployment's traits, as `layered` has it."""
    card = deployment.card
    return layered(deployment.traits, card.traits, card.capabilities, family, vendor)
