"""Ensembles and the router itself beside models, in a report: what they are called and drawn as."""

import csv
import io

import pytest

from interlock_evaluation.reporting import Figures, cost_and_quality, figures_of, report_of, tidy
from reported_runs import MODELS, reported

NAMES = {"ensemble:contracts": "contracts (ensemble)", "auto": "auto (router's choice)"}


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of(reported(40))


def test_tables_say_what_is_an_ensemble_and_what_the_router(figures: Figures) -> None:
    written = report_of(figures, reported(1).run).markdown()
    for asked, name in NAMES.items():
        assert name in written
        assert asked not in written.replace(name, "")
    assert {each.model: each.kind for each in figures.models} == {
        **dict.fromkeys(MODELS, "model"),
        "ensemble:contracts": "ensemble",
        "auto": "router",
    }


def test_pictures_have_a_mark_for_each_kind_and_a_legend(figures: Figures) -> None:
    drawn = cost_and_quality(figures)
    assert drawn is not None
    shapes = {each.label: each.shape for each in drawn.points}
    assert [shapes[each] for each in ("north/teller", *NAMES.values())] == ["dot", "hexagon", "star"]
    said = dict(drawn.kinds)
    assert len(said) == len(drawn.kinds), "no two kinds have the same shape"
    assert (said["hexagon"], said["star"]) == ("an ensemble of several", "the router, with its own choice")
    page = report_of(figures, reported(1).run).html()
    for shape in ("hexagon", "star"):
        drawn_so = page.count(f'class="mark {shape}"')
        assert drawn_so >= 4, "wide and narrow, in the legend, and among the dots"


def test_the_router_stands_beside_the_best_alone_a_choice_by_length_routes_and_the_oracle(
    figures: Figures,
) -> None:
    drawn = cost_and_quality(figures)
    assert drawn is not None
    assert {each.label for each in drawn.points} >= {
        NAMES["auto"],
        "The best model alone",
        "By length alone",
        "Routes by task, with a gate",
        "The best for each prompt",
    }
    assert figures.routing is not None
    assert set(figures.routing.models) == set(MODELS) - set(NAMES), "no route could name the others"


def test_other_programs_have_names_as_runs_take_them(figures: Figures) -> None:
    rows = list(csv.DictReader(io.StringIO(tidy(figures))))
    assert {each["model"] for each in rows if each["level"] == "run"} == set(MODELS)
