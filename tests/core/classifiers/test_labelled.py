"""The labelled and the held-out prompts are answered, and docs/classification.md tells the truth about it."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from interlock.classifiers.lexicon import TASKS

HERE = Path(__file__).parent
DOC = HERE.parents[2] / "docs" / "classification.md"


@pytest.fixture(scope="module")
def confusion() -> ModuleType:
    spec = importlib.util.spec_from_file_location("classifier_confusion", HERE / "confusion.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # NamedTuple looks its module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(confusion: ModuleType) -> list:
    return list(confusion.judged())


def test_the_set_is_broad(rows: list):
    assert len(rows) >= 400
    assert {row.task for row in rows} == set(TASKS)
    assert {"en", "de", "fr", "es", "zh", "ja", "ko", "it", "pt", "nl"} <= {row.language for row in rows}
    assert sum(row.trap for row in rows) >= 60
    assert len({row.text for row in rows}) == len(rows)


def test_nine_in_ten_are_right(confusion: ModuleType, rows: list):
    assert confusion.accuracy(rows) >= 0.9
    for task in TASKS:
        assert confusion.accuracy([row for row in rows if row.task == task]) >= 0.85, task
    assert confusion.accuracy([row for row in rows if row.trap]) >= 0.9


def test_confidence_means_something(confusion: ModuleType, rows: list):
    sure = [row for row in rows if row.answer.confidence >= 0.8]
    assert len(sure) > len(rows) / 2
    assert confusion.accuracy(sure) >= 0.97


def test_the_docs_show_these_tables(confusion: ModuleType, rows: list):
    assert confusion.tables(rows) in DOC.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def held_out(confusion: ModuleType) -> list:
    return list(confusion.judged(confusion.HELD_OUT))


def test_nine_in_ten_of_another_authors_prompts_are_right(confusion: ModuleType, held_out: list):
    assert len(held_out) == 360
    assert {row.task for row in held_out} == set(TASKS)
    assert confusion.accuracy(held_out) >= 0.9


def test_the_docs_show_the_held_out_matrix(confusion: ModuleType, held_out: list):
    text = DOC.read_text(encoding="utf-8")
    right = sum(row.task == row.answer.task for row in held_out)
    assert confusion.matrix(held_out) in text
    assert f"{right} of {len(held_out)} right ({right / len(held_out) * 100:.1f} %)" in " ".join(text.split())


@pytest.fixture(scope="module")
def plain(confusion: ModuleType) -> list:
    return list(confusion.judged(confusion.PLAIN))


def test_nine_in_ten_of_the_prompts_without_the_usual_words_are_right(confusion: ModuleType, plain: list):
    assert {row.task for row in plain} == set(TASKS)
    assert confusion.accuracy(plain) >= 0.9
    for task in ("quantitative", "creative_content", "conversational", "code_generation", "agentic_tool_use"):
        assert confusion.accuracy([row for row in plain if row.task == task]) >= 0.85, task


def test_the_docs_show_the_matrix_of_the_prompts_without_the_usual_words(confusion: ModuleType, plain: list):
    text = DOC.read_text(encoding="utf-8")
    right = sum(row.task == row.answer.task for row in plain)
    assert confusion.matrix(plain) in text
    assert f"{right} of {len(plain)} right ({right / len(plain) * 100:.1f} %)" in " ".join(text.split())


def test_nine_in_ten_of_the_prompts_that_no_rule_was_written_for_are_right(confusion: ModuleType):
    blind = list(confusion.judged(HERE / "blind.jsonl"))
    assert {row.task for row in blind} == set(TASKS)
    assert confusion.accuracy(blind) >= 0.9
