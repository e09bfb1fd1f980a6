"""Calls to the real model on this machine; one server for the whole session."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from interlock.http import HttpClient, Permit
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.request import Request, Settings
from interlock_local import CARD, LocalProvider


@pytest.fixture
def provider() -> LocalProvider:
    return LocalProvider()


@pytest.fixture
async def ask() -> AsyncIterator[Callable[..., ProviderCall]]:
    http = HttpClient()

    def call(request: Any, *, name: str = "smollm2-135m", **fields: Any) -> ProviderCall:
        settings = {"max_tokens": 24, "temperature": 0, "seed": 1} | fields.pop("settings", {})
        return ProviderCall(
            request=Request(request, settings=Settings(**settings), **fields),
            deployment=Deployment(id="here", card=CARD, provider="local", region="local", name=name),
            permit=Permit(deployment="here", origin=None),
            http=http,
        )

    yield call
    await http.aclose()
