"""Every hook is documented and tested, and the plugin author's page holds what is installed and run."""

import ast
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from interlock import Unavailable, hookspecs, protocols
from interlock.plugins import PluginHost
from interlock.testing import scripted_router
from interlock.testing.running import run_rules
from interlock.types.models import ModelCard

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "write-a-plugin.md").read_text("utf-8")
THIRD_PARTY = ROOT / "tests" / "third_party"
HOOKS = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("interlock_")}
OFFERS: dict[str, tuple[type, str]] = {
    "interlock_providers": (protocols.Provider, "facts.name"),
    "interlock_model_cards": (ModelCard, "id"),
    "interlock_classifiers": (protocols.Classifier, "name"),
    "interlock_constraints": (protocols.Constraint, "name"),
    "interlock_budgets": (protocols.BudgetSource, "name"),
    "interlock_detectors": (protocols.Detector, "name"),
    "interlock_guardrails": (protocols.Guardrail, "name"),
    "interlock_rerankers": (protocols.RerankerKind, "name"),
    "interlock_strategies": (protocols.Strategy, "name"),
    "interlock_arbiters": (protocols.Arbiter, "name"),
    "interlock_connectors": (protocols.ConnectorKind, "name"),
    "interlock_stores": (protocols.StoreKind, "name"),
    "interlock_logs": (protocols.LogKind, "name"),
    "interlock_shared_health": (protocols.SharedHealthKind, "name"),
    "interlock_ledgers": (protocols.LedgerKind, "name"),
    "interlock_limits": (protocols.LimitsKind, "name"),
    "interlock_identities": (protocols.IdentitySource, "name"),
    "interlock_commands": (protocols.CommandOffer, "name"),
}
OBSERVERS = {"interlock_decided", "interlock_attempt_finished", "interlock_responded"}

each_hook = pytest.mark.parametrize("hook", HOOKS)


def section(hook: str) -> str:
    found = re.search(rf"^### {hook}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/write-a-plugin.md has no section on {hook}"
    return found[1]


def python(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_hook_is_an_offer_or_an_observer() -> None:
    assert set(HOOKS) == set(OFFERS) | OBSERVERS


@each_hook
def test_its_docstring_says_what_is_particular(hook: str) -> None:
    first, _, rest = (inspect.getdoc(HOOKS[hook]) or "").partition("\n\n")
    assert first.startswith("Observe " if hook in OBSERVERS else "Offer "), f"{hook}: {first!r}"
    assert rest, f"{hook}'s docstring says nothing but what it is called for"
    for argument in inspect.signature(HOOKS[hook]).parameters:
        assert f"`{argument}`" in rest, f"{hook}'s docstring does not say what {argument} is"
    if hook in OBSERVERS:
        assert ": called " in first, f"{hook}'s docstring does not say when it is called"


@each_hook
def test_it_returns_what_is_collected(hook: str) -> None:
    signature = inspect.signature(HOOKS[hook])
    assert signature.return_annotation == (
        None if hook in OBSERVERS else f"Iterable[{OFFERS[hook][0].__name__}]"
    )
    assert bool(signature.parameters) == (hook in OBSERVERS)


@each_hook
def test_its_section_says_what_it_works_with(hook: str) -> None:
    text = section(hook).partition("```")[0]
    named = {f"`{name}`" for name in inspect.signature(HOOKS[hook]).parameters}
    if hook in OFFERS:
        named = {OFFERS[hook][0].__name__}
    assert not [name for name in named if name not in text], f"the section on {hook} lacks {named}"


@pytest.mark.parametrize("page", [inspect.getdoc(hookspecs) or "", PAGE], ids=["docstring", "page"])
def test_what_all_hooks_share_is_said_once(page: str) -> None:
    text = " ".join(page.split())
    for saying in ("called once, when a router is made", "takes nothing", "must return at once"):
        assert text.count(saying) == 1, f"{saying!r} stands there {text.count(saying)} times"
    for hook, spec in HOOKS.items():
        assert "may implement" not in (inspect.getdoc(spec) or "") + section(hook)


def test_sections_stand_in_the_order_of_the_hooks() -> None:
    assert re.findall(r"^### (interlock_\w+)$", PAGE, re.MULTILINE) == list(HOOKS)


@each_hook
def test_its_example_is_a_plugin_that_works(hook: str) -> None:
    (code,) = python(section(hook))
    plugin = ModuleType(f"example_of_{hook}")
    exec(compile(code, hook, "exec"), vars(plugin))
    host = PluginHost([plugin], discover=False, environ={"INTERLOCK_STRICT_PLUGINS": "1"})
    if hook in OBSERVERS:
        assert host.observers(hook)
    else:
        protocol, name = OFFERS[hook]
        assert len(host.offers(hook, protocol, name)) == 1


def test_the_strategy_of_the_page_is_chosen_by_its_name() -> None:
    text = section("interlock_strategies")
    (chosen,) = re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    plugin = ModuleType("example_that_is_chosen")
    (code,) = python(text)
    exec(compile(code, "interlock_strategies", "exec"), vars(plugin))
    scripts: dict[str, list[Any]] = {"a": [Unavailable("503")], "b": [], "c": ["from c"]}
    twin = {"b": {"model": "scripted/a"}}
    router = scripted_router(scripts, deployments=twin, plugins=[plugin], **yaml.safe_load(chosen))
    assert router.complete_sync("hi").text == "from c"
    router.close_sync()


@each_hook
def test_a_test_exercises_it(hook: str) -> None:
    tree = ast.parse((ROOT / "tests" / "core" / "test_hooks.py").read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [name for name in names if name.startswith(f"test_{hook}")], (
        f"no test_{hook}… in tests/core/test_hooks.py"
    )


@pytest.mark.parametrize(
    "name",
    [
        "acme/interlock_acme.py",
        "acme/test_acme.py",
        "acme/pyproject.toml",
        "tickets/interlock_tickets.py",
        "tickets/test_tickets.py",
    ],
)
def test_the_page_shows_the_plugins_that_are_run(name: str) -> None:
    language, path = "toml" if name.endswith("toml") else "python", THIRD_PARTY / name
    assert f"```{language}\n# {path.name}\n{path.read_text('utf-8')}```\n" in PAGE


def test_the_page_s_plugin_with_options_keeps_its_kits_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("interlock_keywords", "test_keywords"):
        (code,) = [block for block in python(PAGE) if block.startswith(f"# {name}.py\n")]
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(code, name, "exec"), vars(module))
    for kit in ("TestKeywords", "TestOptions"):
        findings = run_rules(getattr(sys.modules["test_keywords"], kit)())
        assert findings
        assert not [finding for finding in findings if finding.result != "passed"]


def test_the_page_names_what_the_kit_has() -> None:
    from interlock import testing

    table = re.findall(r"^\| (`.+) \|", PAGE, re.MULTILINE)
    named = {name for row in table for name in re.findall(r"`(\w+)`", row.split("|")[0])}
    public: set[Any] = set(testing.__all__) - {"Conformance", "Received", "Step", "scripted_providers"}
    assert named == public
