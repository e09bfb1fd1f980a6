"""Interlock's fixtures for pytest.

A package beside `interlock`, because pytest imports this module at every start, in projects that never touch
Interlock too, and before coverage begins to measure. So nothing of `interlock` is imported until a fixture is used.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from interlock.testing import FakeClock, ScriptedProvider, Upstream


@pytest.fixture
def scripted_provider() -> "Iterator[Callable[..., ScriptedProvider]]":
    """Makes scripted providers; at the end of the test, a step that nobody used fails it."""
    from interlock.testing import ScriptedProvider  # noqa: PLC0415 - see the module's docstring

    made: list[ScriptedProvider] = []

    def make(*steps: Any, **options: Any) -> ScriptedProvider:
        made.append(ScriptedProvider(*steps, **options))
        return made[-1]

    yield make
    for provider in made:
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
