"""Where each vendor processes, keeps and under whose law: rows that are facts, with who says so and when."""

from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest

from interlock.catalog.offers import DECLARED, Offer, load_offers, matching
from interlock.protocols import ProviderFacts
from interlock.types.jurisdictions import is_cloud_region
from interlock.types.places import AREAS, NAMES
from interlock_anthropic import FACTS as ANTHROPIC
from interlock_bedrock import FACTS as BEDROCK
from interlock_google import FACTS as GOOGLE
from interlock_openai.vendors import VENDORS

FACTS = {facts.name: facts for facts in (*(vendor.facts for vendor in VENDORS), ANTHROPIC, BEDROCK, GOOGLE)}
# Whoever runs one of these is the user, or somebody of whom the user alone knows.
UNKNOWN_TO_US = {
    "openai-compatible": "any server at any address",
    "ollama": "a server on the user's machine",
    "vllm": "a server on the user's machine",
    "llamacpp": "a server on the user's machine",
}
PLACES = {*NAMES, *AREAS, "global", DECLARED}
ROWS = tuple(row for facts in FACTS.values() if facts.offers for row in load_offers(facts.offers))
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
each_vendor = pytest.mark.parametrize("facts", FACTS.values(), ids=lambda facts: facts.name)


def found(
    provider: str, *, host: str = "", name: str = "x", region: str = "", kind: str = ""
) -> Offer | None:
    """The row that is believed; no host stands for the provider's own."""
    rows = load_offers(FACTS[provider].offers)
    return matching(rows, host=host, usual=not host, name=name, region=region, deployment_type=kind)


def processed(provider: str, **asked: str) -> set[str]:
    row = found(provider, **asked)
    assert row is not None
    return set(row.processed)


@each_vendor
def test_each_vendor_has_a_row_for_its_own_address(facts: ProviderFacts) -> None:
    if facts.name in UNKNOWN_TO_US:
        assert not facts.offers
        return
    host = "" if facts.base_url else "acme.openai.azure.com"
    row = found(facts.name, host=host) or found(facts.name, host=urlsplit(facts.base_url).hostname or "")
    assert row is not None
    assert {each.provider for each in load_offers(facts.offers)} == {facts.name}


@each_row
def test_a_row_names_places_by_their_codes(row: Offer) -> None:
    assert {*row.processed, *row.stored} <= PLACES
    assert {row.operator or "us", row.parent or "us"} <= NAMES.keys()
    for places in (row.processed, row.stored):
        assert len(places) == len(set(places))
        assert "global" not in places or places == ("global",)


@each_row
def test_a_row_says_who_says_so_and_when(row: Offer) -> None:
    source = urlsplit(row.source)
    assert source.scheme == "https"
    assert "." in source.netloc
    assert date(2025, 1, 1) < date.fromisoformat(row.as_of) <= datetime.now(UTC).date()


@each_row
def test_what_a_row_matches_may_be_met(row: Offer) -> None:
    assert all("*" not in host.removeprefix("*.") for host in row.hosts)
    assert all(is_cloud_region(region) for region in row.regions)
    assert row.deployment_type in ("", "regional", "data_zone", "global", "developer")


@each_row
def test_a_note_is_a_sentence_for_people(row: Offer) -> None:
    assert row.note[0].isupper()
    assert row.note.endswith(".")


@each_row
def test_what_is_agreed_and_pinned_is_spelled_as_rules_ask_for_it(row: Offer) -> None:
    assert row.agreements <= {"dpa", "scc", "baa", "zdr"}
    assert row.pins.keys() <= NAMES.keys()


def test_no_two_rows_have_one_id() -> None:
    ids = [row.id for row in ROWS]
    assert sorted(ids) == sorted(set(ids))
    assert all(row.id.startswith(row.provider) for row in ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.names], ids=lambda row: row.id)
def test_a_name_that_nobody_has_listed_is_taken_for_the_widest(row: Offer) -> None:
    """Each row for some names is followed by one for whatever else is asked of the same address."""
    hosts = [host.replace("*", "x") for host in row.hosts] or [""]
    assert all(processed(row.provider, host=host, name="unheard of") == {"global"} for host in hosts)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", {"us"}),
        ("us.anthropic.claude-opus-4-6-v1", {"us", "ca"}),
        ("us.anthropic.claude-opus-4-7", {"us", "ca"}),
        ("us.meta.llama4-scout-17b-instruct-v1:0", {"us", "ca"}),
        ("us-gov.anthropic.claude-opus-4-8", {"us"}),
        ("eu.anthropic.claude-sonnet-4-6", {"de", "es", "fr", "ie", "it", "se"}),
        ("EU.Anthropic.Claude-Sonnet-4-6", {"de", "es", "fr", "ie", "it", "se"}),
        ("eu.anthropic.claude-sonnet-4-6:1m", {"de", "es", "fr", "ie", "it", "se"}),
        ("eu.anthropic.claude-3-7-sonnet-20250219-v1:0", {"de", "fr", "ie", "se"}),
        ("eu.anthropic.claude-opus-4-6-v1", {"de", "es", "fr", "ie", "it", "se", "ch"}),
        (
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            {"de", "es", "fr", "ie", "it", "se", "ch", "uk"},
        ),
        ("eu.anthropic.claude-4-opus", {"de", "es", "fr", "ie", "it", "se"}),
        ("eu.amazon.nova-2-lite-v1:0", {"eu", "ch", "uk"}),
        # Another model than the one whose name its own begins with.
        ("eu.anthropic.claude-sonnet-5-5", {"eu", "ch", "uk"}),
        ("eu.anthropic.claude-fable-5-1", {"eu", "ch", "uk"}),
        ("apac.anthropic.claude-sonnet-4-20250514-v1:0", {"au", "in", "jp", "kr", "sg"}),
        ("apac.amazon.nova-pro-v1:0", {"apac", "ae"}),
        ("au.anthropic.claude-opus-4-6-v1", {"au"}),
        ("jp.anthropic.claude-opus-5-5", {"jp"}),
        ("ca.amazon.nova-lite-v1:0", {"ca"}),
        ("global.anthropic.claude-sonnet-5", {"global"}),
        ("anthropic.claude-3-haiku-20240307-v1:0", {"{region}"}),
        ("deepseek.v3.2", {"{region}"}),
        ("me.anthropic.claude-opus-9", {"global"}),
        ("zz.unheard.of", {"global"}),
        ("a1b2c3d4e5f6", {"global"}),
    ],
)
def test_where_bedrock_processes_follows_from_the_profile_and_its_model(name: str, places: set[str]) -> None:
    assert processed("bedrock", name=name) == places


