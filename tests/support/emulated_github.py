"""Fixtures of an account that the package `emulate` stands in for, for the conftest that wants them."""

from collections.abc import Iterator

import pytest
from repository import SEED, Account, GitHubProxy

from emulators import emulate


@pytest.fixture(scope="session")
def emulated() -> Iterator[str]:
    """Its address; one for the session of a process, so that tests make issues and branches of their own."""
    with emulate("github", SEED, ready="/zen") as emulator:
        yield emulator.url


@pytest.fixture
def proxy(emulated: str) -> Iterator[GitHubProxy]:
    with GitHubProxy(emulated) as proxy:
        yield proxy


@pytest.fixture
def account(emulated: str) -> Account:
    """The account as it really is, seen past the proxy."""
    return Account(emulated)
