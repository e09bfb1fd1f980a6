"""What an inventory as a whole shows."""

import pytest

from interlock.errors import RequestError
from interlock_governance.use_cases import SourceRow, UseCase
from interlock_governance.use_cases.findings import counts, duplicates, gaps, where


def case(row=2, file="a.csv", **fields):
    return UseCase(source=SourceRow(file=file, row=row), **fields)


def test_values_are_counted_and_what_is_unknown_is_told_apart_from_none():
    cases = [
        case(sensitivity=("personal", "secret")),
        case(sensitivity=()),
        case(),
        case(human_oversight=False),
    ]
    found = counts(cases)
    assert dict(found["sensitivity"]) == {"none": 1, "personal": 1, "secret": 1, "unknown": 2}
    assert list(found["sensitivity"])[-1] == "unknown"
    assert dict(found["human_oversight"]) == {"no": 1, "unknown": 3}
    assert gaps(cases)["sensitivity"] == 2
    assert gaps(cases)["human_oversight"] == 3


def test_the_same_id_of_another_organisation_is_another_use_case():
    cases = [
        case(2, id="35", unit="HHS / NIH", name="A"),
        case(3, id="35", unit="HHS / CDC", name="B"),
        case(4, id="35", unit="DOE", name="C"),
        case(5, "b.csv", id="35", unit="DOE", name="C"),
        case(6, id="40", unit="DOE", name="c "),
        case(7),
        case(8),
    ]
    found = {(each.by, tuple(one.source.row for one in each.use_cases)) for each in duplicates(cases)}
    assert found == {("id", (2, 3)), ("name", (4, 6))}


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("stage=pilot", [2]),
        ("stage=UNKNOWN", [3]),
        ("sensitivity=personal", [2]),
        ("sensitivity=none", [3]),
        ("unit=nih", [2]),
        ("id=3", []),
        ("human_oversight=yes", [2]),
        ("volume_month=12", [3]),
    ],
)
def test_conditions_hold_of_values_and_of_what_is_unknown(condition, rows):
    cases = [
        case(2, id="35", stage="pilot", sensitivity=("personal",), unit="HHS / NIH", human_oversight=True),
        case(3, sensitivity=(), volume_month=12),
    ]
    assert [each.source.row for each in where(cases, [condition])] == rows


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ("stage", "expected field=value"),
        ("stag=pilot", "Did you mean 'stage'?"),
        ("stage=pilt", "Did you mean 'pilot'?"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(condition, complaint):
    with pytest.raises(RequestError) as raised:
        where([], [condition])
    assert complaint in str(raised.value)
