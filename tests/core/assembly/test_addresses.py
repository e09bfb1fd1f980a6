"""An address that follows from the cloud region of a deployment."""

from collections.abc import Mapping
from typing import Any

import pytest

from interlock import ConfigError
from interlock.assembly import assemble
from interlock.types.models import Deployment


def made(**deployment: Any) -> Mapping[str, Deployment]:
    opus = {"id": "a", "model": "anthropic/claude-4-opus", "provider": "bedrock", "name": "anthropic.opus"}
    return assemble({"deployments": [opus | deployment]}, environ={}).deployments


@pytest.mark.parametrize("region", ["eu-central-1", "EU-Central-1"])
def test_it_is_filled_in(region: str) -> None:
    assert made(region=region)["a"].base_url == "https://bedrock-runtime.eu-central-1.amazonaws.com"


def test_a_given_address_wins() -> None:
    there = "https://gateway.example/bedrock"
    assert made(region="eu-central-1", base_url=there)["a"].base_url == there
    assert made(region="eu", base_url=there)["a"].base_url == there


@pytest.mark.parametrize("region", ["eu", "germany", "global"])
def test_a_jurisdiction_says_too_little(region: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(region=region)
    assert caught.value.key == "deployments.0.base_url"
    assert "follows from a cloud region such as eu-central-1" in caught.value.message
    assert repr(region) in caught.value.message


def test_without_any_region_there_is_no_address() -> None:
    with pytest.raises(ConfigError, match="is missing"):
        made()
