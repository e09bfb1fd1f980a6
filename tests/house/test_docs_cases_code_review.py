"""The case of code review does what its page says, and finds what was planted."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pages import ROOT

FOLDER = ROOT / "docs" / "examples" / "evaluation" / "code_review"
BESIDE = ("company", "stand_ins")


@pytest.fixture
def case(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in BESIDE:  # another one of that name may have been imported
        monkeypatch.delitem(sys.modules, name, raising=False)
    spec = importlib.util.spec_from_file_location("code_review_case", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    yield module
    for name in BESIDE:
        sys.modules.pop(name, None)


@pytest.mark.timeout(300)
def test_what_was_planted_is_found_and_no_contract_is_broken(
    case: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = case.main(tmp_path / "case")
    assert told.customers == 150
    assert told.forbidden == [], "counted at the servers"
    specialists = {
        kind: max(case.ABILITIES, key=lambda name: case.ABILITIES[name][kind]) for kind in case.KINDS
    }
    assert {kind: case.IDS[model] for kind, model in told.leaders.items()} == specialists
    for (contract, kind), name in told.chosen.items():
        assert name in case.ALLOWED[contract]
        if specialists[kind] in case.ALLOWED[contract]:
            assert name == specialists[kind]
    assert told.gates == [0, 1, 3]
    assert told.router > told.single
    assert told.rolled_back
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in _shown():
        assert " ".join(line.split()) in printed, f"not printed, or not here: {line}"
    assert (tmp_path / "case" / "report.html").is_file()


def _shown() -> list[str]:
    page = (ROOT / "docs" / "code-review-case.md").read_text("utf-8")
    block = page.split("$ uv run python docs/examples/evaluation/code_review/run.py\n")[1].split("```")[0]
    return [line for line in block.splitlines() if line.strip() and line.strip() != "…"]
