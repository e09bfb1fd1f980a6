"""The judge on the page for plugin authors: by the kit's rules, and over real sockets."""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from interlock import Response, Router
from interlock.fencing import read_fences
from interlock.testing import ArbiterConformance, Received, Reply, Upstream, rules_of

PAGE = (Path(__file__).parents[2] / "docs" / "write-a-plugin.md").read_text("utf-8")
SAID = {"short": "No.", "long": "No, because it rains.", "middle": "No, it rains."}


def plugin() -> ModuleType:
    (code,) = [
        each
        for each in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        if "class Judge" in each
    ]
    module = ModuleType("judge_of_the_page")
    exec(compile(code, "judge", "exec"), vars(module))
    return module


class Kit(ArbiterConformance):
    def __init__(self) -> None:
        self.arbiter = plugin().Judge()


@pytest.mark.parametrize("rule", rules_of(ArbiterConformance))
def test_it_keeps_the_rules(rule: str) -> None:
    getattr(Kit(), rule)()


def longer(answers: list[str]) -> int:
    return 1 + answers.index(max(answers, key=len))


def vendor(judge: Any) -> Any:
    def reply(received: Received) -> Reply:
        asked = received.json()
        said = SAID.get(asked["model"])
        if said is None:
            told = asked["messages"][-1]["content"]
            assert not any(name in told for name in ("test/", "short", "middle"))
            answers = list(read_fences(told).pieces.values())
            said = json.dumps({"better": judge(answers)})
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        head = {"id": "1", "object": "chat.completion", "created": 1, "model": asked["model"]}
        return Reply.json(head | {"choices": [choice]})

    return reply


def ask(judge: Any, **options: Any) -> tuple[Response, Upstream]:
    with Upstream(always=vendor(judge)) as upstream:
        part = {"provider": "openai-compatible", "base_url": f"{upstream.url}/v1", "region": "local"}
        names = (*SAID, "judge")
        source = {
            "deployments": [part | {"id": each, "model": f"test/{each}", "name": each} for each in names],
            "models": {
                "cards": [{"id": f"test/{each}", "maker": "test", "jurisdiction": "us"} for each in names]
            },
            "ensembles": {"x": {"members": [*SAID], "mode": "judge_pairs", "arbiter": "test/judge"}},
        }
        with Router.from_config(source, plugins=[plugin()]) as router:
            return router.complete_sync("Is it dry?", ensemble="x", **options), upstream


def test_what_wins_in_both_orders_is_chosen() -> None:
    response, upstream = ask(longer)
    verdict = response.verdict
    assert verdict is not None
    assert response.text == SAID["long"]
    assert (verdict.contested, verdict.flags) == (False, ())
    assert verdict.scores == {"A": 0.0, "B": 2.0, "C": 1.0}
    roles = [each.role for each in response.record.attempts]
    assert (roles.count("member"), roles.count("arbiter")) == (3, 6)
    assert len(upstream.requests) == 9


@pytest.mark.parametrize("place", [1, 2])
def test_a_judge_that_goes_by_the_place_decides_nothing(place: int) -> None:
    response, _ = ask(lambda _: place)
    verdict = response.verdict
    assert verdict is not None
    assert (verdict.contested, verdict.flags, verdict.chosen) == (True, ("split",), ("A",))
