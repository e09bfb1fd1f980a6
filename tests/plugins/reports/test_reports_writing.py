"""Files, and what a report refuses."""

import dataclasses
from datetime import datetime

import pytest
from making import one_of_each, report

from interlock.errors import RequestError
from interlock_reports import Bar, Bars, Column, Note, ReportUnwritable, Section, Table, Verdict, write_report


@pytest.mark.parametrize(
    ("name", "begins"), [("r.html", "<!DOCTYPE html>"), ("r.HTML", "<!D"), ("r.md", "# text")]
)
def test_the_suffix_says_what_is_written(tmp_path, name, begins):
    path = write_report(one_of_each(), tmp_path / name)
    assert path.read_text("utf-8").startswith(begins)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["r.pdf", "r", "r.htm"])
def test_another_suffix_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(RequestError, match=r"ends in \.html or \.md"):
        write_report(report(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ReportUnwritable, match=r"gone.r\.md cannot be written: No such file"):
        write_report(report(), tmp_path / "gone" / "r.md")
    (tmp_path / "r.md").mkdir()
    with pytest.raises(ReportUnwritable, match="cannot be written"):
        write_report(report(), tmp_path / "r.md")
    assert [each.name for each in tmp_path.iterdir()] == ["r.md"]


def test_what_was_there_stays_until_the_whole_is_written(tmp_path, monkeypatch):
    path = tmp_path / "r.md"
    path.write_text("before")
    monkeypatch.setattr(
        "pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(ReportUnwritable, match="No space left"):
        write_report(report(), path)
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["r.md"]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Verdict(kind="probelm"), "Did you mean 'problem'"),
        (lambda: Note(kind="x", text=""), "one of problem, attention"),
        (lambda: Column(name="A", kind="nubmer"), "Did you mean 'number'"),
        (lambda: Column(name="A", align="left"), "one of start, end"),
        (lambda: Table(caption="C", columns=[], rows=[]), "'C' has no column"),
        (
            lambda: Table(caption="C", columns=[Column(name="A")], rows=[["a"], ["a", "b"]]),
            "row 2 .* 2 cells",
        ),
        (lambda: Bar(label="a", value=float("nan")), "no finite value"),
        (lambda: Bar(label="a", value=1, low=0), "both ends"),
        (lambda: Bar(label="a", value=1, low=2, high=3), "around the value"),
        (lambda: Section(title="A", id="a b"), "no id"),
        (
            lambda: report(sections=[Section(title="A", id="x"), Section(title="B", id="x")]),
            "two sections .* 'x'",
        ),
        (lambda: report(made_at=datetime(2026, 1, 1)), "no time zone"),  # noqa: DTZ001 - what is refused
        (lambda: report(language="en us"), "no language"),
    ],
)
def test_what_cannot_be_shown_is_refused_when_it_is_made(make, complaint):
    with pytest.raises(RequestError, match=complaint):
        make()


def test_a_report_does_not_change_with_the_lists_that_it_was_made_of():
    rows, sections = [["a"]], [Section(title="A")]
    table, made = Table(caption="C", columns=[Column(name="A")], rows=rows), report(sections=sections)
    rows.append(["b"])
    sections.clear()
    assert table.rows == (("a",),)
    assert len(made.sections) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.title = "other"


def test_bars_of_nothing_and_of_zero_can_be_drawn():
    empty = Bars(caption="C", label="L", measure="M", bars=[])
    zero = Bars(caption="C", label="L", measure="M", bars=[Bar(label="a", value=0)])
    assert 'width="0.0"' in report(empty, zero).html()
