"""A deployment's own secrets are masked by value, in every form in which a server may echo one."""

import base64
import json
import string
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from interlock.http import Masker, public_in, secrets_in, secrets_of
from interlock.http.masking import _PLACEHOLDERS
from interlock.logs import MASK
from interlock.types.models import Credential, Deployment, Destination, ModelCard, Network, Secret

PLAIN = Deployment(
    id="there",
    card=ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
    provider="openai",
    region="us",
    name="model-1",
    base_url="https://api.example.com/v1",
)
# What a key may consist of; short alphabets make keys that no pattern takes for one.
KEYS = st.one_of(
    st.text(alphabet, min_size=6, max_size=60)
    for alphabet in ("abc", string.hexdigits, string.ascii_letters + "-_", string.printable[:94])
)
FORMS = {
    "as it is": str,
    "upper case": str.upper,
    "in a URL": lambda key: quote(key, safe=""),
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in base64": lambda key: base64.b64encode(key.encode()).decode(),
    "in base64, behind something": lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
    "in base64 for URLs": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "in hexadecimal": lambda key: key.encode().hex(),
    "as Python writes it": lambda key: repr(key)[1:-1],
}


def pieces(text: str, size: int) -> set[str]:
    return {text[at : at + size].lower() for at in range(len(text) - size + 1)}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@given(key=KEYS)
@example(key="mykey-with-dashes-2024")
@example(key="pw-KM77")
@example(key="a+/b=='\"\\<&>")
def test_no_form_of_a_key_is_left(form: object, key: str) -> None:
    assume("*" not in key and key.lower() not in _PLACEHOLDERS)
    echoed = form(key)  # type: ignore[operator]
    told = Masker([key])(f"Incorrect key [{echoed}] at 7 o'clock, again [{echoed}].")
    # Two characters at each end of base64 depend on what stands beside the key.
    spared = 8 if form in (FORMS["in base64"], FORMS["in base64, behind something"]) else 6
    assert not pieces(echoed, max(spared, 6)) & pieces(told, max(spared, 6))
    assert told.endswith(".")


@given(key=KEYS, start=st.integers(0, 60), size=st.integers(6, 60))
def test_a_piece_of_a_key_is_no_better_than_the_whole(key: str, start: int, size: int) -> None:
    piece = key[start : start + size]
    assume(len(piece) >= 6 and "*" not in key)
    assert not pieces(piece, 6) & pieces(Masker([key])(f"<<{piece}…>>"), 6)


@given(st.text())
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert Masker(["ж" * 12])(text) == text
    assert Masker([])(text) == text


def test_what_is_masked_is_no_more_than_the_secret() -> None:
    mask = Masker(["mykey-with-dashes-2024"])
    assert mask("the key mykey-with-dashes-2024 is wrong") == "the key *** is wrong"
    assert mask("mykey-with-dashes-2024mykey-with-dashes-2024") == "***"
    assert mask("key mykey-…es-2024: wrong") == "key ***…***: wrong"
    assert Masker(["pw77"])("pw77, not apw77") == "***, not apw77"


@pytest.mark.parametrize(
    "change",
    [
        {"credential": Credential(secret=Secret("hunter-two"))},
        {"headers": {"X-Gate-Auth": "hunter-two"}},
        {"headers": {"Authorization": "Bearer hunter-two"}},
        {"headers": {"Authorization": "Basic " + base64.b64encode(b"me:hunter-two").decode()}},
        {"headers": {"cookie": "theme=dark; sid=hunter-two"}},
        {"extra_body": {"auth": {"how": ["hunter-two"]}}},
        {"extra_body": {"session_id": "hunter-two"}},
        {"base_url": "https://me:hunter-two@api.example.com/v1"},
        {"base_url": "https://api.example.com/v1?token=hunter-two"},
        {"network": Network(proxy="http://me:hunter-two@proxy:3128")},
        {"login": Secret("Basic " + base64.b64encode(b"me:hunter-two").decode())},
    ],
    ids=str,
)
def test_where_a_deployment_may_hold_a_secret(change: dict[str, object]) -> None:
    there = replace(PLAIN, **change)  # type: ignore[arg-type]
    assert "hunter" not in Masker(secrets_of(there), public_in(there))("so hunter-two it is")
    assert "hunter-two" not in repr(replace(there, base_url=""))


def test_what_is_no_deployment_has_secrets_too() -> None:
    there = Destination(
        id="tickets-1",
        region="eu",
        base_url="https://me:hunter-two@tickets-1.example.com/v1",
        credential=Credential(secret=Secret("tickets-1-key-7c2")),
        headers={"X-Gate-Auth": "gate-keeper"},
    )
    mask = Masker(secrets_of(there), public_in(there))
    assert mask("tickets-1.example.com said hunter-two") == f"tickets-1.example.com said {MASK}"
    shown = mask("tickets-1-key-7c2 and gate-keeper")
    assert "key-7c2" not in shown
    assert "keeper" not in shown
    assert not {"key-7c2", "gate-keeper"} & set(repr(there).split("'"))


def test_a_proxy_of_the_environment_has_a_password_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hunter-two@proxy:3128")
    assert "hunter-two" in secrets_of(PLAIN)


def test_what_is_public_stays_readable() -> None:
    there = replace(
        PLAIN,
        credential=Credential(secret=Secret("openai-model-1-key-7c2")),
        headers={
            "anthropic-version": "2023-06-01",
            "content-type": "application/json",
            "x-title": "Our Shop 24",
        },
        extra_body={"service_tier": "priority", "model": "gpt-4.1-2025-04-14"},
    )
    mask = Masker(secrets_of(there), public_in(there))
    words = "2023-06-01 application/json Our Shop 24 priority gpt-4.1-2025-04-14 openai model-1"
    assert mask(words) == words
    assert "key-7c2" not in mask("openai-model-1-key-7c2")
    assert (
        Masker(["ollama", "EMPTY", "not-needed"])("ollama is not-needed, EMPTY")
        == "ollama is not-needed, EMPTY"
    )


def test_a_signature_is_secret_and_what_it_signs_is_not() -> None:
    proof = (
        "AWS4-HMAC-SHA256 Credential=KEYID77/20260101/eu/bedrock/aws4_request, "
        "SignedHeaders=content-type;host, Signature=0123abcd4567"
    )
    found = secrets_in({"authorization": proof, "x-amz-security-token": "tok-tok-tok", "host": "a.example"})
    assert found == {"KEYID77", "0123abcd4567", "tok-tok-tok"}
