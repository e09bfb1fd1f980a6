"""The page's table of fields is the code's."""

import re
from pathlib import Path

from interlock_server.dialects.responses.request import HONOURED, ONLY, PASSED_OVER, REFUSED

PAGE = Path(__file__).resolve().parents[5] / "docs" / "server.md"


def test_every_field_is_in_the_table_and_nothing_else_is():
    section = PAGE.read_text(encoding="utf-8").partition("\n## Responses")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    said = {name: row[2] for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert said.keys() == HONOURED | PASSED_OVER | ONLY.keys() | REFUSED.keys()
    assert {name for name, what in said.items() if "passed over" in what} == PASSED_OVER
    assert {name for name, what in said.items() if what.strip() == "refused"} == REFUSED.keys()
