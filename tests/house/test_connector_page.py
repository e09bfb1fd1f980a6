"""The connector of docs/write-a-plugin.md keeps the rules of the conformance kit."""

import sys
from importlib import import_module
from pathlib import Path
from unittest import SkipTest

import pytest

from interlock.testing import ConnectorConformance, rules_of

TICKETS = Path(__file__).parents[2] / "tests" / "third_party" / "tickets"
# It can neither find, preview nor undo, and what it writes repeats by its key.
LEFT_OUT = {
    "test_a_natural_repetition_leaves_one_effect",
    "test_finds_what_was_run",
    "test_finds_nothing_under_a_key_that_was_never_used",
    "test_previews_the_same_twice_and_changes_nothing",
    "test_undoes_what_was_run",
    "test_forwards_calls_to_tools_that_there_are",
}


@pytest.mark.parametrize("rule", rules_of(ConnectorConformance))
def test_it_keeps_every_rule(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TICKETS))
    try:
        getattr(import_module("test_tickets").TestTickets(), rule)()
    except SkipTest:
        assert rule in LEFT_OUT
    finally:
        for name in ("test_tickets", "interlock_tickets"):
            sys.modules.pop(name, None)
