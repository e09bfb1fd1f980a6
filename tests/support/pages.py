"""The project's own pages, as their tests read them."""

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.main

from interlock.cli.app import app

ROOT = Path(__file__).parents[2]
# What an example has written where it lies is no page.
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "work" not in page.relative_to(ROOT).parts),
]
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[^\s`]*)[^\n]*\n(?P<code>.*?)^ *```\s*$", re.MULTILINE | re.DOTALL
)

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


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


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text("utf-8"))


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
