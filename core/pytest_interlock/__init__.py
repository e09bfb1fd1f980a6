"""Interlock's fixtures for pytest.

A package beside `interlock`, because pytest imports this module at every start, in projects that never touch
Interlock too, and before coverage begins to measure. So `interlock` is imported where a fixture needs it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from interlock.router import Router
    from interlock.testing import FakeClock, ScriptedProvider, Upstream


@pytest.fixture
def scripted_provider() -> "Iterator[Callable[..., ScriptedProvider]]":
    """Makes scripted providers. When the test ends, their `assert_done` runs."""
    from interlock.testing import ScriptedProvider  # noqa: PLC0415 - see the module's docstring

    made: list[ScriptedProvider] = []

    def make(*arguments: Any, **options: Any) -> "ScriptedProvider":
        made.append(ScriptedProvider(*arguments, **options))
        return made[-1]

    yield make
    for provider in made:
        provider.assert_done()


@pytest.fixture
def scripted_router() -> "Iterator[Callable[..., Router]]":
    """Makes routers over scripted providers. When the test ends, they close, and every script is checked."""
    from interlock import testing  # noqa: PLC0415 - see the module's docstring

    made: list[Router] = []

    def make(*arguments: Any, **options: Any) -> "Router":
        made.append(testing.scripted_router(*arguments, **options))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()
    for provider in (provider for router in made for provider in testing.scripted_providers(router)):
        provider.assert_done()


@pytest.fixture
def fake_clock() -> "FakeClock":
    """A clock that stands still until the test moves it."""
    from interlock.testing import FakeClock  # noqa: PLC0415 - see the module's docstring

    return FakeClock()


@pytest.fixture
def loopback_upstream() -> "Iterator[Upstream]":
    """A scripted HTTP server on 127.0.0.1."""
    from interlock.testing import Upstream  # noqa: PLC0415 - see the module's docstring

    with Upstream() as upstream:
        yield upstream
