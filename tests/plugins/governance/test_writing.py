"""What is written is read back as it was."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_governance.use_cases import SourceRow, UseCase, read_bytes, read_use_cases, write_use_cases
from interlock_governance.use_cases.use_case import CHOICES
from interlock_governance.use_cases.values import is_unknown
from interlock_governance.use_cases.writing import as_csv, as_yaml

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff")
TEXT = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(lambda text: not is_unknown(text))
KEPT = st.dictionaries(TEXT, st.text(LETTERS, max_size=20), max_size=2)
COUNT = st.none() | st.integers(0, 10**12)
CASES = st.builds(
    UseCase,
    id=TEXT,
    name=st.none() | TEXT,
    purpose=st.none() | TEXT,
    stage=st.none() | st.sampled_from(CHOICES["stage"]),
    sensitivity=st.none() | st.just(()) | st.just(("personal", "regulated")),
    residency=st.none() | st.just(()) | st.just(("eu", "us")),
    subjects_jurisdictions=st.none() | st.just(("us-ca",)),
    data_classes=st.none() | st.just(()) | st.just(("a; b", "[c", "d\ne")),
    volume_month=COUNT,
    tokens_in=COUNT,
    human_oversight=st.none() | st.booleans(),
    decision_effect=st.none() | st.sampled_from(CHOICES["decision_effect"]),
    review_date=st.none() | st.dates(),
    words=KEPT,
    extra=KEPT,
    source=st.builds(SourceRow, file=TEXT, row=st.integers(1, 10**6)),
)


@given(st.lists(CASES, max_size=3))
def test_yaml_is_read_back_as_it_was_written(cases):
    found = read_bytes(as_yaml(cases).encode(), "x")
    assert list(found.use_cases) == cases
    assert not found.complaints


@given(st.lists(CASES, max_size=3))
def test_a_table_is_read_back_as_it_was_written(cases):
    found = read_bytes(as_csv(cases).encode(), "x")
    assert [_flat(each) for each in found.use_cases] == [_flat(each) for each in cases]
    assert not found.complaints


def _flat(case):
    """Without the breaks of lines within a part of a list, which a table's cell cannot tell from spaces."""
    parts = case.data_classes and [" ".join(part.split()) for part in case.data_classes]
    return case.plain() | {"data_classes": parts and list(parts)}


@pytest.mark.parametrize("name", ["cases.yaml", "cases.yml", "cases.csv"])
def test_the_name_says_the_form_and_what_nobody_knows_stands_there_empty(tmp_path, name):
    case = UseCase(id="1", name="Größe", review_date=dt.date(2026, 12, 1))
    write_use_cases([case], tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "volume_month" in text
    assert "Größe" in text
    found = read_use_cases(tmp_path / name).use_cases[0]
    assert (found.id, found.name, found.review_date, found.volume_month) == (
        case.id,
        case.name,
        case.review_date,
        None,
    )


def test_another_ending_and_a_folder_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(RequestError, match=r"ends in none of \.yaml, \.yml and \.csv"):
        write_use_cases([], tmp_path / "cases.txt")
    with pytest.raises(RequestError, match="cannot be written"):
        write_use_cases([], tmp_path / "nowhere" / "cases.csv")
