"""A small file that says what a cascade's signal is worth."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.types.calibrations import (
    Calibration,
    UnusableCalibration,
    calibration_from_plain,
    calibration_to_plain,
)

MEASURED = Calibration(
    task="quantitative",
    steps=("a", "b"),
    signal="verifier",
    verifier=("c",),
    mode="verify",
    threshold=0.5,
    n=412,
    w01=0.21,
    w10=0.05,
    q=0.85,
    q_low=0.82,
    q_high=0.88,
    measured="2026-11-30",
)


def plain(**changes):
    return {**calibration_to_plain(MEASURED), **changes}


def test_what_is_written_reads_as_it_was():
    written = json.loads(json.dumps(calibration_to_plain(MEASURED)))
    assert calibration_from_plain(written) == MEASURED
    assert written["q_star"] == pytest.approx(0.21 / 0.26)


@pytest.mark.parametrize(("q_low", "pays"), [(0.80, False), (0.21 / 0.26, True), (0.82, True)])
def test_a_cascade_pays_where_even_the_lower_end_reaches_what_is_needed(q_low, pays):
    del_star = {key: value for key, value in plain(q_low=q_low).items() if key != "q_star"}
    assert calibration_from_plain(del_star).pays is pays


def test_what_may_be_lost_lowers_what_is_needed():
    found = calibration_from_plain({**plain(margin=0.05), "q_star": (0.21 - 0.05) / 0.26})
    assert found.break_even == pytest.approx(0.16 / 0.26)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"format": "interlock-calibration/2"}, "format"),
        ({"format": None}, "format"),
        ({"q": 1.2}, "q"),
        ({"q": float("nan")}, "q"),
        ({"q": True}, "q"),
        ({"q": "0.8"}, "q"),
        ({"q_low": 0.9}, "q"),
        ({"w01": 0.9, "w10": 0.2, "q_star": None}, "w10"),
        ({"q_star": 0.5}, "q_star"),
        ({"n": 0}, "n"),
        ({"n": 1.5}, "n"),
        ({"steps": ["a"]}, "steps"),
        ({"steps": "ab"}, "steps"),
        ({"signal": "verifer"}, "signal"),
        ({"measured": "30.11.2026"}, "measured"),
        ({"treshold": 0.5}, "treshold"),
        ({"task": ""}, "task"),
    ],
)
def test_what_was_never_measured_is_refused_by_its_key(changes, key):
    with pytest.raises(UnusableCalibration) as caught:
        calibration_from_plain(plain(**changes))
    assert caught.value.key == key


@pytest.mark.parametrize(
    "name", [name for name in calibration_to_plain(MEASURED) if name in {"task", "n", "q", "measured"}]
)
def test_what_is_missing_is_named(name):
    with pytest.raises(UnusableCalibration, match="missing") as caught:
        calibration_from_plain({key: value for key, value in plain().items() if key != name})
    assert caught.value.key == name


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    data=JSON | st.dictionaries(st.sampled_from(sorted(plain())), JSON).map(lambda changes: plain(**changes))
)
def test_whatever_is_in_the_file_is_a_calibration_or_a_complaint(data):
    try:
        found = calibration_from_plain(data)
    except UnusableCalibration:
        return
    assert 0 <= found.break_even <= 1
    assert calibration_from_plain(json.loads(json.dumps(calibration_to_plain(found)))) == found
