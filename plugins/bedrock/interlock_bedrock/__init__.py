"""Amazon Bedrock's Converse API, as a provider for Interlock."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Constraint, Provider, ProviderFacts
from interlock_bedrock.codec import Converse
from interlock_bedrock.limits import LIMITS
from interlock_bedrock.places import InferenceProfile
from interlock_bedrock.provider import BedrockProvider
from interlock_bedrock.vendor import NAME

__all__ = ["FACTS", "LIMITS", "BedrockProvider", "Converse", "interlock_constraints", "interlock_providers"]

FACTS = ProviderFacts(
    name=NAME,
    env=("AWS_BEARER_TOKEN_BEDROCK",),
    base_url="https://bedrock-runtime.{region}.amazonaws.com",
    offers="interlock_bedrock:offers.toml",
    # Endpoints for FIPS and of private networks, and those with IPv6.
    hosts=(
        "*bedrock-runtime*.amazonaws.com",
        "*bedrock-runtime*.amazonaws.com.cn",
        "*bedrock-runtime*.api.aws",
    ),
    needs_key=False,
    example="eu.anthropic.claude-opus-4-20250514-v1:0, the id of a model or of an inference profile",
    hint="Set AWS_BEARER_TOKEN_BEDROCK to a Bedrock key, or AWS credentials as for any AWS tool.",
)


@hookimpl
def interlock_providers() -> Iterable[Provider]:
    return [BedrockProvider(FACTS, Converse())]


@hookimpl
def interlock_constraints() -> Iterable[Constraint]:
    return [InferenceProfile()]
