"""The pages do what they say: code runs, configurations load, commands exist.

A page is walked through from top to bottom, as a reader would, in an empty folder: a yaml or toml block
whose first line names a file is written to it, python blocks share one namespace, which can be imported by
the module's name that a block's first line gives, and commands that stay on this machine are run. Outputs
that a page shows are compared: `# → …` in python, and the lines below a command in console blocks. An
output may be shortened: `…` at the end of a line stands for its rest, and lines may be left out.
"""

import ast
import asyncio
import inspect
import io
import itertools
import re
import shutil
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Self

import pytest
import yaml
from typer.testing import CliRunner

from interlock import Router
from interlock.cli.app import app
from interlock.config import Config, load
from pages import Block, blocks, by_page, commands, interlock_calls, parse

LANGUAGES = {"python", "yaml", "console", "text", "toml", "json"}
# The others reach out or answer with a model, and have tests of their own.
RUN_HERE = {"explain", "models", "plugins", "init", "vendors", "audit"}
# Where the page has written a configuration that has this section.
RUN_ON = {
    "dossier": "deployments",
    "records": "records",
    "replay": "records",
    "log": "log",
    "policy": "policies",
}
# What a page writes beside configurations.
BESIDE = {
    *("cases.yaml", "use-cases.yaml", "answers.yaml", "plan.yaml", "routes.yaml", "suite.yaml", "task.yaml"),
    "keys.yaml",
}
# Where the page has written the file that they are given.
RUN_WITH = {"inventory", "candidates", "assess"}
_SHOWN = re.compile(r"#\s*(?:→|prints:)\s*(?P<output>\S.*)$")
_MODULE = re.compile(r"# (?P<name>\w+)\.py$", re.MULTILINE)
_FILE = re.compile(r"# (?P<name>[\w.-]+\.(?:yaml|toml))\s*(?:$|[:–-])", re.MULTILINE)


