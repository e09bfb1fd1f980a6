"""What a configuration may hold. Names of models, providers and plugins are checked by assembly."""

from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from interlock.types.handling import Handling
from interlock.types.jurisdictions import BESIDE, GLOBAL, UnknownRegionError, normalise, place_of
from interlock.types.limits import Rate
from interlock.types.models import Network, Price, Secret, Tier, Timeouts, Unprinted
from interlock.types.traits import UNKNOWN, Traits, UnknownTrait, traits_from


def number(value: object) -> object:
    """Refuses true and false, which pydantic would take for 1 and 0."""
    if isinstance(value, bool):
        raise PydanticCustomError("number", "expected a number, not true or false.")
    return value


def split_names(value: object) -> object:
    """One name, several with commas between them (as in an environment variable), or a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def nothing_is_empty(value: object) -> object:
    """A name with nothing after it, all of its keys being comments, is there and has no options."""
    return {} if value is None else value


def _paths(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text")
    return Secret(value)


def _traits(value: object) -> Traits:
    try:
        return traits_from(value)
    except UnknownTrait as unknown:
        raise at_key(unknown.key, unknown.message, unknown.suggestion) from None


def _places(value: object) -> object:
    """A region may be written as a list of places."""
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return BESIDE.join(value)
    return value


def _header(value: str) -> str:
    if not value.isprintable():
        raise PydanticCustomError("header", "a header holds printable characters alone.")
    return value


Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, BeforeValidator(number), Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(number), Field(gt=0, le=1)]
PartShare = Annotated[float, BeforeValidator(number), Field(gt=0, lt=1)]
Dollars = Annotated[float, BeforeValidator(number), Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, BeforeValidator(number), Field(ge=0, le=10**9)]
Limit = Annotated[int, BeforeValidator(number), Field(ge=1, le=10**15)]
Weight = Annotated[float, BeforeValidator(number), Field(gt=0, le=10**6, allow_inf_nan=False)]
Names = Annotated[tuple[Text, ...], BeforeValidator(split_names)]
Paths = Annotated[tuple[Text, ...], BeforeValidator(_paths), Field(min_length=1, max_length=2)]
SecretText = Annotated[Secret, BeforeValidator(_secret), WithJsonSchema({"type": "string"})]
TraitsTable = Annotated[Traits, BeforeValidator(_traits), WithJsonSchema({"type": "object"})]
# What a plugin's own schema checks, once it is known who is meant; a secret may stand in it.
OptionsTable = dict[
    Text, Annotated[dict[str, Any], BeforeValidator(nothing_is_empty), AfterValidator(Unprinted)]
]
PlacesText = Annotated[str, BeforeValidator(_places)]
HeaderText = Annotated[str, AfterValidator(_header)]


class Part(BaseModel):
    # The whole's validator holds those of its parts; each has one of its own when it is read by itself.
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)


class TimeoutsConfig(Part):
    """Seconds; what is left out keeps its default, or the router's when it stands in a deployment."""

    connect: Seconds | None = None
    first_token: Seconds | None = None
    between_tokens: Seconds | None = None
    answer: Seconds | None = None
    total: Seconds | None = None

    def over(self, base: Timeouts) -> Timeouts:
        given = {name: value for name, value in self if value is not None}
        return Timeouts(**{name: given.get(name, getattr(base, name)) for name in type(self).model_fields})


class TierConfig(Part):
    """US dollars for a million tokens of a request with more than `above` input tokens."""

    above: Limit
    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None


