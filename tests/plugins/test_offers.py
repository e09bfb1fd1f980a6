"""Where each vendor processes, keeps and under whose law: rows that are facts, with who says so and when."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from interlock.protocols import ProviderFacts
from interlock.types.jurisdictions import is_cloud_region
from interlock.types.places import AREAS, NAMES
from interlock_anthropic import FACTS as ANTHROPIC
from interlock_bedrock import FACTS as BEDROCK
from interlock_google import FACTS as GOOGLE
from interlock_openai.vendors import VENDORS

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for part in ("offers.toml", "offers/*.toml") for path in ROOT.glob(f"plugins/*/interlock_*/{part}")
)
FACTS = (*(vendor.facts for vendor in VENDORS), ANTHROPIC, BEDROCK, GOOGLE)
# Whoever runs one of these is the user, or somebody of whom the user alone knows.
UNKNOWN_TO_US = {
    "openai-compatible": "any server at any address",
    "ollama": "a server on the user's machine",
    "vllm": "a server on the user's machine",
    "llamacpp": "a server on the user's machine",
}
PLACES = {*NAMES, *AREAS, "global", "{region}"}
KEYS = {
    "id": str, "provider": str, "hosts": list, "names": list, "regions": list, "deployment_type": str,
    "processed": list, "stored": list, "operator": str, "parent": str, "retention_days": int,
    "training": bool, "agreements": list, "evidence": str, "source": str, "as_of": str,
    "confidence": str, "note": str, "pins": dict,
}  # fmt: skip
REQUIRED = {"id", "provider", "processed", "source", "as_of", "confidence", "note"}

Row = Mapping[str, Any]


def rows() -> Iterator[Row]:
    for path in FILES:
        yield from tomllib.loads(path.read_text("utf-8"))["offers"]


ROWS = tuple(rows())
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])


def found(provider: str, *, host: str = "", name: str = "x", region: str = "", kind: str = "") -> Row | None:
    """The first row that matches; no host stands for the provider's own."""
    return next(
        (
            row
            for row in ROWS
            if row["provider"] == provider
            and (any(_at(host, each) for each in row["hosts"]) if "hosts" in row else not host)
            and any(fnmatchcase(name.lower(), each) for each in row.get("names", ["*"]))
            and region in row.get("regions", [region])
            and kind == row.get("deployment_type", kind)
        ),
        None,
    )


def _at(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def processed(provider: str, **asked: str) -> set[str]:
    row = found(provider, **asked)
    assert row is not None
    return set(row["processed"])


@each_row
def test_a_row_has_the_keys_that_a_row_may_have(row: Row) -> None:
    assert row.keys() >= REQUIRED
    for key, value in row.items():
        assert isinstance(value, KEYS[key]), key
        assert value or value in (0, False), key


@each_row
def test_a_row_names_places_that_are_known(row: Row) -> None:
    assert set(row["processed"]) <= PLACES
    assert set(row.get("stored", ())) <= PLACES
    assert {row.get("operator", "us"), row.get("parent", "us")} <= NAMES.keys()
    for places in (row["processed"], row.get("stored", ["global"])):
        assert len(places) == len(set(places))
        assert "global" not in places or places == ["global"]


@each_row
def test_a_row_says_who_says_so_and_when(row: Row) -> None:
    source = urlsplit(row["source"])
    assert source.scheme == "https"
    assert "." in source.netloc
    assert date(2025, 1, 1) < date.fromisoformat(row["as_of"]) <= datetime.now(UTC).date()
    assert row["confidence"] in ("published", "inferred")


@each_row
def test_a_row_matches_what_is_compared_in_lower_case(row: Row) -> None:
    for key in ("hosts", "names", "regions"):
        for pattern in row.get(key, ()):
            assert pattern == pattern.lower().strip()
    for host in row.get("hosts", ()):
        assert "*" not in host.removeprefix("*.")
    assert all(is_cloud_region(region) for region in row.get("regions", ()))
    assert row.get("deployment_type", "global") in ("regional", "data_zone", "global", "developer")


@each_row
def test_a_note_is_a_sentence_for_people(row: Row) -> None:
    assert row["note"][0].isupper()
    assert row["note"].endswith(".")


@each_row
def test_what_is_agreed_and_pinned_is_spelled_as_rules_ask_for_it(row: Row) -> None:
    assert set(row.get("agreements", ())) <= {"dpa", "scc", "baa", "zdr"}
    assert row.get("pins", {}).keys() <= NAMES.keys()
    assert all(fields and isinstance(fields, dict) for fields in row.get("pins", {}).values())


def test_no_two_rows_have_one_id() -> None:
    ids = [row["id"] for row in ROWS]
    assert sorted(ids) == sorted(set(ids))
    assert all(row["id"].startswith(row["provider"]) for row in ROWS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_is_of_one_provider(path: Path) -> None:
    providers = {row["provider"] for row in tomllib.loads(path.read_text("utf-8"))["offers"]}
    assert len(providers) == 1
    assert path.stem in ("offers", *providers)


@pytest.mark.parametrize("row", [row for row in ROWS if "names" in row], ids=lambda row: row["id"])
def test_a_name_that_nobody_has_listed_is_taken_for_the_widest(row: Row) -> None:
    """Each row for some names is followed by one for whatever else is asked of the same address."""
    later = ROWS[ROWS.index(row) + 1 :]
    hosts = set(row.get("hosts", ()))
    rest = [
        each
        for each in later
        if each["provider"] == row["provider"]
        and "names" not in each
        and ("hosts" in each) == bool(hosts)
        and all(
            any(_at(host.removeprefix("*"), each_host) for each_host in each.get("hosts", ()))
            for host in hosts
        )
    ]
    assert rest
    assert rest[0]["processed"] == ["global"]


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts.name)
def test_each_vendor_has_a_row_for_its_own_address(facts: ProviderFacts) -> None:
    if facts.name in UNKNOWN_TO_US:
        assert found(facts.name) is None
        return
    host = urlsplit(facts.base_url).hostname or "acme.openai.azure.com"
    own = "" if facts.base_url and "{" in facts.base_url else host
    assert found(facts.name, host=own) or found(facts.name)


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
    assert newer["pins"] == {"us": {"inference_geo": "us"}}
    assert newer["evidence"] == "usage.inference_geo"
    assert older
    assert "pins" not in older
