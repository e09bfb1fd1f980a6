"""Where a request would be processed, and that it is not sent anywhere else."""

from typing import Any

import pytest

from interlock import Router
from interlock.assembly import assemble
from interlock.errors import InvalidRequest
from interlock_bedrock.places import model_of, signing_region, strays

AWS = "https://bedrock-runtime.{}.amazonaws.com"
ARN = "arn:aws:bedrock:{}:123456789012:{}/{}"


@pytest.mark.parametrize(
    ("name", "region", "base_url"),
    [
        ("eu.anthropic.claude-4-opus", "eu-central-1", AWS.format("eu-central-1")),
        ("eu.anthropic.claude-4-opus", "eu", AWS.format("eu-west-3")),
        ("eu.anthropic.claude-4-opus", "de", AWS.format("eu-central-1")),
        ("anthropic.claude-4-opus", "eu-central-1", AWS.format("eu-central-1")),
        ("us.anthropic.claude-4-opus", "us-west-1", AWS.format("us-west-1")),
        ("us-gov.anthropic.claude-4-opus", "us-gov-west-1", AWS.format("us-gov-west-1")),
        ("jp.anthropic.claude-4-opus", "apac", AWS.format("ap-northeast-1")),
        ("apac.amazon.nova-lite-v1:0", "ap-southeast-2", AWS.format("ap-southeast-2")),
        ("global.anthropic.claude-4-opus", "global", AWS.format("eu-central-1")),
        ("us.anthropic.claude-4-opus", "global", AWS.format("us-east-1")),
        ("minimax.minimax-m2.1", "eu-central-1", AWS.format("eu-central-1")),
        ("anthropic.claude-4-opus", "eu", "https://bedrock-runtime-fips.eu-central-1.amazonaws.com"),
        ("anthropic.claude-4-opus", "eu", "https://vpce-1.bedrock-runtime.eu-central-1.vpce.amazonaws.com"),
        ("model-1", "eu", "http://127.0.0.1:8080"),
        ("custom.model-1", "eu", "http://127.0.0.1:8080"),
        (ARN.format("eu-central-1", "inference-profile", "eu.anthropic.claude-4-opus"), "eu-central-1",
         AWS.format("eu-central-1")),
        (ARN.format("eu-west-1", "application-inference-profile", "abc"), "eu", AWS.format("eu-west-1")),
    ],
)  # fmt: skip
def test_a_deployment_that_stays_where_it_says(name: str, region: str, base_url: str, dialect: Any) -> None:
    assert dialect.codec.encode(dialect.call(name=name, region=region, base_url=base_url), stream=False)


@pytest.mark.parametrize(
    ("name", "region", "base_url", "words"),
    [
        ("us.anthropic.claude-4-opus", "eu-central-1", AWS.format("eu-central-1"), "profile us."),
        ("us.anthropic.claude-4-opus", "eu", "http://127.0.0.1:8080", "profile us."),
        ("global.anthropic.claude-4-opus", "eu-central-1", AWS.format("eu-central-1"), "profile global."),
        ("apac.anthropic.claude-4-opus", "us", AWS.format("us-east-1"), "profile apac."),
        ("us.anthropic.claude-4-opus", "ca-central-1", AWS.format("ca-central-1"), "profile us."),
        ("eu.anthropic.claude-4-opus", "eu-west-2", AWS.format("eu-west-2"), "profile eu."),
        ("us.anthropic.claude-4-opus", "local", "http://127.0.0.1:8080", "profile us."),
        ("zz.anthropic.claude-4-opus", "eu", AWS.format("eu-central-1"), "profile zz."),
        ("mars.anthropic.claude-4-opus", "eu", AWS.format("eu-central-1"), "profile mars."),
        ("global.something-new", "eu", AWS.format("eu-central-1"), "profile global."),
        ("us.something-new", "eu", AWS.format("eu-central-1"), "profile us."),
        ("US.Anthropic.claude-4-opus", "eu", AWS.format("eu-central-1"), "profile us."),
        ("anthropic.claude-4-opus", "eu", AWS.format("us-east-1"), "base_url names region us-east-1"),
        ("anthropic.claude-4-opus", "eu-central-1", AWS.format("eu-west-1"), "names region eu-west-1"),
        (ARN.format("us-east-1", "application-inference-profile", "abc"), "eu", "http://127.0.0.1:80", "ARN"),
        (ARN.format("eu-central-1", "inference-profile", "us.anthropic.claude-4-opus"), "eu",
         AWS.format("eu-central-1"), "profile us."),
    ],
)  # fmt: skip
def test_a_deployment_that_strays_is_refused_before_anything_is_sent(
    name: str, region: str, base_url: str, words: str, dialect: Any
) -> None:
    call = dialect.call(name=name, region=region, base_url=base_url)
    for stream in (False, True):
        with pytest.raises(InvalidRequest) as caught:
            dialect.codec.encode(call, stream=stream)
        assert caught.value.code == "outside_region"
        assert words in caught.value.message


