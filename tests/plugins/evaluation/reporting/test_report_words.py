"""Routes refined by words, in a report: shown where enough prompts have words, and told why not elsewhere."""

import csv
import io
import json
from dataclasses import asdict, replace

import pytest

from interlock.commands import finite
from interlock_evaluation.learning import fits
from interlock_evaluation.reporting import Figures, cost_and_quality, figures_of, report_of, tidy
from reported_runs import reported

REFINED = "Routes refined by words"
TWO = ("north/teller", "north/adder")


def routing_rows(figures: Figures) -> dict[str, dict[str, str]]:
    rows = [each for each in csv.DictReader(io.StringIO(tidy(figures))) if each["level"] == "routing"]
    return {each["measure"]: each for each in rows if each["model"] == "refined"}


def labels(figures: Figures) -> list[str]:
    drawn = cost_and_quality(figures)
    assert drawn is not None
    return [each.label for each in drawn.points]


@pytest.fixture(scope="module")
def told() -> tuple[Figures, int]:
    """Of 1,000 prompts whose words say which of two models is right, and how often they were learned from."""
    times: list[None] = []
    return figures_of(reported(1_000, TWO), told=lambda: times.append(None)), len(times)


def test_routes_refined_by_words_stand_beside_the_others(told: tuple[Figures, int]) -> None:
    figures, times = told
    assert times == fits("quality")
    assert figures.unrefined == ""
    assert figures.routing is not None
    assert figures.routing.refined is not None
    assert figures.routing.refined.used
    assert REFINED in labels(figures)
    written = report_of(figures, reported(1).run).markdown()
    assert written.count(f"| {REFINED} |") == 3, "gains, cost against quality, and choices"
    assert "Words add +" in written
    assert "Not refined by words" not in written


def test_other_programs_have_what_words_add_without_what_was_learned(told: tuple[Figures, int]) -> None:
    figures, _ = told
    assert figures.routing is not None
    assert figures.routing.refinement is None
    data = json.loads(json.dumps(finite(asdict(figures))))
    assert data["routing"]["refined"]["used"] is True
    assert data["routing"]["estimates"]["refined"]["prompts"] == 1_000
    rows = routing_rows(figures)
    assert set(rows) == {"quality", "gain", "cost", "over routes"}
    assert rows["over routes"]["said"] == "used"
    assert float(rows["over routes"]["low"]) > 0


def test_a_judge_whom_nobody_trusts_claims_nothing_of_words(told: tuple[Figures, int]) -> None:
    figures, _ = told
    kept = reported(20, TWO)
    marks = {key: {"rubric": each["exact"]} for key, each in kept.marks.items()}
    judged = figures_of(replace(kept, marks=marks)).judge
    assert judged is not None
    assert not judged.trusted
    assert "Words add" not in report_of(replace(figures, judge=judged), kept.run).markdown()


def test_too_few_prompts_are_not_learned_from_and_the_report_says_so() -> None:
    times: list[None] = []
    kept = reported(999, TWO)
    figures = figures_of(kept, told=lambda: times.append(None))
    assert not times
    assert figures.routing is not None
    assert figures.routing.refined is None
    why = "999 of 999 prompts have words; routes are refined by them from 1,000 on"
    assert figures.unrefined.startswith(why)
    assert f"Not refined by words: {why}" in report_of(figures, kept.run).markdown()
    assert routing_rows(figures)["quality"]["said"].startswith(why)
    assert REFINED not in labels(figures)


def test_words_that_are_to_be_left_out_are_not_learned_from() -> None:
    times: list[None] = []
    kept = reported(1_000, TWO)
    figures = figures_of(kept, words=False, told=lambda: times.append(None))
    assert not times
    assert "Prompts' words were left out." in report_of(figures, kept.run).markdown()


def test_nothing_is_said_of_words_where_there_are_no_routes() -> None:
    kept = reported(6, TWO)
    figures = figures_of(kept)
    assert figures.routing is None
    assert "refined by words" not in report_of(figures, kept.run).markdown()
