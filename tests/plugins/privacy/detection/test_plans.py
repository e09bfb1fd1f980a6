"""Forms of numbers are remembered; what was seen before changes nothing that is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_privacy.detection import Detector
from interlock_privacy.detection.detector import NUMBERS
from interlock_privacy.detection.known import Known
from interlock_privacy.detection.plans import FORM, Plans

DETECTOR = Detector()
KNOWN = Known(NUMBERS, declared=False)


def form(text):
    return text.encode("ascii", "replace").translate(FORM)


@given(st.text(alphabet="0019 -./()\nAx+\u200b", max_size=40), st.sampled_from(["", "NIP ", "PL ", "a "]))
def test_a_text_has_the_same_findings_the_second_time(text, before):
    text = before + text
    assert DETECTOR.find(text) == DETECTOR.find(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("NIP 526-000-12-46", "pl.nip"),
        ("(415) 555-2671", "us.phone"),
        ("DNI 12345678-Z", "es.dni"),
        ("PL 61 1090 1014 0000 0712 1981 2874", "iban"),
        ("+48 601 234 567", "phone.international"),
        ("0048 601 234 567", "phone.international"),
    ],
)
def test_a_value_is_found_after_others_of_its_form_that_are_none(text, rule):
    detector = Detector()
    for other in "0123456789":
        detector.find("".join(other if each.isdigit() else each for each in text).lstrip("+"))
    assert [each.rule for each in detector.find(text)] == [rule]


def test_a_form_has_neither_digits_nor_letters_of_the_text():
    assert form("NIP 526-000\u200b12-Z") == b"AAA 999-999?99-A"


def test_a_long_run_is_not_remembered():
    assert Plans(KNOWN).of(form("1 " * 30)) is None


def test_an_extension_is_no_part_of_a_number_and_other_letters_are():
    assert [(each.rule, each.value) for each in DETECTOR.find("tel (415) 555-2671x22")] == [
        ("us.phone", "4155552671")
    ]
    assert [each.rule for each in DETECTOR.find("tel (415) 555-2671y22")] != ["us.phone"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("RSSMRA85T10A562S", "it.codice_fiscale"),
        ("11010519491231002X", "cn.resident_id"),
        ("NIP5260001246", "pl.nip"),
    ],
)
def test_a_value_with_letters_within_is_found_by_its_form(text, rule):
    assert Plans(KNOWN).of(form(text)) is not None
    assert [each.rule for each in DETECTOR.find(text)] == [rule]


def test_letters_that_are_no_word_are_not_taken_off_a_number():
    plan = Plans(KNOWN).of(form("ABCD5260001246"))
    assert plan.split is not None
    assert [each.rule for each in DETECTOR.find("nip5260001246 and abc5260001246")] == ["pl.nip"]


def test_a_plan_says_which_windows_have_a_length_that_some_rule_knows():
    plan = Plans(KNOWN).of(form("4111 1111 1111 1111"))
    assert (0, 19) in {(each.start, each.end) for each in plan.known}
    assert all(KNOWN.counts(sum(each.groups)) for each in plan.known)