def test_a_name_is_taken_apart() -> None:
    assert model_of("eu.anthropic.claude-4-opus") == ("eu", None, "anthropic.claude-4-opus")
    assert model_of(ARN.format("eu-west-1", "inference-profile", "eu.amazon.nova")) == (
        "eu",
        "eu-west-1",
        "amazon.nova",
    )
    assert model_of("amazon.nova-lite-v1:0").profile is None


def test_the_region_to_sign_for(dialect: Any) -> None:
    def region(region: str, base_url: str) -> str | None:
        return signing_region(dialect.call(region=region, base_url=base_url).deployment)

    assert region("eu", AWS.format("eu-west-3")) == "eu-west-3"
    assert region("EU-Central-1", "http://127.0.0.1:80") == "eu-central-1"
    assert region("eu", "http://127.0.0.1:80") is None
    assert strays(dialect.call().deployment) is None


SIGNED_IN = {"AWS_PROFILE": "work"}


def config(name: str, region: str = "eu-central-1", **more: Any) -> dict[str, Any]:
    claude = {"id": "claude", "model": "anthropic/claude-4-opus", "provider": "bedrock", "region": region}
    return {"deployments": [{**claude, "name": name, **more}]}


def test_the_address_follows_from_the_region() -> None:
    wiring = assemble(config("eu.anthropic.claude-4-opus"), environ={})
    assert wiring.deployments["claude"].base_url == AWS.format("eu-central-1")


def test_a_router_excludes_what_strays_and_says_why() -> None:
    elsewhere = ARN.format("us-east-1", "application-inference-profile", "abc")
    router = Router(assemble(config(elsewhere), environ=SIGNED_IN))
    decision = router.decide("hello")
    assert decision.shortlist == ()
    assert "the model's ARN names region us-east-1" in decision.excluded["claude"]


def test_behind_a_gateway_a_profile_must_still_meet_its_region_and_the_residency() -> None:
    def excluded(name: str, region: str, **constraints: Any) -> bool:
        source = config(name, region, base_url="https://gateway.example/bedrock")
        router = Router(assemble(source, environ=SIGNED_IN))
        return not router.decide("hello", constraints=constraints).shortlist

    assert excluded("us.anthropic.claude-4-opus", "eu")
    assert excluded("eu.anthropic.claude-4-opus", "de", residency=["de"])
    assert not excluded("eu.anthropic.claude-4-opus", "de", residency=["eu"])


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("us.anthropic.claude-4-opus", "ca+us"),
        ("anthropic.claude-4-opus", "eu-central-1"),
        ("global.anthropic.claude-4-opus", "global"),
        ("eu.anthropic.claude-opus-4-6-v1", "ch+de+es+fr+ie+it+se"),
    ],
)
@pytest.mark.parametrize(
    "host",
    [
        "bedrock-runtime.eu-central-1.amazonaws.com",
        "bedrock-runtime-fips.eu-central-1.amazonaws.com",
        "vpce-1.bedrock-runtime.eu-central-1.vpce.amazonaws.com",
        "bedrock-runtime.eu-central-1.api.aws",
    ],
)
def test_a_profile_says_where_amazon_processes_and_the_region_where_to_sign(
    name: str, region: str, host: str
) -> None:
    made = assemble(config(name, base_url=f"https://{host}"), environ={}).deployments["claude"]
    assert (made.region, made.declared) == (region, "eu-central-1")
    assert signing_region(made) == "eu-central-1"


@pytest.mark.parametrize(
    ("name", "residency", "allowed"),
    [
        ("eu.anthropic.claude-4-opus", {"eu"}, True),
        ("eu.anthropic.claude-4-opus", {"de"}, False),  # the profile may take it to Ireland
        ("anthropic.claude-4-opus", {"de"}, True),
        ("eu.anthropic.claude-4-opus", set(), True),
    ],
)
def test_a_profile_must_meet_the_residency_as_a_whole(name: str, residency: set[str], allowed: bool) -> None:
    router = Router(assemble(config(name), environ=SIGNED_IN))
    decision = router.decide("hello", constraints={"residency": residency})
    assert bool(decision.shortlist) == allowed
    if not allowed:
        assert "the residency allows de only" in decision.excluded["claude"]
