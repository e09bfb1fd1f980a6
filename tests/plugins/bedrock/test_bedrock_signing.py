"""Signatures, and where their keys come from."""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from interlock.errors import AuthenticationError, InvalidRequest, RateLimited
from interlock.http import HttpClient, HttpReply, Permit
from interlock.testing import Received, Reply, Upstream
from interlock.types.models import Credential
from interlock.types.request import Request
from interlock_bedrock import FACTS, BedrockProvider, Converse

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI", "session+token/with=signs"
REPLY = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
}


def ask(dialect: Any, upstream: Upstream, request: Request | str = "hello", **deployment: Any) -> Any:
    provider = BedrockProvider(FACTS, Converse())
    fields = {"credential": Credential(), "base_url": upstream.url, "region": "eu-central-1"}
    call = dialect.call(request, **{"name": "eu.anthropic.claude-4-opus:0", **fields, **deployment})

    async def main() -> Any:
        http = HttpClient()
        permit = Permit(deployment="there", origin=upstream.url)
        sent = type(call)(request=call.request, deployment=call.deployment, permit=permit, http=http)
        try:
            return await provider.complete(sent)
        finally:
            await http.aclose()

    return asyncio.run(main())


def expected(received: Received, token: str | None = None) -> str:
    """The signature as botocore's own signer makes it of what arrived."""
    signed = received.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = AWSRequest(
        method=received.method,
        url=f"http://{received.headers['host']}{received.path}",
        data=received.body,
        headers={name: received.headers[name] for name in signed},
    )
    request.context["timestamp"] = received.headers["x-amz-date"]
    signer = SigV4Auth(ReadOnlyCredentials(KEY, SECRET, token), "bedrock", "eu-central-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(text, request)


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (None, "eu.anthropic.claude-4-opus:0"),
        (TOKEN, "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"),
    ],
)
def test_what_arrives_bears_the_signature_that_amazon_would_compute(
    token: str | None,
    name: str,
    dialect: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    with caplog.at_level(logging.DEBUG), Upstream(Reply.json(REPLY)) as upstream:
        headers = {"X-Amzn-Bedrock-Trace": "ENABLED", "x-team": "blue"}
        assert ask(dialect, upstream, "Grüße", headers=headers, name=name).text == "Hello"
    received = upstream.requests[0]
    assert received.path == f"/model/{name.replace('/', '%2F')}/converse"
    authorization = received.headers["authorization"]
    scope = f"{received.headers['x-amz-date'][:8]}/eu-central-1/bedrock/aws4_request"
    assert authorization.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders=")
    assert "x-amzn-bedrock-trace" in authorization
    assert "x-team" not in authorization
    assert authorization.endswith(f"Signature={expected(received, token)}")
    assert received.headers.get("x-amz-security-token") == token
    assert SECRET not in caplog.text
    assert token is None or token not in caplog.text


def test_a_key_is_sent_as_it_is_and_nothing_is_signed(dialect: Any) -> None:
    with Upstream(Reply.json(REPLY)) as upstream:
        ask(dialect, upstream, credential=dialect.call().deployment.credential, region="eu")
    headers = upstream.requests[0].headers
    assert headers["authorization"] == "Bearer bedrock-key"
    assert "x-amz-date" not in headers


def test_a_deployments_own_authorization_is_left_alone(dialect: Any) -> None:
    with Upstream(Reply.json(REPLY)) as upstream:
        ask(dialect, upstream, headers={"Authorization": "Basic Z2F0ZXdheQ=="})
    assert upstream.requests[0].headers["authorization"] == "Basic Z2F0ZXdheQ=="


def test_a_profile_and_its_process_are_asked(
    dialect: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET}
    script = tmp_path / "keys.py"
    script.write_text(f"print({json.dumps(json.dumps(keys))})")
    (tmp_path / "config").write_text(f"[profile work]\ncredential_process = {sys.executable} {script}\n")
    monkeypatch.setenv("AWS_PROFILE", "work")
    with Upstream(Reply.json(REPLY)) as upstream:
        ask(dialect, upstream)
    assert upstream.requests[0].headers["authorization"].endswith(expected(upstream.requests[0]))


def test_a_container_is_asked_for_its_role(dialect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    role = {
        "AccessKeyId": KEY,
        "SecretAccessKey": SECRET,
        "Token": TOKEN,
        "Expiration": "2999-01-01T00:00:00Z",
    }
    with Upstream(always=Reply.json(role)) as host, Upstream(Reply.json(REPLY)) as upstream:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{host.url}/role")
        ask(dialect, upstream)
    assert upstream.requests[0].headers["x-amz-security-token"] == TOKEN
    assert len(host.requests) == 1


def test_an_instance_is_asked_only_where_that_is_configured(
    dialect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Upstream(always=Reply.json({}, status=404)) as host, Upstream() as upstream:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", host.url)
        with pytest.raises(AuthenticationError):
            ask(dialect, upstream)
        asked = len(host.requests)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with pytest.raises(AuthenticationError):
            ask(dialect, upstream)
        assert (asked > 0, len(host.requests) - asked, upstream.requests) == (True, 0, [])


def test_without_credentials_the_error_says_what_to_set(dialect: Any) -> None:
    with Upstream() as upstream, pytest.raises(AuthenticationError, match="AWS_BEARER_TOKEN_BEDROCK"):
        ask(dialect, upstream)
    assert upstream.requests == []


def test_a_chain_that_fails_is_an_authentication_error(dialect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with Upstream() as upstream, pytest.raises(AuthenticationError, match="nobody") as caught:
        ask(dialect, upstream)
    assert caught.value.code == "ProfileNotFound"


def test_without_a_region_to_sign_for_nothing_is_sent(dialect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with Upstream() as upstream, pytest.raises(InvalidRequest, match="no region to sign for"):
        ask(dialect, upstream, region="eu")
    assert upstream.requests == []


def test_credentials_are_looked_up_once_and_anew_after_a_fork(
    dialect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interlock_bedrock import sign

    loads = []
    chain = sign._chain
    monkeypatch.setattr(sign, "_chain", lambda: loads.append(1) or chain())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    credentials = sign.Credentials()
    request = dialect.codec.encode(dialect.call(), stream=False)
    for _ in range(3):
        credentials.sign(request, {}, "us-east-1")
    assert len(loads) == 1
    monkeypatch.setattr(os, "getpid", lambda: -1)
    credentials.sign(request, {}, "us-east-1")
    assert len(loads) == 2


def test_errors_of_amazon_come_through(dialect: Any) -> None:
    reply = Reply.json({"message": "slow"}, status=429, headers={"x-amzn-ErrorType": "ThrottlingException"})
    key = dialect.call().deployment.credential
    with Upstream(reply) as upstream, pytest.raises(RateLimited, match="ThrottlingException"):
        ask(dialect, upstream, credential=key)
    assert isinstance(dialect.codec.error(HttpReply(status=429, headers={}, body=b"")), RateLimited)
