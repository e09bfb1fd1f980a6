"""Routes that were learned: a file that names its evidence, behind the user's own rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from interlock import ConfigError, Router
from interlock.testing import scripted_router

ROUTES = """
format: interlock-routes/1
source: {table: marked.csv, prompts: 240}
routes:
  code_generation: [b, scripted/a]
  conversational: [a, b]
  quantitative: [b]
evidence:
  code_generation:
    {id: 3fa9c1, measured: 2026-11-30, n: 120, over: scripted/a, gain: 0.042, low: 0.011, high: 0.07}
  conversational: {id: 77d0b2, measured: "2026-11-30", n: 1, stale: a is older now}
"""


def learned(folder: Path, text: str = ROUTES, **settings: Any) -> Router:
    path = folder / "routes.yaml"
    path.write_text(text, encoding="utf-8")
    return scripted_router({"a": [], "b": []}, learned_routes=str(path), **settings)


def first(router: Router, task: str) -> tuple[str, tuple[str, ...]]:
    candidate = router.decide("x", task=task).shortlist[0]
    return candidate.deployment, candidate.reasons


def test_a_learned_row_goes_before_the_catalogs_and_names_its_evidence(tmp_path: Path) -> None:
    router = learned(tmp_path)
    assert first(router, "code_generation") == (
        "b",
        (
            "primary for code_generation",
            "learned 2026-11-30: +4.2 points [+1.1, +7.0] over scripted/a on 120 prompts (3fa9c1)",
        ),
    )
    assert router.decide("x", task="code_generation").reason == "primary_optimal"
    assert first(router, "conversational") == (
        "a",
        (
            "primary for conversational",
            "learned 2026-11-30: nothing was known to be better on 1 prompt (77d0b2); stale: a is older now",
        ),
    )
    assert first(router, "quantitative") == ("b", ("primary for quantitative",))
    assert router.decide("x", task="creative_content").shortlist[0].reasons[0].startswith("allowed")


def test_a_row_of_the_users_own_goes_before_what_was_learned(tmp_path: Path) -> None:
    router = learned(tmp_path, routes={"code_generation": ["a"]})
    assert first(router, "code_generation") == ("a", ("primary for code_generation",))


def test_what_was_learned_is_part_of_what_decides(tmp_path: Path) -> None:
    digest = learned(tmp_path).digest
    assert learned(tmp_path, ROUTES.replace("n: 120", "n: 121")).digest == digest, "it routes the same"
    assert learned(tmp_path, ROUTES.replace("[b, scripted/a]", "[a]")).digest != digest


def test_a_recorded_decision_says_the_same_again(tmp_path: Path) -> None:
    router = learned(tmp_path)
    decision = router.decide("x", task="code_generation")
    assert router.decide("x", task="code_generation") == decision


@pytest.mark.parametrize(
    ("changed", "key", "line", "told"),
    [
        (("code_generation", "code_generatoin"), "routes.code_generatoin", 5, "'code_generation'"),
        (("[b, scripted/a]", "[b, scripted/c]"), "routes.code_generation.1", 5, "neither a model nor"),
        (("[b, scripted/a]", "[]"), "routes.code_generation", 5, "the list is empty"),
        (("routes/1", "routes/2"), "format", 2, "interlock-routes/1"),
        (("low: 0.011", "low: 0.05"), "evidence.code_generation.gain", 10, "between `low` and `high`"),
        (("gain: 0.042", "gain: .nan"), "evidence.code_generation.gain", 10, "number"),
        (("n: 120", "n: -3"), "evidence.code_generation.n", 10, "1"),
        (("over: scripted/a, ", ""), "evidence.code_generation.gain", 10, "compared with"),
        (
            ("measured: 2026-11-30", "measured: 30.11.2026"),
            "evidence.code_generation.measured",
            10,
            "2026-11-30",
        ),
        (("  conversational: {", "  creative_content: {"), "evidence.creative_content", 11, "no such task"),
        (("stale:", "stail:"), "evidence.conversational.stail", 11, "'stale'"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_line(
    tmp_path: Path, changed: tuple[str, str], key: str, line: int, told: str
) -> None:
    assert changed[0] in ROUTES
    with pytest.raises(ConfigError) as caught:
        learned(tmp_path, ROUTES.replace(*changed))
    assert (caught.value.key, caught.value.line) == (key, line)
    assert told in str(caught.value)
    assert "routes.yaml" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a", "routes: 3", "{", "routes: {}\nformat: interlock-routes/1"])
def test_what_is_no_such_file_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"routes\.yaml"):
        learned(tmp_path, text)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(ConfigError, match="there is no such file; `learned_routes` names it"):
        scripted_router({"a": []}, learned_routes="nowhere.yaml")


def test_a_relative_path_begins_where_the_configuration_is(tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "routes.yaml").write_text(
        json.dumps({"format": "interlock-routes/1", "routes": {"quantitative": ["second"]}})
    )
    deployments = [
        {"id": name, "model": "zhipu/glm-5.2", "provider": "zhipu", "api_key": "k"}
        for name in ("first", "second")
    ]
    config = {"deployments": deployments, "learned_routes": "routes.yaml"}
    (folder / "interlock.yaml").write_text(json.dumps(config))
    monkeypatch.chdir(tmp_path)
    router = Router.from_config("service/interlock.yaml")
    assert router.decide("x", task="quantitative").shortlist[0].deployment == "second"


def test_a_task_of_ones_own_that_the_configuration_names_may_have_a_learned_row(tmp_path: Path) -> None:
    path = tmp_path / "routes.yaml"
    path.write_text("format: interlock-routes/1\nroutes: {review: [b, a]}\n")
    settings = {"learned_routes": str(path)}
    with scripted_router({"a": [], "b": []}, tasks=["review"], **settings) as router:
        decision = router.decide("Look at this.", task="review")
        assert (decision.task, decision.shortlist[0].deployment) == ("review", "b")
    with pytest.raises(ConfigError, match="'review' is no task"):
        scripted_router({"a": [], "b": []}, **settings)
    with pytest.raises(ConfigError, match=r"tasks\.0: 'quantitative' is a task of Interlock's own already"):
        scripted_router({"a": []}, tasks=["quantitative"])
