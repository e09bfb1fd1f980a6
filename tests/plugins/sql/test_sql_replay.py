"""`interlock replay` over what either database keeps: what would have changed, and at what cost."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from interlock import AllAttemptsFailed, Router, Unavailable
from interlock.cli.app import app
from interlock.testing import Received, Reply, Upstream
from interlock.types.stores import StoreCall

PRICES = {"dear": 10.0, "cheap": 1.0}


@pytest.fixture
def vendor() -> Iterator[Upstream]:
    def answer(received: Received) -> Reply:
        if b"fail" in received.body:
            return Reply.json({"error": {"message": "out of order"}}, status=500)
        usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        choice = {"index": 0, "message": {"content": "Hello."}, "finish_reason": "stop"}
        return Reply.json(
            {"id": "c1", "model": received.json()["model"], "choices": [choice], "usage": usage}
        )

    with Upstream(always=answer) as upstream:
        yield upstream


def configuration(url: str, records: str, *order: str, **more: Any) -> dict[str, Any]:
    deployments = [
        {"id": name, "model": f"maker/{name}", "provider": "openai-compatible", "region": "eu"}
        | {"base_url": f"{url}/v1", "api_key": "a-key", "name": name}
        for name in ("dear", "cheap")
    ]
    models = [
        {
            "id": f"maker/{name}",
            "maker": "maker",
            "jurisdiction": "us",
            "price": {"input": price, "output": 0},
        }
        for name, price in PRICES.items()
    ]
    routes = {"conversational": list(order)}
    fixed = {"deployments": deployments, "models": models, "routes": routes, "retries": {"max": 0}}
    return {**fixed, "records": records, "health": {"error_rate": 1.0}} | more


@pytest.fixture
def kept(place: StoreCall, vendor: Upstream, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Three answered calls and a failed one are recorded; replays them under a changed configuration."""
    monkeypatch.chdir(place.folder)
    ours = configuration(vendor.url, place.url, "dear", "cheap")
    Path("interlock.yaml").write_text(json.dumps(ours))
    with Router.from_config("interlock.yaml") as router:
        for _ in range(3):
            router.complete_sync("Hello, how are you?")
        with pytest.raises((AllAttemptsFailed, Unavailable)):
            router.complete_sync("Hello, please fail.")
    asked = len(vendor.requests)

    def replay(*order: str, **more: Any) -> Any:
        Path("other.yaml").write_text(json.dumps(configuration(vendor.url, place.url, *order, **more)))
        result = CliRunner().invoke(app, ["replay", "--json", "--config", "other.yaml"])
        assert result.exit_code == 0, result.output
        assert len(vendor.requests) == asked, "nobody is called"
        return json.loads(result.stdout)

    return replay


def test_the_same_configuration_changes_nothing(kept: Callable[..., Any]) -> None:
    told = kept("dear", "cheap")
    assert (told["decisions"], told["same"], told["moves"]) == (4, 4, [])
    # The failed call costs nothing either way; under another first deployment nobody would know.
    assert told["cost"] == {"then": pytest.approx(0.03), "now": pytest.approx(0.03), "calls": 4}


def test_a_cheaper_order_says_what_moves_and_what_it_saves(kept: Callable[..., Any]) -> None:
    told = kept("cheap", "dear")
    assert (told["decisions"], told["moved"]) == (4, 4)
    [move] = told["moves"]
    assert (move["from"], move["to"], move["calls"]) == ("dear", "cheap", 4)
    assert move["why"] == "cheap: primary for conversational"
    # A thousand tokens each, at ten dollars a million and at one.
    assert told["cost"] == {"then": pytest.approx(0.03), "now": pytest.approx(0.003), "calls": 3}


def test_a_stricter_rule_says_what_nobody_may_serve(kept: Callable[..., Any]) -> None:
    told = kept("dear", "cheap", constraints={"residency": ["us"]})
    assert told["excluded"] == 4
    assert [(move["from"], move["to"], move["calls"]) for move in told["moves"]] == [("dear", None, 4)]
    assert "the residency allows us only" in told["moves"][0]["why"]