@pytest.mark.parametrize(
    ("resource", "places"),
    [
        ("inference-profile/eu.anthropic.claude-sonnet-4-6", {"de", "es", "fr", "ie", "it", "se"}),
        ("inference-profile/us.anthropic.claude-opus-4-7", {"us", "ca"}),
        ("inference-profile/global.anthropic.claude-opus-4-7", {"global"}),
        ("foundation-model/anthropic.claude-3-haiku-20240307-v1:0", {"{region}"}),
        ("provisioned-model/a1b2c3", {"{region}"}),
        ("application-inference-profile/a1b2c3", {"global"}),
        ("application-inference-profile/eu.anthropic.claude-sonnet-4-6", {"global"}),
        ("default-prompt-router/anthropic.claude:1", {"global"}),
        ("unheard-of/a1b2c3", {"global"}),
    ],
)
def test_an_arn_says_what_it_ends_in(resource: str, places: set[str]) -> None:
    assert processed("bedrock", name=f"arn:aws:bedrock:eu-central-1:123456789012:{resource}") == places


@pytest.mark.parametrize(
    ("kind", "region", "places"),
    [
        ("regional", "westeurope", {"{region}"}),
        ("regional", "japaneast", {"{region}"}),
        ("data_zone", "westeurope", {"eu"}),
        ("data_zone", "eastus2", {"us"}),
        ("data_zone", "uksouth", {"global"}),
        ("data_zone", "japaneast", {"global"}),
        ("data_zone", "eu", {"global"}),
        ("global", "westeurope", {"global"}),
        ("developer", "westeurope", {"global"}),
        ("", "westeurope", {"global"}),
    ],
)
def test_where_azure_processes_follows_from_the_deployments_type(
    kind: str, region: str, places: set[str]
) -> None:
    assert processed("azure", host="acme.openai.azure.com", kind=kind, region=region) == places


@pytest.mark.parametrize(
    ("provider", "host", "places"),
    [
        ("openai", "", {"global"}),
        ("openai", "us.api.openai.com", {"us"}),
        ("openai", "eu.api.openai.com", {"eea", "ch"}),
        ("openai", "jp.api.openai.com", {"global"}),
        ("mistral", "", {"global"}),
        ("mistral", "api.eu.mistral.ai", {"eea", "ch"}),
        ("mistral", "api.us.mistral.ai", {"us"}),
        ("openrouter", "eu.openrouter.ai", {"eea", "uk", "ch"}),
        ("zhipu", "", {"cn", "sg"}),
        ("zhipu", "open.bigmodel.cn", {"cn"}),
        ("alibaba", "dashscope.aliyuncs.com", {"cn"}),
        ("alibaba", "dashscope-intl.aliyuncs.com", {"global"}),
        ("alibaba", "ws-1.eu-central-1.maas.aliyuncs.com", {"global"}),
        ("together", "ca-api.together.ai", {"ca"}),
        ("anthropic", "", {"global"}),
        ("google", "", {"global"}),
        ("google", "aiplatform.eu.rep.googleapis.com", {"eu"}),
        ("google", "europe-west1-aiplatform.googleapis.com", {"global"}),
    ],
)
def test_where_a_vendor_processes_follows_from_its_address(
    provider: str, host: str, places: set[str]
) -> None:
    assert processed(provider, host=host) == places


def test_models_say_more_where_their_vendor_does() -> None:
    virginia = "dashscope-us.aliyuncs.com"
    assert processed("alibaba", host=virginia, name="qwen-plus-us") == {"us"}
    assert processed("alibaba", host=virginia, name="qwen-plus") == {"global"}
    belgium = "europe-west1-aiplatform.googleapis.com"
    assert processed("google", host=belgium, name="gemini-2.5-flash") == {"eu"}
    newer, older = (found("anthropic", name=name) for name in ("claude-opus-4-6", "claude-opus-4-5-20251101"))
    assert newer
    assert newer.pins == {"us": {"inference_geo": "us"}}
    assert newer.evidence == "usage.inference_geo"
    assert older
    assert not older.pins
