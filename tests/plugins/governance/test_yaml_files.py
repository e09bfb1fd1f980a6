"""Use cases in YAML: what is read, and what is refused with its line."""

import pytest

from interlock.errors import RequestError
from interlock_governance.use_cases import read_bytes


def read(text):
    return read_bytes(text.encode(), "cases.yaml")


def test_a_value_is_what_is_written():
    case = read(
        """
# comments may stand anywhere
- id: 0042
  name: Letters
  stage: Production
  residency: [no, de]
  volume_month: 12_000
  human_oversight: yes
  data_classes: []
  vendor: ~
  owner: "~"
  review_date: 2026-12-01
"""
    ).use_cases[0]
    assert (case.id, case.stage, case.residency) == ("0042", "production", ("no", "de"))
    assert (case.volume_month, case.human_oversight, case.data_classes) == (12_000, True, ())
    assert (case.vendor, case.owner) == (None, "~")
    assert str(case.review_date) == "2026-12-01"
    assert case.source.row == 3


def test_what_is_no_field_or_no_value_is_complained_of_with_its_line_and_kept():
    found = read("- name: A\n  purpos: Answers\n- name: B\n  stage: live\n  volume_month: [1, 2]\n")
    first, second = found.use_cases
    assert first.extra == {"purpos": "Answers"}
    assert second.words == {"stage": "stage: live", "volume_month": "volume_month: 1; 2"}
    assert [(each.row, each.column) for each in found.complaints] == [
        (2, "purpos"),
        (4, "stage"),
        (5, "volume_month"),
    ]
    assert "did you mean 'purpose'?" in found.complaints[0].done


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("use_cases:\n  - name: A\n", "cases.yaml:1: a list of use cases is expected"),
        ("- name: A\n- just words\n", "cases.yaml:2: each use case is a mapping"),
        ("- name: A\n  name: B\n", "cases.yaml:2: 'name' stands there twice"),
        ("- &a\n  name: A\n- *a\n", "anchors and aliases are not read"),
        ("- name: A\n---\n- name: B\n", "cases.yaml:2: a second document begins"),
        ("- name: A\n  extra: {a: {b: c}}\n", "is nested too deeply"),
        ("- [" + "[" * 5_000, "each use case is a mapping"),
        ("- name: 'A\n", "is not readable YAML"),
        ("- name: A\n\tstage: x\n", "is not readable YAML"),
        ("- ? [a]\n  : b\n", "a key is a text"),
    ],
)
def test_what_is_no_list_of_use_cases_is_refused(text, complaint):
    with pytest.raises(RequestError) as raised:
        read(text)
    assert complaint in str(raised.value)


def test_an_empty_list_holds_no_use_case():
    assert read("[]\n").use_cases == ()
