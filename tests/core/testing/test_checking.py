"""What `interlock plugins check` finds: shipped kits, bare ones, and plugins that are not as they say."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interlock.errors import RequestError
from interlock.testing import ProviderConformance, ScriptedProvider
from interlock.testing.checking import Report, check
from interlock.testing.report import as_data, as_markdown
from interlock.testing.running import Examined, RuleResult, run_rules

ACME = Path(__file__).parents[2] / "third_party" / "acme"
PLUGIN = """
from interlock import InvalidRequest, Text, Verdict, hookimpl
from interlock.protocols import IN_PROCESS, Ruling
from interlock.testing import ScriptedProvider

def refusing(call):
    parts = [part for message in call.request.messages for part in message.parts]
    if call.request.tools or call.request.output or not all(isinstance(part, Text) for part in parts):
        raise InvalidRequest("text alone")
    return "Hello from here."

class Longest:
    api = 1
    name = "longest"
    asks = False
    async def arbitrate(self, call):
        longest = max(call.members, key=lambda member: len(member.answer.text))
        return Ruling(chosen=(longest.label,))

class Shout:
    api = 1
    name = "shout"
    phases = frozenset({"answer"})
    def inspect(self, call):
        return Verdict()

class Memory:
    api = 1
    name = "memory"
    schemes = ("memory",)
    def open(self, call):
        raise AssertionError("a place that may be somebody's")

class Drawer:
    api = 1
    name = "clocks"
    async def tools(self, call):
        return []
    async def aclose(self):
        pass

class Clocks:
    api = 1
    name = "clocks"
    facts = IN_PROCESS
    options = None
    def open(self, call):
        return Drawer()

class Quiet:
    api = 1
    name = "quiet"
    def classify(self, call):
        return None
    def check(self, call):
        return None

@hookimpl
def interlock_providers():
    return [ScriptedProvider([refusing] * 99, name="parrot")]

@hookimpl
def interlock_classifiers():
    return [Quiet()]

@hookimpl
def interlock_constraints():
    return [Quiet()]

@hookimpl
def interlock_guardrails():
    return [Shout()]

@hookimpl
def interlock_arbiters():
    return [Longest()]

@hookimpl
def interlock_connectors():
    return [Clocks()]

@hookimpl
def interlock_stores():
    return [Memory()]
"""
KIT = """
from interlock.testing import ProviderConformance
from {module} import interlock_providers

class Rules(ProviderConformance):
    provider = interlock_providers()[0]
    module = "{module}"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts a distribution where Python finds it: its modules and its entry points."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def put(name: str, modules: dict[str, str], **groups: str) -> None:
        for module, text in modules.items():
            (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"[{group.replace('_', '.')}]\nit = {value}\n" for group, value in groups.items()]
        (info / "entry_points.txt").write_text("\n".join(lines))

    yield put
    for module in set(sys.modules) - before:
        if getattr(sys.modules[module], "__file__", None) and str(tmp_path) in sys.modules[module].__file__:
            del sys.modules[module]
    importlib.invalidate_caches()


def results(report: Report, kind: str) -> dict[str, tuple[str, str]]:
    (examined,) = [each for each in report.examined if each.kind == kind]
    return {finding.rule: (finding.result, finding.reason) for finding in examined.findings}


OPTIONS = """
from dataclasses import dataclass
from interlock import hookimpl

@dataclass(frozen=True)
class Words:
    {field}

class Quiet:
    api = 1
    name = "quiet"
    options = Words
    given = None
    def configured(self, options):
        made = type(self)()
        made.given = options
        return made
    def classify(self, call):
        assert self.given is not None
    def check(self, call):
        return None

@hookimpl
def interlock_classifiers():
    return [Quiet()]

@hookimpl
def interlock_constraints():
    return [Quiet()]
"""
OPTIONS_KIT = """
from interlock.testing import ClassifierConformance, OptionsConformance
from {module} import Quiet, Words

class Rules(ClassifierConformance):
    classifier = Quiet().configured(Words(word="a"))

class Options(OptionsConformance):
    offer = Quiet()
    written = {{"word": "a"}}
"""


