"""What a cascade is worth, told by a file, and refused where that is too little."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from interlock import ConfigError, Router
from interlock.testing import scripted_router

GOOD: dict[str, Any] = {
    "format": "interlock-calibration/1",
    "task": "quantitative",
    "steps": ["scripted/a", "scripted/b"],
    "signal": "logprobs",
    "threshold": 0.8,
    "n": 412,
    "w01": 0.21,
    "w10": 0.05,
    "q": 0.88,
    "q_low": 0.84,
    "q_high": 0.91,
    "measured": "2026-11-30",
}


def calibrated(folder: Path, *, under: str = "quantitative", cascade: Any = None, **changes: Any) -> Router:
    path = folder / "measured.json"
    path.write_text(
        json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not None})
    )
    given = {"steps": ["a", "scripted/b"], "signal": "logprobs", "calibration": str(path), **(cascade or {})}
    return scripted_router({"a": [], "b": ["Yes"]}, cascades={under: given})


def test_a_calibration_gives_the_threshold_and_the_record_says_so(tmp_path: Path, caplog: Any) -> None:
    router = calibrated(tmp_path)
    rules = router.wiring.engine.cascades.of("quantitative")  # type: ignore[union-attr]  # there is one
    assert rules is not None
    assert (rules.threshold, rules.calibrated) == (0.8, True)
    response = router.complete_sync("Which?", task="quantitative", model="b")
    assert response.cascade is not None
    assert not response.cascade.calibrated, "of the steps that were measured, one was left out"
    assert not caplog.records


def test_a_signal_that_may_be_worth_too_little_is_refused_in_numbers(tmp_path: Path) -> None:
    told = r"right side in 82% .*interval 76% to 88%; 412 prompts.* q\* = \(w01\) / \(w01 \+ w10\) = 81%"
    with pytest.raises(ConfigError, match=told) as caught:
        calibrated(tmp_path, q=0.82, q_low=0.76, q_high=0.88)
    assert caught.value.key == "cascades.quantitative.calibration"


@pytest.mark.parametrize(
    ("changes", "cascade", "told"),
    [
        ({"task": "conversational"}, {}, "of the task conversational"),
        ({"signal": "agreement"}, {}, "its signal is agreement"),
        ({}, {"threshold": 0.9}, "its threshold is 0.8"),
        ({"steps": ["scripted/a", "scripted/c"]}, {}, "its steps are scripted/a, scripted/c"),
        ({"steps": ["scripted/b", "scripted/a"]}, {}, "its steps are"),
        ({"q": None}, {}, "no calibration: q: is missing"),
        ({"format": "interlock-calibration/9"}, {}, "format: expected"),
        ({"treshold": 1}, {}, "no such key.*threshold"),
        ({}, {"calibration": "nowhere.json"}, "cannot be read"),
        ({}, {"steps": []}, "needs steps"),
        ({}, {"signal": "schema"}, "nothing to calibrate"),
    ],
)
def test_a_file_that_says_nothing_of_this_cascade_is_refused(
    changes: Any, cascade: Any, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=told):
        calibrated(tmp_path, cascade=cascade, **changes)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for content in (b"", b"\xff", b"[" * 70_000, b"{" + b" " * 70_000, b'{"q": 1, "q": 2}'):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match="no calibration"):
            calibrated(tmp_path, cascade={"calibration": str(path)})


def test_one_task_is_not_every_task(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="default is every task's"):
        calibrated(tmp_path, under="default")


def test_a_relative_path_begins_at_the_configurations_folder(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "measured.json").write_text(json.dumps({**GOOD, "steps": ["openai/gpt-5.5"] * 2}))
    (tmp_path / "there" / "interlock.yaml").write_text(
        "deployments:\n  - {id: a, model: openai/gpt-5.5, provider: openai, api_key: x}\n"
        "cascades:\n  quantitative: {steps: [a, a], signal: logprobs, calibration: measured.json}\n"
    )
    monkeypatch.chdir(tmp_path)
    assert (
        Router.from_config("there/interlock.yaml").wiring.offers.options["cascades"]["quantitative"].n == 412
    )


def test_what_nobody_has_measured_is_said_once_at_the_start(caplog: Any) -> None:
    steps = {"steps": ["a", "b"]}
    tuned = {**steps, "signal": "logprobs", "threshold": 0.5}
    with caplog.at_level(logging.WARNING):
        scripted_router({"a": [], "b": []}, cascades={"default": steps, "quantitative": tuned})
    [record] = caplog.records
    assert "uncalibrated cascades: quantitative." in record.getMessage()


def test_another_measurement_makes_another_router(tmp_path: Path) -> None:
    digests = {calibrated(tmp_path, **changes).digest for changes in ({}, {"threshold": 0.9}, {})}
    assert len(digests) == 2
