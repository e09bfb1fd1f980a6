"""The three cases do what their page says, at the servers that are asked."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from interlock.cli.app import app
from pages import ROOT

FOLDER = ROOT / "docs" / "examples" / "cases"
CASES = ("law_firm", "bank", "fund")


@pytest.fixture
def rehearsal(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("PRIVACY_KEY", "a key for nothing but a test")
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("rehearsal")
    sys.modules.pop("rehearsal", None)


@pytest.fixture
def case(rehearsal: ModuleType, request: pytest.FixtureRequest) -> ModuleType:
    file = FOLDER / request.param / "run.py"
    spec = importlib.util.spec_from_file_location(f"case_{request.param}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", CASES)
def test_the_policies_of_a_case_do_what_its_cases_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVACY_KEY", "a key for nothing but a test")
    monkeypatch.chdir(FOLDER / name)
    result = CliRunner().invoke(app, ["policy", "test", "cases.yaml", "--min-coverage", "50"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_a_case_prints_what_its_page_shows(case: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    case.main()
    printed = iter([" ".join(line.split()) for line in capsys.readouterr().out.splitlines()])
    for line in _shown(Path(case.__file__ or "").parent.name):
        assert any(each == " ".join(line.split()) for each in printed), f"not printed, or not here: {line}"


def test_no_server_outside_is_sent_a_clients_data(rehearsal: ModuleType) -> None:
    with rehearsal.rehearsal(FOLDER / "law_firm") as house:
        house.take_down("glm-house")
        house.ask("a letter", "Write to clara.example@example.com.")
        assert [name for name, server in house.servers.items() if server.requests] == ["glm-house"]


def test_only_servers_in_the_eu_are_sent_a_customers_data_as_it_is(rehearsal: ModuleType) -> None:
    with rehearsal.rehearsal(FOLDER / "bank") as bank:
        bank.take_down("house")
        bank.take_down("claude-eu")
        bank.ask("a question", "Explain the charge to jo.example@example.com.")
        assert "jo.example@example.com" in bank.sent_to("house")[0]
        assert "jo.example@example.com" in bank.sent_to("claude-eu")[0]
        (sealed,) = bank.sent_to("gpt")
        assert "jo.example" not in sealed
        assert "<EMAIL_" in sealed


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_a_case_ends_with_an_export_that_agrees_with_what_its_servers_were_sent(
    case: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "case.html"
    case.main(page)
    printed = capsys.readouterr().out
    told, account = printed.split("What the audit log says")
    assert "The log is whole" in account
    sent = [line.split(":")[0].split()[-1] for line in told.splitlines() if line.startswith("  sent to")]
    went = {line.split()[2]: 0 for line in account.splitlines() if line.startswith("  went to")}
    for line in account.splitlines():
        if line.startswith("  went to"):
            went[line.split()[2]] += int(line.rsplit(":", 1)[1])
    assert went == {name: sent.count(name) for name in sent}
    assert "example.com" not in page.read_text("utf-8")


def _shown(name: str) -> list[str]:
    page = (ROOT / "docs" / "cases.md").read_text("utf-8")
    block = page.split(f"$ uv run python docs/examples/cases/{name}/run.py\n")[1].split("```")[0]
    return [line for line in block.splitlines() if line.strip() and line.strip() != "…"]