def test_options_have_a_kit_too_and_what_takes_them_is_checked_with_its_defaults(
    install: Callable[..., None],
) -> None:
    install("interlock-words", {"words": OPTIONS.format(field="word: str = ''")}, interlock="words")
    report = check("interlock-words")
    assert report.passed
    assert {each.kind for each in report.examined} == {"classifier", "options"}
    assert report.uncovered == {"constraint": ["quiet"]}
    assert results(report, "classifier")["does no io"] == ("passed", "")
    options = [each for each in report.examined if each.kind == "options"]
    assert [each.name for each in options] == ["quiet", "quiet"]
    assert {finding.result for each in options for finding in each.findings} == {"passed"}


def test_options_that_must_be_written_leave_rules_out_or_are_shipped(install: Callable[..., None]) -> None:
    install("interlock-needy", {"needy": OPTIONS.format(field="word: str")}, interlock="needy")
    report = check("interlock-needy")
    assert report.passed
    assert results(report, "classifier")["works with its options"][0] == "left out"

    modules = {"able": OPTIONS.format(field="word: str"), "able_kit": OPTIONS_KIT.format(module="able")}
    install("interlock-able", modules, interlock="able", interlock_conformance="able_kit")
    report = check("interlock-able")
    assert report.passed
    assert results(report, "classifier")["does no io"] == ("passed", "")
    options = next(each for each in report.examined if each.kind == "options")
    assert options.kit == "Options"
    assert {finding.result for finding in options.findings} == {"passed"}


def test_everything_that_is_offered_is_put_through_its_kit(install: Callable[..., None]) -> None:
    install("interlock-many", {"many": PLUGIN}, interlock="many")
    report = check("Interlock_Many")
    assert (report.distribution, report.version, report.failures) == ("interlock-many", "1.0", [])
    kinds = [each.kind for each in report.examined]
    assert kinds == ["provider", "classifier", "guardrail", "arbiter", "connector", "store"]
    assert results(report, "provider")["answers"] == ("passed", "")
    assert results(report, "guardrail")["rewrites only what it was shown"] == ("passed", "")
    assert results(report, "store")["keeps many"][0] == "left out"
    assert results(report, "connector")["offers tools"] == ("failed", "there are no tools")
    assert report.uncovered == {"constraint": ["quiet"]}
    assert not report.passed


def test_without_data_the_rules_that_need_none_are_run(install: Callable[..., None]) -> None:
    install(
        "interlock-acme",
        {"interlock_acme": (ACME / "interlock_acme.py").read_text("utf-8")},
        interlock="interlock_acme",
    )
    report = check("interlock-acme")
    found = results(report, "provider")
    no_data = ("left out", "not run: the plugin ships no conformance data")
    assert report.passed
    assert found["answers"] == found["gives tool calls"] == found["keeps citations as data"] == no_data
    for rule in ("takes no garbage for an answer", "turns errors into typed ones", "shows its key to nobody"):
        assert found[rule] == ("passed", "")


def test_a_plugin_that_ships_its_kit_is_checked_with_it(install: Callable[..., None]) -> None:
    acme = {name: (ACME / f"{name}.py").read_text("utf-8") for name in ("interlock_acme", "test_acme")}
    install("interlock-acme", acme, interlock="interlock_acme", interlock_conformance="test_acme")
    report = check("interlock-acme")
    found = results(report, "provider")
    assert report.passed
    assert found["answers"] == ("passed", "")
    assert found["keeps citations as data"] == ("left out", "Acme names no sources")
    assert [each.kit for each in report.examined] == ["TestAcme"]


def test_a_failure_stands_in_the_report_with_its_sentence(install: Callable[..., None]) -> None:
    broken = "    def test_answers(self):\n        raise AssertionError('a | b <c>')\n"
    modules = {"many": PLUGIN, "kit": KIT.format(module="many") + broken}
    install("interlock-many", modules, interlock="many", interlock_conformance="kit:Rules")
    report = check("interlock-many")
    text = as_markdown(report)
    assert "| answers | **failed** | a \\| b &lt;c> |" in text
    assert "| no rule is overridden without a reason | **failed** | test_answers is overridden" in text
    assert as_data(report)["passed"] is False


