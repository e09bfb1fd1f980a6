"""What a deployment needs before it can be asked: a name of Bedrock's own, and some AWS credentials."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interlock import ConfigError, Router
from interlock.assembly import assemble

THERE = {
    "id": "there",
    "model": "anthropic/claude-4-opus",
    "provider": "bedrock",
    "region": "eu-central-1",
    "name": "eu.anthropic.claude-opus-4-20250514-v1:0",
}
NOTHING = {
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "BOTO_CONFIG": "/nowhere/boto",
}


def router(environ: Mapping[str, str], **deployment: Any) -> Router:
    given = {key: value for key, value in {**THERE, **deployment}.items() if value is not None}
    return Router(assemble({"deployments": [given]}, environ=environ))


def test_a_deployment_without_a_name_is_refused_with_an_example() -> None:
    with pytest.raises(ConfigError, match=r"such as eu\.anthropic\.claude-opus-4-20250514-v1:0") as caught:
        router(NOTHING, name=None)
    assert caught.value.key == "deployments.0.name"


def test_without_any_aws_credentials_it_is_excluded_and_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", nobody)
    decision = router(NOTHING).decide("hi")
    assert not decision.shortlist
    assert "there are no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK" in decision.excluded["there"]


@pytest.mark.parametrize(
    "hint",
    [
        {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
        {"AWS_PROFILE": "work"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials"},
        {"AWS_EC2_METADATA_DISABLED": "false"},
        {"AWS_BEARER_TOKEN_BEDROCK": "k"},
    ],
    ids=lambda hint: next(iter(hint)),
)
def test_anything_that_may_lead_to_credentials_will_do(hint: Mapping[str, str]) -> None:
    assert router({**NOTHING, **hint}).decide("hi").shortlist


def test_so_will_a_file_a_key_or_a_header_of_ones_own(tmp_path: Path) -> None:
    kept = tmp_path / "credentials"
    kept.write_text("[default]\n", "utf-8")
    assert router({**NOTHING, "AWS_SHARED_CREDENTIALS_FILE": str(kept)}).decide("hi").shortlist
    assert router(NOTHING, api_key="k").decide("hi").shortlist
    assert router(NOTHING, headers={"Authorization": "Bearer x"}).decide("hi").shortlist
