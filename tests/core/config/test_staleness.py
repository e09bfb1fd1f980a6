from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interlock.config.learned import read_learned_text
from interlock.config.staleness import with_stale
from interlock.errors import ConfigError

FILE = """\
# why
format: interlock-routes/1
routes:
  creative: [a, b]  # +4.2
evidence:
  creative: {id: x, measured: '2026-11-30', n: 50}
source: {table: marked.csv}
"""


def test_the_reason_stands_in_the_line_of_its_task_and_all_else_stays() -> None:
    marked = with_stale(FILE, {"creative": 'served as "b-2"'}, where="routes.yaml")
    line = "  creative: {id: x, measured: '2026-11-30', n: 50}"
    assert marked == FILE.replace(line, line[:-1] + ', stale: "served as \\"b-2\\""}')
    routes, _ = read_learned_text(marked, "routes.yaml")
    assert "; stale: served as" in routes.evidence["creative"].sentence


def test_what_is_said_twice_changes_nothing_and_another_reason_takes_its_place() -> None:
    once = with_stale(FILE, {"creative": "one"}, where="r")
    assert with_stale(once, {"creative": "one"}, where="r") == once
    assert with_stale(once, {"creative": "two"}, where="r") == once.replace("one", "two")


def test_evidence_in_blocks_is_marked_as_well() -> None:
    text = FILE.replace(
        "{id: x, measured: '2026-11-30', n: 50}", "\n    id: x\n    measured: 2026-11-30\n    n: 5"
    )
    routes, _ = read_learned_text(with_stale(text, {"creative": "old"}, where="r"), "r")
    assert routes.evidence["creative"].stale == "old"


def test_a_task_without_evidence_is_named() -> None:
    with pytest.raises(ConfigError, match=r"evidence\.creativ: has no evidence.*'creative'"):
        with_stale(FILE, {"creativ": "x"}, where="r")


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60),
    st.booleans(),
)
def test_any_task_may_be_stale_for_any_reason(task: str, why: str, flow: bool) -> None:
    value: dict[str, Any] = {
        "format": "interlock-routes/1",
        "routes": {task: ["a"]},
        "evidence": {task: {"id": "x", "measured": "2026-11-30", "n": 1}},
    }
    text = yaml.safe_dump(value, default_flow_style=None if flow else False, width=10**6)
    routes, _ = read_learned_text(with_stale(text, {task: why}, where="r"), "r")
    assert (routes.evidence[task].stale, routes.routes) == (why, {task: ("a",)})
