"""What is read of what servers say of themselves: it ends in metadata or in a typed error, whatever it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import InterlockError, ProtocolError
from interlock_mcp.oauth.discovery import check_issuer
from interlock_mcp.oauth.metadata import canonical, challenge_in, is_of, joined, resource_in, server_in

ISSUER = "https://login.example.com/tenant"
HEADERS = st.text(st.characters(max_codepoint=0x2FF), max_size=200)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    (
        *("issuer", "token_endpoint", "authorization_endpoint", "registration_endpoint", "scopes_supported"),
        *("resource", "authorization_servers", "code_challenge_methods_supported"),
    )
)
TOLD = st.dictionaries(NAMES, VALUES | st.just(ISSUER) | st.just(f"{ISSUER}/token"), max_size=8)


@pytest.mark.parametrize(
    ("header", "error", "scope", "metadata"),
    [
        ("", "", "", ""),
        ("Bearer", "", "", ""),
        (
            'Bearer resource_metadata="https://m.example.com/p", scope="a b"',
            "",
            "a b",
            "https://m.example.com/p",
        ),
        ("bearer scope=a,error=insufficient_scope", "insufficient_scope", "a", ""),
        ('Basic realm="Bearer scope=x", Bearer scope="y"', "", "y", ""),
        ('Bearer scope="y", Basic realm="z", scope="w"', "", "y", ""),
        ('DPoP scope="d"', "", "", ""),
        (r'Bearer error="a\"b", scope="c"', 'a"b', "c", ""),
        ('Bearer scope="a\x00b"', "", "", ""),
        ('Bearer scope="a  b"', "", "", ""),
        ('Bearer scope="unclosed', "", "", ""),
        ('Bearer scope = "a"', "", "a", ""),
        ('Bearer Scope="a", scope="b"', "", "a", ""),
    ],
)
def test_a_challenge_is_read_as_http_writes_it(header, error, scope, metadata):
    found = challenge_in(header)
    assert (found.error, found.scope, found.resource_metadata) == (error, scope, metadata)


@given(HEADERS)
def test_any_header_is_some_challenge(header):
    assert challenge_in(header) is not None
    assert challenge_in(f"Bearer {header}") is not None


def test_a_long_header_is_read_in_no_time():
    assert challenge_in('Bearer a="' + "\\" * 100_000).error == ""
    assert challenge_in("Bearer " + "a=, " * 50_000 + 'scope="late"').scope == ""


@given(VALUES | TOLD)
def test_any_json_is_metadata_or_a_typed_error(told):
    body = json.dumps(told).encode()
    for read in (resource_in, lambda data: server_in(data, ISSUER)):
        try:
            read(body)
        except ProtocolError as error:
            assert str(error)  # noqa: PT017 - that it is told is what is tested


@given(st.binary(max_size=200))
def test_any_bytes_are_metadata_or_a_typed_error(body):
    for read in (resource_in, lambda data: server_in(data, ISSUER)):
        try:
            read(body)
        except ProtocolError as error:
            assert str(error)  # noqa: PT017 - that it is told is what is tested


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://m.example.com/mcp", "https://m.example.com/mcp/", True),
        ("HTTPS://M.Example.com:443/mcp", "https://m.example.com/mcp", True),
        ("https://m.example.com", "https://m.example.com/", True),
        ("https://m.example.com/mcp", "https://m.example.com/MCP", False),
        ("https://m.example.com/mcp", "https://m.example.com", False),
        ("https://m.example.com/mcp", "https://m.example.com/mcp/other", False),
        ("https://m.example.com/mcp", "http://m.example.com/mcp", False),
        ("https://m.example.com/mcp", "https://m.example.com:8443/mcp", False),
        ("https://m.example.com/mcp", "https://m.example.com.evil.org/mcp", False),
        ("https://[::1]:8443/mcp", "https://[::1]:8443/mcp/", True),
        ("https://m.example.com/mcp", "https://good.example.com@m.example.com/mcp", False),
        ("https://m.example.com/mcp", "https://m.example.com/mcp#good", False),
        ("https://m.example.com/mcp", "https://m.example.com/mcp?for=good", False),
        ("https://m.example.com/mcp", "nonsense", False),
    ],
)
def test_a_resource_is_the_server_at_one_address(one, other, same):
    metadata = resource_in(json.dumps({"resource": other, "authorization_servers": [ISSUER]}).encode())
    assert is_of(metadata, one) is same


@given(st.text(max_size=60))
def test_a_canonical_address_is_its_own_or_none(text):
    try:
        once = canonical(f"https://{text}")
        assert canonical(once) == once
    except (InterlockError, ValueError):
        return


def test_what_an_issuer_says_is_taken_at_its_own_origin_alone():
    whole = {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/token",
        "authorization_endpoint": "https://elsewhere.example.com/authorize",
        "registration_endpoint": "https://elsewhere.example.com/register",
        "revocation_endpoint": "https://login.example.com/revoke",
        "scopes_supported": ["a", "b c", 7],
        "code_challenge_methods_supported": ["S256"],
    }
    found = server_in(json.dumps(whole).encode(), ISSUER)
    assert (found.registration, found.revocation) == ("", "https://login.example.com/revoke")
    assert (found.scopes, found.challenges) == (("a",), ("S256",))
    for wrong in (
        "https://elsewhere.example.com/token",
        "https://a@login.example.com/token",
        "/token",
        7,
        None,
    ):
        with pytest.raises(ProtocolError, match="gives tokens at another origin"):
            server_in(json.dumps(whole | {"token_endpoint": wrong}).encode(), ISSUER)
    for other in (f"{ISSUER}/", ISSUER.upper(), "https://login.example.com", None):
        with pytest.raises(ProtocolError, match="those of another issuer"):
            server_in(json.dumps(whole | {"issuer": other}).encode(), ISSUER)


def test_an_issuer_is_one_that_the_user_names():
    metadata = resource_in(json.dumps({"resource": "https://m", "authorization_servers": [ISSUER]}).encode())
    check_issuer(metadata, ISSUER)
    check_issuer(metadata, f"{ISSUER}/")
    with pytest.raises(InterlockError, match=r'write into its connector: issuer: \{url: "https://login'):
        check_issuer(metadata, f"{ISSUER}2")


def test_scopes_are_joined_once_each():
    assert joined("a b", "", "b c") == "a b c"