class PriceConfig(Part):
    """US dollars for a million tokens."""

    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None
    source: str = "configuration"
    as_of: str = ""
    tiers: tuple[TierConfig, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        bounds = [tier.above for tier in self.tiers]
        for index, (before, after) in enumerate(pairwise(bounds), 1):
            if after <= before:
                raise at_key(
                    f"tiers.{index}.above", f"expected more than {before}: tiers stand shortest first."
                )
        return self

    def price(self) -> Price:
        return Price(**dict(self) | {"tiers": tuple(Tier(**dict(tier)) for tier in self.tiers)})


class HandlingConfig(Part):
    """How whoever runs a destination handles what it is sent, as far as the user knows."""

    stored: PlacesText | None = None
    operator: Text | None = None
    parent: Text | None = None
    agreements: Names | None = None
    retention_days: Count | None = None
    training: bool | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for key in ("stored", "operator", "parent"):
            value = getattr(self, key)
            try:
                if value is not None and place_of(value) == GLOBAL and key != "stored":
                    raise at_key(key, "expected a jurisdiction; leave it out where it is not known.")
            except UnknownRegionError as unknown:
                raise at_key(key, str(unknown), unknown.suggestion) from None
        return self

    def over(self, known: Handling) -> Handling:
        """What is known otherwise, with what is written here in its place."""
        given: dict[str, Any] = {name: value for name, value in self if value is not None}
        for key in ("stored", "operator", "parent"):
            if key in given:
                given[key] = place_of(given[key])
        if "agreements" in given:
            given["agreements"] = frozenset(name.lower() for name in given["agreements"])
        return replace(known, **given) if given else known


class RateLimitConfig(Part):
    """What may be sent in any second, minute, hour or day; `tokens` are input and output together."""

    requests: Limit | None = None
    tokens: Limit | None = None
    per: Literal["second", "minute", "hour", "day"] = "minute"

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.requests is None and self.tokens is None:
            raise at_key("", "limits nothing; it needs requests or tokens.")
        return self

    def rate(self) -> Rate:
        return Rate(seconds=_LENGTHS[self.per], requests=self.requests, tokens=self.tokens)


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _periods_differ(limits: tuple[RateLimitConfig, ...]) -> tuple[RateLimitConfig, ...]:
    periods = [limit.per for limit in limits]
    for index, period in enumerate(periods):
        if period in periods[:index]:
            raise at_key(f"{index}.per", f"there is a limit for each {period} already; write them as one.")
    return limits


_LENGTHS = {"second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
RateLimits = Annotated[
    tuple[RateLimitConfig, ...], BeforeValidator(_one_or_several), AfterValidator(_periods_differ)
]


class DestinationConfig(Part):
    """Where requests are sent, and with which key.

    `api_key` and each of the `headers` is a value, `env:NAME` or `file:PATH`, which `resolve_key` reads.
    `client_cert` is a PEM file, or that and its key's file. `largest_answer` is in bytes of a plain body,
    characters of a stream.
    """

    id: Text
    region: PlacesText | None = None
    handling: HandlingConfig = HandlingConfig()
    base_url: Annotated[str | None, Field(repr=False)] = None
    api_key: SecretText | None = None
    on_premise: bool | None = None
    headers: Annotated[dict[Text, HeaderText], Field(repr=False)] = {}
    proxy: Annotated[str | None, Field(repr=False)] = None
    ca_bundle: Text | None = None
    client_cert: Paths | None = None
    largest_answer: Limit | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.region is not None:
            try:
                # Some providers' regions have names that mean other places elsewhere.
                normalise(self.region, getattr(self, "provider", ""))
            except UnknownRegionError as unknown:
                raise at_key("region", str(unknown), unknown.suggestion) from None
        for key in ("base_url", "proxy"):
            value = getattr(self, key)
            if value is not None and not value.lower().startswith(("http://", "https://")):
                raise at_key(key, "expected an address that starts with http:// or https://.")
        return self

    @property
    def places(self) -> str:
        """The region: one as it is written, several as their codes; empty without one."""
        region = self.region or ""
        return normalise(region, getattr(self, "provider", "")) if BESIDE in region else region

    def network(self) -> Network:
        certificate = self.client_cert
        pair = (certificate[0], certificate[1] if len(certificate) > 1 else None) if certificate else None
        return Network(proxy=self.proxy, ca_bundle=self.ca_bundle, client_cert=pair)


class DeploymentConfig(DestinationConfig):
    """A model at one endpoint.

    `context_window` is in tokens, in place of the card's; `max_concurrency` is how many attempts it may have
    under way, `rate_limit` what may be sent to it in a time.
    """

    model: Text
    provider: Text
    name: Text | None = None
    context_window: Limit | None = None
    extra_body: Annotated[dict[str, Any], Field(repr=False)] = {}
    timeouts: TimeoutsConfig = TimeoutsConfig()
    price: PriceConfig | None = None
    weight: Weight | None = None
    max_concurrency: Limit | None = None
    rate_limit: RateLimits = ()
    traits: TraitsTable = UNKNOWN
    treatment: Literal["as_is", "sealed"] | None = None
    deployment_type: Text | None = None
    attested: Text | None = None


class PluginsConfig(Part):
    disabled: Names = ()


def at_key(key: str, message: str, suggestion: str | None = None) -> PydanticCustomError:
    """An error about a key inside the value that is being checked."""
    facts = {"at": key, "message": message, "suggestion": suggestion or ""}
    return PydanticCustomError("named", "{message}", facts)
