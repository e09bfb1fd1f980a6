"""Where the vendors' own addresses process, whatever a deployment's region says."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from interlock import ConfigError, InterlockError, NoDeployment, Router
from interlock.assembly import assemble
from interlock.types.models import Deployment

CLAUDE = {"model": "anthropic/claude-4-opus", "provider": "bedrock", "api_key": "k"}
GPT = {"model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}
AZURE = GPT | {"provider": "azure", "name": "mine", "base_url": "https://acme.openai.azure.com"}
MISTRAL = {"model": "mistral/mistral-large-3", "provider": "mistral", "api_key": "k"}
SIGNED_IN = {"AWS_ACCESS_KEY_ID": "AKIA0", "AWS_SECRET_ACCESS_KEY": "s"}

# Each was shortlisted once: an endpoint's area was declared as one place although it processes in several.
LEAKS: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "a European profile that runs in London and Zurich": (
        CLAUDE | {"name": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "region": "eu-central-1"},
        "eu",
        "processed in ch+de+es+fr+ie+it+se+uk",
    ),
    "a European profile that runs in Zurich": (
        CLAUDE | {"name": "eu.anthropic.claude-opus-4-6-v1", "region": "eu-central-1"},
        "eu",
        "processed in ch+de+es+fr+ie+it+se",
    ),
    "an American profile that runs in Canada": (
        CLAUDE | {"name": "us.anthropic.claude-opus-4-6-v1", "region": "us-east-1"},
        "us",
        "processed in ca+us",
    ),
    "Mistral's usual host": (MISTRAL | {"region": "eu"}, "eu", "base_url https://api.eu.mistral.ai/v1"),
    "OpenAI's host for Europe": (
        GPT | {"region": "eu", "base_url": "https://eu.api.openai.com/v1"},
        "eu",
        "processed in ch+eea (eu.api.openai.com, as of ",
    ),
    "an Azure deployment of the global type": (
        AZURE | {"region": "westeurope", "deployment_type": "global"},
        "eu",
        "deploy the model as DataZoneStandard or Standard",
    ),
    "an Azure deployment without a type": (
        AZURE | {"region": "westeurope"},
        "eu",
        "deployment_type: regional",
    ),
    "OpenAI's usual host": (GPT | {"region": "us"}, "us", "processed anywhere (api.openai.com, as of "),
    "Anthropic's host": (
        GPT | {"model": "anthropic/claude-4-opus", "provider": "anthropic", "region": "us"},
        "us",
        "processed anywhere (api.anthropic.com",
    ),
}
each_leak = pytest.mark.parametrize("leak", LEAKS)


def routed(deployment: Mapping[str, Any], **more: Any) -> Router:
    return Router(assemble({"deployments": [{"id": "it", **deployment}], **more}, environ=SIGNED_IN))


def made(**deployment: Any) -> Deployment:
    return routed(deployment).wiring.deployments["it"]


def allows(deployment: Mapping[str, Any], **constraints: Any) -> bool:
    return bool(routed(deployment).decide("Hello", constraints=constraints).shortlist)


@each_leak
def test_what_processes_elsewhere_too_is_excluded_and_the_sentence_says_the_way_out(leak: str) -> None:
    deployment, residency, words = LEAKS[leak]
    decision = routed(deployment).decide("Hello", constraints={"residency": [residency]})
    assert decision.shortlist == ()
    sentence = decision.excluded["it"]
    assert words in sentence
    assert sentence.endswith(f"; the residency allows {residency} only")
    assert "see https://" in sentence


@asynccontextmanager
async def sink() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that lets nothing through, and what it was sent."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


@each_leak
async def test_not_a_byte_leaves_for_it(leak: str) -> None:
    deployment, residency, _ = LEAKS[leak]
    async with sink() as (proxy, heard):
        async with routed(deployment | {"proxy": proxy}, retries={"max": 0}) as router:
            with pytest.raises(NoDeployment):
                await router.complete("Hello", constraints={"residency": [residency]})
            assert heard == []
            with pytest.raises(InterlockError):
                await router.complete("Hello")
        assert heard[0].startswith(b"CONNECT ")  # the sink would have shown it


@pytest.mark.parametrize(
    ("deployment", "residency"),
    [
        (CLAUDE | {"name": "eu.anthropic.claude-4-opus", "region": "eu-central-1"}, ["eu"]),
        (CLAUDE | {"name": "anthropic.claude-4-opus", "region": "eu-central-1"}, ["de"]),
        (CLAUDE | {"name": "us.anthropic.claude-opus-4-6-v1", "region": "us-east-1"}, ["us", "ca"]),
        (MISTRAL | {"base_url": "https://api.eu.mistral.ai/v1"}, ["eea", "ch"]),
        (GPT | {"base_url": "https://eu.api.openai.com/v1"}, ["eea", "ch"]),
        (GPT | {"base_url": "https://us.api.openai.com/v1"}, ["us"]),
        (AZURE | {"region": "westeurope", "deployment_type": "data_zone"}, ["eu"]),
        (AZURE | {"region": "West Europe", "deployment_type": "data_zone"}, ["eu"]),
        (AZURE | {"region": "westeurope", "deployment_type": "regional"}, ["nl"]),
    ],
)
def test_what_stays_inside_is_allowed(deployment: dict[str, Any], residency: list[str]) -> None:
    assert allows(deployment, residency=residency)


def test_an_address_that_says_its_place_needs_no_region() -> None:
    assert made(**GPT, base_url="https://eu.api.openai.com/v1").region == "ch+eea"
    assert made(**GPT, base_url="https://EU.api.openai.com.:443/v1").region == "ch+eea"
    with pytest.raises(ConfigError, match=r"region: is missing"):
        made(**AZURE, deployment_type="regional")


def test_what_is_promised_to_the_user_stands_inside_of_what_the_vendor_says() -> None:
    europe = GPT | {"base_url": "https://eu.api.openai.com/v1"}
    promised = "the account's manager, in writing, 2026-10-01"
    eu = made(**europe, region="eu", attested=promised)
    assert (eu.region, eu.handling.source, eu.handling.as_of) == ("eu", promised, "")
    assert allows(europe | {"region": "eu", "attested": promised}, residency=["eu"])
    # No promise moves a host to where it is not.
    assert made(**europe, region="us", attested=promised).region == "ch+eea"
    with pytest.raises(ConfigError, match=r"deployments.0.attested: says who promised the place"):
        made(**europe, attested=promised)


def test_behind_another_address_the_users_word_stands() -> None:
    for address in ("https://gateway.example.com/v1", "http://127.0.0.1:8080/v1"):
        there = made(**GPT, base_url=address, region="eu", attested="ours, 2026-10-01")
        assert (there.region, there.handling.source, there.handling.offer) == ("eu", "ours, 2026-10-01", "")
    assert made(**GPT, base_url="http://127.0.0.1:8080/v1").region == "global"


@pytest.mark.parametrize("host", ["api.openai.com.evil.example", "evil-api.openai.com", "api.openai.co"])
def test_a_host_that_looks_like_the_vendors_is_another(host: str) -> None:
    there = made(**GPT, base_url=f"https://{host}/v1", region="eu")
    assert (there.region, there.handling.offer) == ("eu", "")


def test_what_is_known_of_handling_comes_with_the_row_and_the_users_word_goes_before_it() -> None:
    known = made(**GPT).handling
    assert (known.offer, known.operator, known.parent, known.training) == ("openai", "us", "us", False)
    assert known.source.startswith("https://")
    irish = made(**GPT, handling={"operator": "ie", "stored": ["eu"], "agreements": ["dpa", "zdr"]}).handling
    assert (irish.operator, irish.parent, irish.stored) == ("ie", "us", "eu")
    assert irish.agreements == {"dpa", "zdr"}
    assert irish.offer == "openai"


def test_whose_law_reaches_a_vendor_is_asked_of_operator_and_parent() -> None:
    assert not allows(AZURE | {"region": "westeurope", "deployment_type": "regional"}, deny_laws=["us"])
    assert not allows(MISTRAL, deny_laws=["us"])  # it may be processed there
    assert allows(MISTRAL | {"base_url": "https://api.eu.mistral.ai/v1"}, deny_laws=["us", "cn"])


def test_storage_is_asked_apart_from_processing() -> None:
    regional = AZURE | {"region": "westeurope", "deployment_type": "regional"}
    assert not allows(regional, residency=["nl"], storage=["eu"])
    assert allows(regional, residency=["nl"], storage=["eea", "ch", "uk"])
    assert not allows(MISTRAL | {"base_url": "https://api.eu.mistral.ai/v1"}, storage=["eea", "ch"])


@pytest.mark.parametrize(
    ("deployment", "kind", "words", "suggestion"),
    [
        (
            AZURE | {"region": "westeurope"},
            "regoinal",
            "expected one of regional, data_zone, global",
            "regional",
        ),
        (GPT, "regional", "openai has no types of deployments", None),
    ],
)
def test_a_type_that_the_provider_does_not_have_is_refused(
    deployment: dict[str, Any], kind: str, words: str, suggestion: str | None
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        made(**deployment, deployment_type=kind)
    assert (caught.value.key, caught.value.suggestion) == ("deployments.0.deployment_type", suggestion)


@pytest.mark.parametrize("name", ["openai", "mistral", "groq", "together", "zhipu", "anthropic", "google"])
def test_what_a_provider_says_of_its_usual_address_is_what_its_row_says(name: str) -> None:
    router = Router(assemble({"deployments": [{**GPT, "id": "it", "provider": name}]}, environ={}))
    facts = router.wiring.offers.providers[name].facts
    assert router.wiring.deployments["it"].region == facts.region


def test_what_the_keys_at_hand_reach_is_where_its_vendor_says() -> None:
    environ = {"OPENAI_API_KEY": "k", "ZHIPU_API_KEY": "k"}
    router = Router(assemble({}, environ=environ))
    found = {each.deployment: each.region for each in router.decide("Hello").shortlist}
    assert found == {"openai/gpt-5.5": "global", "zhipu/glm-5.2": "cn+sg"}
    assert router.decide("Hello", constraints={"residency": ["cn"]}).shortlist == ()


def test_fields_that_keep_processing_in_a_place_come_with_the_row() -> None:
    claude = {"model": "anthropic/claude-4-opus", "provider": "anthropic", "api_key": "k"}
    newer = made(**claude, name="claude-opus-4-8")
    assert newer.pins == {"us": {"inference_geo": "us"}}
    assert newer.handling.evidence == "usage.inference_geo"
    assert made(**claude, name="claude-opus-4-1").pins == {}
