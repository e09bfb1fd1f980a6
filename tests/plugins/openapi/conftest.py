"""A document of ours, the service that it describes, and routers with a connector to it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock import Router
from interlock.testing import Upstream, scripted_router
from openapi_documents import KEY


@pytest.fixture
def router_of(tmp_path: Path) -> Iterator[Callable[..., Router]]:
    """Makes a router whose connector `things` reads this document and is sent to this service."""
    made: list[Router] = []

    def make(root: dict[str, Any], service: Upstream, more: Any = None, **options: Any) -> Router:
        path = tmp_path / f"document-{len(made)}.json"
        path.write_text(json.dumps(root))
        more = dict(more or {})
        scripts = {"model": more.pop("script", [])}
        there = {"id": "things", "connector": "openapi", "base_url": service.url, "region": "local"}
        there |= {"api_key": KEY, "options": {"document": str(path), **options}}
        made.append(scripted_router(scripts, connectors=[there], **more))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()
