"""The tools of docs/write-a-plugin.md: shown as their author writes them, and they keep the rules."""

import importlib
from pathlib import Path

import pytest

from interlock.testing.running import run_rules

ROOT = Path(__file__).parents[2]
NOTES = ROOT / "tests" / "third_party" / "notes"
PAGE = (ROOT / "docs" / "write-a-plugin.md").read_text("utf-8")
LEFT_OUT = {
    "TestFindNotes": {
        *("a natural repetition leaves one effect", "finds what was run", "heeds the key"),
        *("finds nothing under a key that was never used", "undoes what was run"),
        "previews the same twice and changes nothing",
    },
    "TestAddNote": {
        *("a natural repetition leaves one effect", "previews the same twice and changes nothing"),
        *("lets cancellation pass", "runs its tools"),
    },
    "TestDeleteNote": {
        *("heeds the key", "finds what was run", "finds nothing under a key that was never used"),
        *("lets cancellation pass", "runs its tools", "undoes what was run"),
        "turns mistakes into outcomes",
    },
}


@pytest.mark.parametrize("name", ["interlock_notes.py", "test_notes.py"])
def test_the_page_shows_them(name: str) -> None:
    assert f"```python\n{(NOTES / name).read_text('utf-8')}```\n" in PAGE


@pytest.mark.parametrize("kit", LEFT_OUT)
def test_they_keep_the_rules(kit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(NOTES)
    findings = run_rules(getattr(importlib.import_module("test_notes"), kit)())
    assert not [finding for finding in findings if finding.result == "failed"]
    assert {finding.rule for finding in findings if finding.result == "left out"} == LEFT_OUT[kit]
