"""The pages do what they say: code runs, configurations load, commands exist, links lead somewhere.

A page is walked through from top to bottom, as a reader would, in an empty folder: a yaml block whose first
line names a file is written to it, python blocks share one namespace, which can be imported by the module's
name that a block's first line gives, and commands that stay on this machine are run. Outputs that a page
shows are compared: `# → …` in python, and the lines below a command in console blocks. An output may be
shortened: `…` at the end of a line stands for its rest, and lines may be left out.
"""

import ast
import asyncio
import inspect
import io
import itertools
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Self

import pytest
import typer.main
import yaml
from typer.testing import CliRunner

from interlock import Router
from interlock.cli.app import app
from interlock.config import Config, load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = {"python", "yaml", "console", "text", "toml", "json"}
# The others reach out or answer with a model, and have tests of their own.
RUN_HERE = {"explain", "models", "plugins", "init"}
# Where the page has written a configuration that keeps records.
RUN_ON_RECORDS = {"records", "replay"}
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[^\s`]*)[^\n]*\n(?P<code>.*?)^ *```\s*$", re.MULTILINE | re.DOTALL
)
_SHOWN = re.compile(r"#\s*(?:→|prints:)\s*(?P<output>\S.*)$")
_MODULE = re.compile(r"# (?P<name>\w+)\.py$", re.MULTILINE)
_FILE = re.compile(r"# (?P<name>[\w.-]+\.yaml)\s*(?:$|[:–-])", re.MULTILINE)

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`line` is that of the first line of code in the page, counted from 1."""

    page: Path
    language: str
    code: str
    line: int

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        indent = len(found["indent"])
        code = "".join(
            line[indent:] if line.strip() else line for line in found["code"].splitlines(keepends=True)
        )
        line = text.count("\n", 0, found.start("code")) + 1
        yield Block(page=page, language=found["language"], code=code, line=line)


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
        check_configuration(block, self._monkeypatch)
        if named := _FILE.match(block.code):
            Path(named["name"]).write_text(block.code, encoding="utf-8")

    def _console(self, block: Block) -> None:
        for command, output in commands(block):
            for variable, value in re.findall(r"^export (\w+)=(\S+)$", command):
                self._monkeypatch.setenv(variable, value)
            for environment, arguments in interlock_calls(command):
                verb = parse(arguments, block)
                recorded = verb in RUN_ON_RECORDS and keeps_records()
                if verb in RUN_HERE or recorded or {"--help", "-h", "--version"} & set(arguments):
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


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block and the output shown below it."""
    parts = re.split(r"^\$ ", block.code.replace("\\\n", " "), flags=re.MULTILINE)
    assert not parts[0].strip(), f"{block} begins without a command"
    for part in parts[1:]:
        command, _, output = part.partition("\n")
        yield command.partition("  #")[0].strip(), output


def interlock_calls(command: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """The calls of `interlock` in a line of shell: their variables and their arguments."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    calls: list[list[str]] = [[]]
    redirected = False
    for token in lexer:
        if set(token) <= set("|&;"):
            calls.append([])
        elif set(token) <= set("<>"):
            redirected = True
        elif redirected:
            redirected = False
        else:
            calls[-1].append(token)
    for words in calls:
        variables = {}
        while words and re.match(r"\w+=", words[0]):
            name, _, variables[name] = words.pop(0).partition("=")
        if words[:2] == ["uv", "run"]:
            del words[:2]
        if words[:1] == ["interlock"]:
            yield variables, words[1:]


def parse(arguments: list[str], where: object) -> str:
    """The verb of a call whose every option exists; empty when it has none, as in `interlock --version`."""
    program = typer.main.get_command(app)
    with redirect_stdout(io.StringIO()):
        try:
            context = program.make_context("interlock", list(arguments))
            rest = [*context._protected_args, *context.args]
            name, verb, rest = program.resolve_command(context, rest)
            verb.make_context(name, rest, parent=context)
        except Exception as error:
            if type(error).__name__ == "Exit":
                return next((each for each in arguments if each in program.commands), "")
            raise AssertionError(f"{where}: interlock {shlex.join(arguments)}: {error}") from error
    return name


def make_files(arguments: list[str]) -> None:
    """What a command reads and a reader would have: something to ask about, a configuration."""
    for option, value in itertools.pairwise(arguments):
        path = Path(value)
        if option in ("-f", "--file", "--config") and value != "-" and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("" if option == "--config" else "Hello.", encoding="utf-8")


def keeps_records() -> bool:
    page = Path("interlock.yaml")
    return page.exists() and re.search(r"^records:", page.read_text("utf-8"), re.MULTILINE) is not None


@by_page
def test_the_page_works_from_top_to_bottom(page, monkeypatch):
    with Reader(page, monkeypatch) as reader:
        for block in blocks(page):
            reader.take(block)


@by_page
def test_blocks_are_fenced_as_what_they_are(page):
    wrong = [f"{block}: {block.language!r}" for block in blocks(page) if block.language not in LANGUAGES]
    assert not wrong
    assert page.read_text().count("\n```") == 2 * len(list(blocks(page)))


@by_page
def test_links_lead_somewhere(page):
    text = _FENCE.sub("", page.read_text("utf-8"))
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        if not other.exists() or (anchor and anchor not in anchors(other)):
            dead.append(target)
    assert not dead


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@by_page
def test_every_page_is_linked(page):
    pages = [each for each in PAGES if each != page]
    assert page.name == "README.md" or any(f"{page.name})" in each.read_text("utf-8") for each in pages)


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
