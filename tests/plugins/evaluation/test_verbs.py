import json

import pytest

from interlock.testing import scripted_router
from interlock.types.calibrations import calibration_from_plain
from outcome_tables import invoke


@pytest.fixture
def marked(tmp_path):
    """Three models that are right about three of four prompts each, and never wrong together."""
    path = tmp_path / "marked.jsonl"
    wrong = {"small": 0, "large": 1, "best": 2}
    path.write_text(
        "\n".join(
            json.dumps(
                {
                    "prompt": at,
                    "model": model,
                    "correct": at % 4 != place,
                    "answer": "B" if at % 4 != place else model,
                    "cost": 10 if model == "best" else 1,
                }
            )
            for at in range(1200)
            for model, place in wrong.items()
        ),
        encoding="utf-8",
    )
    return path


def test_a_cascade_that_may_be_used_is_said_to_be(marked):
    done = invoke("eval", "cascade", marked, "--cheap", "small", "--cheap", "large", "--best", "best")
    assert done.exit_code == 0
    assert "It may be used." in done.stderr
    assert "q*" in done.stdout


def test_a_cascade_that_is_refused_ends_with_one(marked):
    marked.write_text("\n".join(marked.read_text("utf-8").split("\n")[:300]), encoding="utf-8")
    done = invoke("eval", "cascade", marked, "--cheap", "small", "--cheap", "large", "--best", "best")
    assert done.exit_code == 1
    assert "Not to be used: 100 prompts are too few" in done.stderr


def test_a_panel_that_gains_is_printed_for_the_configuration(marked):
    done = invoke("eval", "panel", marked, "--name", "contracts")
    assert done.exit_code == 0
    assert "ensembles:\n  contracts:\n    mode: vote\n    members:\n" in done.stdout


def test_figures_come_as_json(marked):
    done = invoke("eval", "panel", marked, "--json")
    assert json.loads(done.stdout)["gain"]["low"] > 0
    done = invoke(
        "eval", "cascade", marked, "--cheap", "small", "--cheap", "large", "--best", "best", "--json"
    )
    assert json.loads(done.stdout)["q"]["value"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cheap", "smal", "--best", "best"), "Did you mean 'small'?"),
        (("--cheap", "small", "--best", "pest"), "--best"),
        (("--cheap", "small", "--best", "best"), "two cheap models"),
        (("--cheap", "small", "--best", "best", "--signal", "luck"), "agreement, confidence, verifier"),
        (("--cheap", "small", "--best", "best", "--signal", "verifier"), "accepted is missing"),
    ],
)
def test_wrong_usage_is_said_in_a_line_and_ends_with_two(marked, arguments, said):
    done = invoke("eval", "cascade", marked, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_a_file_that_is_not_there_is_named(tmp_path):
    done = invoke("eval", "panel", tmp_path / "none.csv")
    assert done.exit_code == 2
    assert "none.csv" in done.stderr


CASCADE = ("--cheap", "small", "--cheap", "large", "--best", "best")


def test_what_was_measured_is_written_for_the_cascade_that_it_is_of(marked, tmp_path):
    path = tmp_path / "measured.json"
    done = invoke("eval", "cascade", marked, *CASCADE, "--task", "quantitative", "--write", path)
    assert (done.exit_code, "Written" in done.stderr) == (0, True)
    found = calibration_from_plain(json.loads(path.read_text("utf-8")))
    assert (found.steps, found.signal, found.threshold) == (("small", "large", "best"), "agreement", None)
    assert (found.n, found.w01, found.w10) == (1200, 0.25, 0.25)
    scripts = {name: [] for name in found.steps}
    cascade = {"steps": list(scripts), "signal": "agreement", "calibration": str(path)}
    router = scripted_router(scripts, cascades={"quantitative": cascade})
    assert router.wiring.engine.cascades.of("quantitative").calibrated


def test_nothing_is_written_of_a_cascade_that_is_refused(marked, tmp_path):
    marked.write_text("\n".join(marked.read_text("utf-8").split("\n")[:300]), encoding="utf-8")
    path = tmp_path / "measured.json"
    assert invoke("eval", "cascade", marked, *CASCADE, "--task", "x", "--write", path).exit_code == 1
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [(("--write", "x.json"), "--task"), (("--task", "x", "--write", "nowhere/x.json"), "cannot be written")],
)
def test_what_cannot_be_written_is_said(marked, options, told):
    done = invoke("eval", "cascade", marked, *CASCADE, *options)
    assert done.exit_code == 2
    assert told in done.stderr
