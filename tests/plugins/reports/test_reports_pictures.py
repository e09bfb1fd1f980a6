"""Pictures: what they show, what stands for them where nothing can be drawn, and numbers of any size."""

import re
from math import isfinite
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import hostile, one_of_each, report
from reading import read

from interlock.errors import RequestError
from interlock_reports import (
    Axis,
    Column,
    Dot,
    Dots,
    Estimate,
    Heat,
    Point,
    Scatter,
    Shade,
    Shape,
    Table,
    Verdict,
    svg,
)
from interlock_reports.scales import decimals_of, scale
from interlock_reports.text import inline

finite = st.floats(allow_nan=False, allow_infinity=False)
WORSE = Verdict(kind="problem", word="worse")
GAP = Verdict(kind="gap", word="cannot tell")


def estimate(value=3.0, low=1.0, high=4.5) -> Estimate:
    return Estimate(value=value, low=low, high=high)


def dots(*rows, **changed) -> Dots:
    return Dots(**({"caption": "C", "label": "Model", "measure": "Mark", "dots": rows} | changed))


def scatter(*places, **changed) -> Scatter:
    points = [Point(label=name, x=Estimate(value=x), y=Estimate(value=y)) for name, x, y in places]
    axes = {"x": Axis(name="Cost", unit="USD", log=True), "y": Axis(name="Mark")}
    return Scatter(**({"caption": "C", "label": "Model", "points": points} | axes | changed))


def heat(*rows, **changed) -> Heat:
    return Heat(**({"caption": "C", "label": "Task", "columns": ["a", "b"], "rows": rows} | changed))


def test_each_dot_stands_on_the_scale_of_all_with_its_figure_in_words():
    page = read(
        report(
            dots(
                Dot(label="a", at=estimate(10, 0, 20), count=1200, verdict=GAP),
                Dot(label="b", at=estimate(100, 90, 100), count=3, verdict=WORSE),
                line=0,
                unit="%",
                counted="Prompts",
                verdicts="Verdict",
            )
        ).html()
    )
    assert [each.text for each in page.all("th")][:4] == ["Model", "Mark (%)", "Prompts", "Verdict"]
    places = [float(each.attributes["cx"].removesuffix("%")) for each in page.all("circle")]
    assert places == pytest.approx([100 * (10 + 3) / 106, 100 * 103 / 106], abs=0.1)
    assert [
        each.all("span")[0].text for each in page.all("td") if "drawn" in each.attributes.get("class", "")
    ][:2] == ["10.0 (0.0 to 20.0)", "100.0 (90.0 to 100.0)"]
    assert len([each for each in page.all("line") if each.attributes["class"] == "zero"]) == 2
    assert [each.text for each in page.all("title")][1:] == [
        "a: 10.0 (0.0 to 20.0)",
        "b: 100.0 (90.0 to 100.0)",
    ]


def test_an_end_that_nobody_knows_is_drawn_otherwise_and_said():
    html = report(dots(Dot(label="a", at=Estimate(value=1, high=2)), Dot(label="b"))).html()
    assert "1.0 (unknown to 2.0)" in html
    assert html.count('class="reach open"') == 1
    assert (
        "unbekannt bis 2,0"
        in report(dots(Dot(label="a", at=Estimate(value=1, high=2))), language="de").html()
    )


def test_a_line_goes_through_those_than_which_none_is_cheaper_and_better():
    block = scatter(
        ("dear", 10, 80), ("cheap", 1, 60), ("dominated", 5, 50), ("middle", 2, 70), best="Foremost"
    )
    assert [each.label for each in block.foremost] == ["cheap", "middle", "dear"]
    page = read(report(block).html())
    rows = {each.all("th")[0].text: each.all("td")[-1].text for each in page.all("tbody")[0].all("tr")}
    assert rows == {"dear": "✓\u00a0yes", "cheap": "✓\u00a0yes", "dominated": "—", "middle": "✓\u00a0yes"}
    assert {each.text for each in page.all("text")} >= {
        "dear",
        "cheap",
        "dominated",
        "middle",
        "Cost, USD",
        "Mark",
    }


