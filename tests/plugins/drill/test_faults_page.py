"""docs/faults.md lists every fault as the drill plays it, with a run in which all were passed."""

import re
from pathlib import Path

import pytest

from interlock_drill.faults import FAULTS, FORMS

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
ROWS = {
    int(cells[0]): cells[1:]
    for line in PAGE.read_text("utf-8").splitlines()
    if re.match(r"\| \d", line) and (cells := [cell.strip() for cell in line.strip("|").split("|")])
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.number))
def test_the_page_lists_the_fault(fault):
    name, conduct, *cells = ROWS[fault.number]
    assert (name, conduct) == (fault.name, fault.conduct)
    for form, cell in zip(FORMS, cells, strict=True):
        if fault.streams_only and form.startswith("complete"):
            assert cell == "–"
        else:
            assert re.fullmatch(r"passed, \d+\.\d s, \d+", cell)


def test_the_page_lists_no_other():
    assert sorted(ROWS) == [fault.number for fault in FAULTS]