def squeezed(text: str) -> list[str]:
    """Lines without rules, empty lines and the width of columns."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not re.fullmatch(r"[─━═ ]+", line)]


def check_output(shown: list[str], printed: str, where: object) -> None:
    """Every line that is shown was printed, in that order."""
    rest = iter(squeezed(printed))
    for line in shown:
        expected, whole = line.removesuffix("…"), not line.endswith("…")
        if not any(each == expected if whole else each.startswith(expected.rstrip()) for each in rest):
            raise AssertionError(
                f"{where} shows {line!r}, which is not (or not here) in what was printed:\n{printed}"
            )


class Reader:
    """Follows a page in the current folder."""

    def __init__(self, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._module = ModuleType(f"page_{page.stem.replace('-', '_')}")
        monkeypatch.setitem(sys.modules, self._module.__name__, self._module)
        self._module.__dict__["_show"] = lambda value: None if value is None else print(repr(value))
        self._loop = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._loop:
            for value in list(vars(self._module).values()):
                if isinstance(value, Router):
                    self._loop.run(value.aclose())
                    value.close_sync()

    def take(self, block: Block) -> None:
        getattr(self, f"_{block.language}", lambda _: None)(block)

    def _python(self, block: Block) -> None:
        if named := _MODULE.match(block.code):
            self._monkeypatch.setitem(sys.modules, named["name"], self._module)
        tree = ast.parse(block.code, str(block.page))
        lines = block.code.splitlines()
        for node in tree.body:
            if isinstance(node, ast.Expr) and _SHOWN.search(lines[(node.end_lineno or 1) - 1]):
                call = node.value.func if isinstance(node.value, ast.Call) else None
                if not (isinstance(call, ast.Name) and call.id == "print"):
                    name = ast.Name("_show", ast.Load())
                    node.value = ast.copy_location(ast.Call(name, [node.value], []), node.value)
        ast.increment_lineno(ast.fix_missing_locations(tree), block.line - 1)
        code = compile(tree, str(block.page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        printed = io.StringIO()
        with redirect_stdout(printed):
            result = eval(code, vars(self._module))
            if inspect.iscoroutine(result):
                self._loop.run(result)
        shown = [found["output"] for line in lines if (found := _SHOWN.search(line))]
        check_output([" ".join(each.split()) for each in shown], printed.getvalue(), block)

    def _yaml(self, block: Block) -> None:
        named = _FILE.match(block.code)
        if not named or named["name"] not in BESIDE:
            check_configuration(block, self._monkeypatch)
        if named:
            Path(named["name"]).write_text(block.code, encoding="utf-8")

    def _toml(self, block: Block) -> None:
        if named := _FILE.match(block.code):
            Path(named["name"]).write_text(block.code, encoding="utf-8")

    def _console(self, block: Block) -> None:
        for command, output in commands(block):
            for variable, value in re.findall(r"^export (\w+)=(\S+)$", command):
                self._monkeypatch.setenv(variable, value)
            for environment, arguments in interlock_calls(command):
                verb = parse(arguments, block)
                recorded = verb in RUN_ON and has_section(RUN_ON[verb])
                given = verb in RUN_WITH and Path(arguments[1]).is_file()
                if verb in RUN_HERE or recorded or given or {"--help", "-h", "--version"} & set(arguments):
                    make_files(arguments)
                    result = CliRunner().invoke(app, arguments, input="Hello.", env=environment)
                    assert result.exit_code == 0, f"{block}: {command}\n{result.output}"
                    check_output(squeezed(output), result.output, f"{block} ({command})")


def check_configuration(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """It loads; and with every key set, no deployment is excluded for want of one."""
    data = yaml.safe_load(block.code)
    assert isinstance(data, dict), f"{block} is no configuration; fence it as text"
    folder = Path("loaded")
    folder.mkdir(exist_ok=True)
    path = folder / "interlock.yaml"
    path.write_text(block.code, encoding="utf-8")
    for key in Path().glob("*.key"):  # which the page has made
        shutil.copy(key, folder)
    config = load(path, {})
    assert set(data) <= set(Config.model_fields)
    with monkeypatch.context() as patch:
        for deployment in config.deployments:
            spec = deployment.api_key.reveal() if deployment.api_key else ""
            kind, _, rest = spec.partition(":")
            if kind == "env":
                patch.setenv(rest, "a-key")
            elif kind == "file":
                assert not Path(rest).is_absolute(), f"{block} names {rest}, which a test cannot write"
                (folder / rest).parent.mkdir(parents=True, exist_ok=True)
                (folder / rest).write_text("a-key")
        with Router.from_config({}) as plain:
            for provider in plain.wiring.offers.providers.values():
                for name in provider.facts.env[:1]:
                    patch.setenv(name, "a-key")
        with Router.from_config(path) as router:
            decision = router.decide("Hello.")
            known = {candidate.deployment for candidate in decision.shortlist} | set(decision.excluded)
            assert known == set(router.wiring.deployments)
            assert not [rule for rule in decision.excluded.values() if "is not set" in rule], block


def make_files(arguments: list[str]) -> None:
    """What a command reads and a reader would have: something to ask about, a configuration."""
    for option, value in itertools.pairwise(arguments):
        path = Path(value)
        if option in ("-f", "--file", "--config") and value != "-" and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("" if option == "--config" else "Hello.", encoding="utf-8")


def has_section(name: str) -> bool:
    page = Path("interlock.yaml")
    return page.exists() and re.search(rf"^{name}:", page.read_text("utf-8"), re.MULTILINE) is not None


@by_page
def test_the_page_works_from_top_to_bottom(page, monkeypatch):
    # A log keeps that it was idle; how many entries a page shows is not to depend on the machine's pace.
    monkeypatch.setattr("interlock.engine.writer.Writer.idle_after", 300)
    with Reader(page, monkeypatch) as reader:
        for block in blocks(page):
            reader.take(block)


@by_page
def test_blocks_are_fenced_as_what_they_are(page):
    wrong = [f"{block}: {block.language!r}" for block in blocks(page) if block.language not in LANGUAGES]
    assert not wrong
    assert page.read_text().count("\n```") == 2 * len(list(blocks(page)))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```python\nprint(1 + 1)  # → 3\n```\n", "shows '3'"),
        ("```python\n1 + 1  # → 3\n```\n", "shows '3'"),
        ("```python\nimport interlock.nothing\n```\n", "No module named"),
        ("```python\nawait nothing()\n```\n", "not defined"),
        ("```yaml\ndeploymentz: []\n```\n", "no such key"),
        ("```yaml\n- 1\n```\n", "no configuration"),
        ("```console\n$ uv run interlock explain --nonsense x\n```\n", "--nonsense"),
        ("```console\n$ cat x | uv run interlock frobnicate > y\n```\n", "frobnicate"),
        ("```console\n$ uv run interlock models\nno such line\n```\n", "no such line"),
    ],
)
def test_a_wrong_page_is_found_out(text, complaint, tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with Reader(page, monkeypatch) as reader, pytest.raises(Exception, match=re.escape(complaint)):
        reader.take(next(blocks(page)))


def test_a_right_page_passes(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nx = 1\nx + 1  # → 2\nprint('a b')  # prints: a …\n```\n"
        "- in a list:\n\n  ```python\n  async def double(n):\n      return n * 2\n\n"
        "  await double(x)  # → 2\n  ```\n"
        "```console\n$ A=b interlock --version\ninterlock …\n$ uv run pytest\n```\n",
        encoding="utf-8",
    )
    with Reader(page, monkeypatch) as reader:
        assert [reader.take(block) for block in blocks(page)] == [None] * 3
