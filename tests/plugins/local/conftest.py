"""Calls to the real model on this machine; one server for the whole session."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from interlock.http import HttpClient, Permit
from interlock.protocols import Call
from interlock.types.models import Deployment
from interlock.types.request import Request, Settings
from interlock_local import CARD, LocalProvider


@pytest.fixture
def provider() -> LocalProvider:
    return LocalProvider()


@pytest.fixture
async def ask() -> AsyncIterator[Callable[..., Call]]:
    http = HttpClient()

    def call(request: Any, *, name: str = "smollm2-135m", **fields: Any) -> Call:
        settings = {"max_tokens": 24, "temperature": 0, "seed": 1} | fields.pop("settings", {})
        return Call(
            request=Request(request, settings=Settings(**settings), **fields),
            deployment=Deployment(id="here", card=CARD, provider="local", region="local", name=name),
            permit=Permit(deployment="here", origin=None),
            http=http,
        )

    yield call
    await http.aclose()
