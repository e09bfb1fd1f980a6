"""Addresses: what they mean, and which are refused when the router is made, without being shown."""

from typing import Any

import pytest

from interlock import ConfigError, Router, StoreError
from interlock.types.health import ShareCall
from interlock_redis.address import Address, address_of


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://cache", Address(host="cache")),
        ("redis://127.0.0.1:6380/2", Address(host="127.0.0.1", port=6380, database=2)),
        ("valkey://:p%40ss@cache/", Address(host="cache", password="p@ss")),
        ("rediss://me:secret@cache", Address(host="cache", tls=True, username="me", password="secret")),
        ("valkeys://[::1]:7000/0?prefix=ours", Address(host="::1", port=7000, tls=True, prefix="ours")),
    ],
)
def test_what_an_address_means(url: str, address: Address) -> None:
    assert address_of(ShareCall(url=url)) == address


def test_a_password_does_not_print() -> None:
    call = ShareCall(url="redis://:secret@cache")
    assert "secret" not in repr(call) + repr(address_of(call))


@pytest.mark.parametrize(
    ("url", "saying"),
    [
        ("redis://", "names no host"),
        ("redis://:secret@cache:port", "cannot be read"),
        ("redis://:secret@cache/first", "its path is a number"),
        ("redis://:secret@cache?timeout=3", "an option 'timeout'; the only one is prefix"),
        ("redis://:secret@cache?prefix=", "prefix is no name"),
        ("redis://:secret@cache?prefix={a}", "prefix is no name"),
    ],
)
def test_what_cannot_be_used_is_refused(url: str, saying: str) -> None:
    with pytest.raises(StoreError, match=saying) as refused:
        address_of(ShareCall(url=url))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "saying"),
    [
        ("redis://:secret@cache/first", "its path is a number"),
        ("redos://:secret@cache", "no plugin shares health through 'redos'; .* Did you mean 'redis'?"),
        ("somewhere", "expected an address such as redis://"),
    ],
)
def test_a_router_is_not_made_with_it(url: str, saying: str) -> None:
    config: dict[str, Any] = {"health": {"shared": url}}
    with pytest.raises(ConfigError, match=saying) as refused:
        Router.from_config(config)
    assert refused.value.key == "health.shared"
    assert "secret" not in str(refused.value)


def test_the_plugin_to_install_is_named() -> None:
    config = {"health": {"shared": "valkey://:secret@cache"}, "plugins": {"disabled": ["redis"]}}
    with pytest.raises(ConfigError, match="through valkey; install interlock-redis") as refused:
        Router.from_config(config)
    assert "secret" not in str(refused.value)
