"""A model in any written form holds no credential, wherever the configuration kept it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.load import dumps

from langchain_interlock import ChatInterlock
from langchain_interlock.bare import without_secrets

DEPLOYMENT = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "us"}


@pytest.mark.parametrize(
    "secret",
    [
        {"api_key": "hidden"},
        {"headers": {"x-tenant": "hidden"}},
        {"base_url": "http://user:hid@hidden@127.0.0.1:9/v1"},
        {"provider": "azure", "base_url": "http://127.0.0.1:9/v1?api-version=1&key=hidden"},
        {"proxy": "http://user:hidden@127.0.0.1:9"},
        {"extra_body": {"auth": [{"access_token": "hidden"}]}},
        {"extra_body": {"bearer": "hidden", "pass": "hidden", "session_id": "hidden", "x": ["hidden"]}},
    ],
)
def test_no_written_form_holds_a_credential(secret):
    spec = {**DEPLOYMENT, "base_url": "http://127.0.0.1:9/v1", "api_key": "env:KEY", **secret}
    model = ChatInterlock(config={"deployments": [spec]})
    for written in (
        dumps(model),
        dumps(model.bind(stop=["x"])),
        str(model.model_dump()),
        repr(model),
        repr(vars(model)),
    ):
        assert "hidden" not in written
        assert "hid" not in written
    assert dumps(model).count("openai/gpt-5.5") == 1


def test_what_is_no_credential_stays():
    spec = {
        "api_key": "env:KEY",
        "base_url": "https://example.test/v1/@here?api-version=2&monkey=3",
    }
    assert without_secrets(spec) == spec


@given(st.text("abc@:?&=#", max_size=12), st.text("abc/?&=", max_size=12))
def test_nothing_before_the_last_at_sign_of_an_address_is_left(user, rest):
    assert without_secrets(f"redis://x{user}@host/{rest}").startswith("redis://host/")