def test_the_legend_says_once_what_each_shape_is_one_of():
    one, other = (Estimate(value=each) for each in (1, 2))
    block = scatter(
        points=[
            Point(label="a", x=one, y=one, kind="a <model>"),
            Point(label="b", x=other, y=one, kind="a <model>"),
            Point(label="c", x=one, y=other, shape="star", kind="the router"),
            Point(label="d", x=other, y=other, shape="square"),
        ]
    )
    page = read(report(block).html())
    (legend,) = (each for each in page.all("ul") if each.attributes.get("class") == "legend")
    assert [each.text.strip() for each in legend.all("li")] == ["a <model>", "the router"]
    assert [each.attributes["class"] for each in legend.all("path")] == ["mark dot", "mark star"]
    assert 'class="legend"' not in report(scatter(("a", 1, 2))).html()


def test_a_dot_of_another_shape_stands_where_a_round_one_would():
    rows = [Dot(label=each, at=estimate(), shape=each) for each in ("dot", "star", "hexagon")]
    page = read(report(dots(*rows, Dot(label="far", at=estimate(9, 8, 10)))).html())
    (round_one, _) = (each.attributes["cx"] for each in page.all("circle"))
    spots = [each for each in page.all("svg") if "x" in each.attributes]
    assert [each.attributes["x"] for each in spots] == [round_one] * 2
    assert [each.all("path")[0].attributes["class"] for each in spots] == ["mark star", "mark hexagon"]


def test_every_shape_is_drawn_otherwise():
    shapes = get_args(Shape)
    points = [Point(label=each, x=estimate(), y=estimate(), shape=each) for each in shapes]
    page = read(svg(scatter(points=points)))
    marks = [each for each in page.all("path") if each.attributes["class"].startswith("mark ")]
    outlines = {each.attributes["d"] for each in marks}
    assert len(marks) == len(shapes)
    assert len(outlines) == len(shapes) - 1, "a ring is a dot that is not filled"


def test_a_name_does_not_lie_on_the_line_of_the_best_where_there_is_room():
    block = scatter(("some-model", 1, 10), ("other", 9, 90), best="Foremost")
    page = read(svg(block))
    (mark, _) = (each for each in page.all("path") if each.attributes["class"] == "mark dot")
    at = float(re.match(r"M[\d.]+ ([\d.]+)", mark.attributes["d"]).group(1))
    (name, _) = (each for each in page.all("text") if each.attributes.get("class") == "name")
    to_the_left = name.attributes["text-anchor"] == "end"
    assert to_the_left or abs(float(name.attributes["y"]) - 4 - at) > 6


def test_a_picture_is_told_to_whoever_does_not_see_it():
    page = read(report(scatter(("a", 1, 2), says="Mark against cost of a.")).html())
    for drawn in (each for each in page.all("svg") if each.attributes.get("role") == "img"):
        ids = {each.attributes.get("id"): each.text for each in drawn.all("title", "desc")}
        assert ids[drawn.attributes["aria-labelledby"]] == "C"
        assert ids[drawn.attributes["aria-describedby"]] == "Mark against cost of a."
    hidden = [each for each in page.all("svg") if each.attributes.get("role") != "img"]
    assert all(each.attributes["aria-hidden"] == "true" for each in hidden)