def test_what_cannot_be_loaded_or_used_fails(install: Callable[..., None]) -> None:
    install(
        "interlock-odd",
        {"odd": "answer = 42", "empty": ""},
        interlock="empty",
        interlock_conformance="odd:answer",
    )
    report = check("interlock-odd")
    assert not report.passed
    assert report.failures == ["interlock.conformance: 42 is no conformance class"]
    assert "nothing is offered that a kit covers" in as_markdown(report)


def test_a_plugin_that_fails_to_import_fails(install: Callable[..., None]) -> None:
    install("interlock-odd", {}, interlock="no_such_module_here", interlock_conformance="nor_this")
    first, second = check("interlock-odd").failures
    assert first.startswith("interlock: no_such_module_here could not be imported: ModuleNotFoundError")
    assert second.startswith("interlock.conformance: nor_this could not be imported")


def test_a_kit_for_something_else_fails(install: Callable[..., None]) -> None:
    kit = KIT.format(module="many")
    install(
        "interlock-odd",
        {"many": PLUGIN, "kit": kit, "empty": ""},
        interlock="empty",
        interlock_conformance="kit",
    )
    found = results(check("interlock-odd"), "provider")
    assert found["is offered"] == (
        "failed",
        "the plugin offers no provider 'parrot', for which it ships a kit",
    )


@pytest.mark.parametrize("name", ["openai", "interlock-opnai", "INTERLOCK_OPENAI_"])
def test_an_unknown_distribution_is_refused_with_the_nearest_name(name: str) -> None:
    with pytest.raises(RequestError, match="Did you mean 'interlock-openai'"):
        check(name)


def test_rules_that_are_left_with_a_mark_are_left_out_until_they_are_kept() -> None:
    class Marked(ProviderConformance):
        provider = ScriptedProvider(["Hello."] * 40)

        @pytest.mark.xfail(reason="it takes whatever it is given", strict=True)
        def test_gives_tool_calls(self) -> None:
            super().test_gives_tool_calls()

        @pytest.mark.xfail(reason="it was broken once", strict=True)
        def test_answers(self) -> None:
            super().test_answers()

        def test_of_its_own(self, some_fixture: object) -> None: ...

    found = {finding.rule: finding for finding in run_rules(Marked())}
    assert (found["gives tool calls"].result, found["gives tool calls"].reason) == (
        "left out",
        "it takes whatever it is given",
    )
    assert found["answers"].result == "failed"
    assert "it is kept, and marked as broken: it was broken once" in found["answers"].reason
    assert "of its own" not in found


def test_several_of_a_kind_share_a_table_that_says_who_differs() -> None:
    def examined(name: str, kit: str, **reasons: str) -> Examined:
        findings = [
            RuleResult(
                rule=rule, result="left out" if reasons.get(rule) else "passed", reason=reasons.get(rule, "")
            )
            for rule in ("answers", "cites", "thinks")
        ]
        return Examined(kind="provider", name=name, kit=kit, findings=findings)

    report = Report(
        distribution="interlock-some",
        version="1.0",
        kit_version="0.1.0",
        examined=[
            examined("one", "Old", cites="no sources", thinks="aloud"),
            examined("one", "New", cites="no sources"),
            examined("two", "Kit", cites="no sources"),
        ],
        failures=["it | broke"],
    )
    assert as_markdown(report).splitlines() == [
        "## Conformance of interlock-some 1.0",
        "",
        "Checked by the conformance kit of Interlock 0.1.0: 5 passed, 0 failed, 4 left out.",
        "",
        "Failed: it \\| broke",
        "",
        "### provider `one`, `two`",
        "",
        "| rule | result | reason |",
        "| --- | --- | --- |",
        "| answers | passed |  |",
        "| cites | left out | no sources |",
        "| thinks | passed, 1 left out | one (Old): aloud |",
    ]