def test_names_do_not_cover_one_another_where_there_is_room():
    block = scatter(*((f"model-{at}", 1 + at % 3, 50 + at // 3) for at in range(9)))
    page = read(report(block).html())
    (wide, _) = [each for each in page.all("svg") if each.attributes.get("role") == "img"]
    names = [each for each in wide.all("text") if each.attributes.get("class") == "name"]
    spots = [(float(each.attributes["x"]), float(each.attributes["y"])) for each in names]
    for at, (x, y) in enumerate(spots):
        assert all(abs(y - other_y) >= 12 or abs(x - other_x) >= 40 for other_x, other_y in spots[:at])


def test_a_shaded_cell_says_its_value_its_count_and_what_follows_without_its_colour():
    rows = ("code", [Shade(at=estimate(), count=5, verdict=GAP, faint=True), None])
    page = read(report(heat(rows, counted="prompts", fainted="fewer than 8 prompts")).html())
    cell, empty = page.all("td")[:2]
    assert (cell.text, empty.text) == ("3.0 ○cannot tell1.0 to 4.55 prompts", "—")
    assert "faint" in cell.attributes["class"]
    legend = page.all("ul")[0].text
    assert "fewer than 8 prompts" in legend
    assert "cannot tell" in legend


def test_shades_go_from_the_least_to_the_most_or_as_the_scale_says():
    rows = ("t", [Shade(at=Estimate(value=0)), Shade(at=Estimate(value=50))])
    assert re.findall(r'class="shade-(\d)"', report(heat(rows)).html()) == ["1", "8"]
    assert re.findall(r'class="shade-(\d)"', report(heat(rows, scale=(0, 100))).html()) == ["1", "5"]


def test_markdown_has_the_figures_as_tables():
    written = report(
        dots(
            Dot(label="a", at=estimate(), count=7, note="0.04", verdict=WORSE),
            counted="n",
            noted="p",
            verdicts="V",
        ),
        scatter(("a", 1, 2), best="Foremost"),
        heat(
            ("t", [Shade(at=estimate(), count=5, verdict=GAP, faint=True), None]),
            fainted="few",
            counted="prompts",
        ),
    ).markdown()
    assert "| a | 3.0 (1.0 to 4.5) | 7 | 0.04 | ✕ worse |" in written
    assert "| a | 1 | 2 | ✓ yes |" in written
    assert "| t | 3.0 ○ cannot tell (1.0 to 4.5, 5 prompts, few) | — |" in written
    assert "svg" not in written


@given(hostile, st.text(max_size=40))
def test_a_picture_of_its_own_holds_texts_as_texts(name, other):
    block = scatter((name, 1, 2), (other, 3, 4), caption=name, says=other, best="Foremost")
    page = read(svg(block))
    assert [each.tag for each in page.all()] == [
        each.tag for each in read(svg(scatter(("a", 1, 2), ("b", 3, 4), best="Foremost"))).all()
    ]
    assert page.all("title")[0].text == inline(name)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", svg(block))


@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=6))
def test_numbers_of_any_size_can_be_drawn(pairs):
    block = scatter(*((f"m{at}", x, y) for at, (x, y) in enumerate(pairs)), best="Foremost")
    rows = [Dot(label=str(at), at=Estimate(value=x)) for at, (x, _) in enumerate(pairs)]
    cells = [
        (str(at), [Shade(at=Estimate(value=x)), Shade(at=Estimate(value=y))])
        for at, (x, y) in enumerate(pairs)
    ]
    html = report(block, dots(*rows, line=0), heat(*cells)).html()
    drawn = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert not re.search(r'="[^"]*(nan|inf)', drawn)


@given(st.lists(finite, max_size=6), st.booleans())
def test_round_numbers_lie_on_their_scale_in_order(values, log):
    found = scale(values, log=log)
    assert list(found.ticks) == sorted(set(found.ticks))
    assert len(found.ticks) <= 20
    places = [found.share(each) for each in (*found.ticks, *values)]
    assert all(isfinite(each) and 0 <= each <= 1 for each in places)
    assert 0 <= decimals_of(found.ticks) <= 10


def test_a_scale_of_powers_is_used_where_values_span_more_than_a_decade():
    assert scale([0.3, 40], log=True).log
    assert 1.0 in scale([0.3, 40], log=True).ticks
    assert not scale([0.3, 2], log=True).log
    assert not scale([0, 40], log=True).log


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Estimate(value=float("nan")), "not finite"),
        (lambda: Estimate(value=1, low=2), "around the value"),
        (lambda: Estimate(value=1, high=float("inf")), "not finite"),
        (lambda: Point(label="a", x=estimate(), y=estimate(), shape="dott"), "Did you mean 'dot'"),
        (lambda: Dot(label="a", shape="sta"), "Did you mean 'star'"),
        (lambda: heat(("t", [None])), "row 1 of the picture 'C' has 1 cells"),
        (lambda: heat(columns=[]), "no column"),
        (lambda: heat(scale=(1, 1)), "from less to more"),
    ],
)
def test_what_cannot_be_drawn_is_refused_when_it_is_made(make, complaint):
    with pytest.raises(RequestError, match=complaint):
        make()


def test_pictures_of_nothing_can_be_drawn():
    html = report(dots(), scatter(), heat()).html()
    assert "<svg" in html


def test_a_page_without_a_picture_carries_none_of_their_style():
    plain = report(Table(caption="C", columns=[Column(name="A")], rows=[])).html()
    assert "--heat" not in plain
    assert "--heat" in one_of_each().html()
