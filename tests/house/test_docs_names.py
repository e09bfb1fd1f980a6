"""What pages name exists: where links lead, paths, commands.

A path may leave out folders before it, as `health/rates.py` does.
"""

import os
import re
import shlex
import shutil
from functools import cache
from pathlib import Path

import pytest

from pages import PAGES, ROOT, blocks, interlock_calls, parse, prose

_HOUSE = [
    *PAGES,
    *ROOT.glob("*.md"),
    *ROOT.glob("core/README.md"),
    *ROOT.glob("plugins/*/README.md"),
    *ROOT.glob("integrations/*/README.md"),
]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?", re.ASCII)
_OURS = (".py", ".md", ".toml", ".jsonl", ".lua", ".csv", "/")
_ROOMS = {
    *("core", "plugins", "integrations", "tests", "docs", "cassettes"),
    *(path.name for path in (ROOT / "core" / "interlock").iterdir() if path.is_dir()),
}

by_page = pytest.mark.parametrize("page", sorted(set(_HOUSE)), ids=lambda page: str(page.relative_to(ROOT)))


def links(page: Path) -> list[tuple[Path, str]]:
    """The files and anchors that a page links to in this repository."""
    found = []
    for target in _LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            name, _, anchor = target.partition("#")
            found.append(((page.parent / name).resolve() if name else page, anchor))
    return found


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named(page: Path) -> list[str]:
    """What stands between backticks, outside of blocks."""
    return [" ".join(code.replace("\\|", "|").split()) for code in _CODE.findall(prose(page))]


@cache
def tails() -> frozenset[str]:
    """Every file and folder, and every end of its path."""
    found = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [each for each in folders if not each.startswith((".", "__"))]
        parts = Path(folder).relative_to(ROOT).parts
        for path in [parts, *((*parts, name) for name in files)]:
            found.update("/".join(path[at:]) for at in range(len(path)))
    return frozenset(found)


def missing_path(code: str) -> bool:
    """Whether it is written as a path of this repository, and there is none."""
    first, slash, _ = code.partition("/")
    ours = code.endswith(_OURS) or (slash and first in _ROOMS)
    return bool(ours and _PATH.fullmatch(code)) and code.removesuffix("/") not in tails()


def check_command(code: str, where: object) -> None:
    """Its program exists; a verb of Interlock's does, with the options that are named; its script does."""
    words = shlex.split(code)
    if words[:2] == ["uv", "run"] and len(words) > 2:
        program = words[2] if not words[2].startswith("-") else "python"
        assert shutil.which(program), f"{where} names {code}: there is no {program}"
    gone = [word for word in words if word.endswith(".py") and missing_path(word)]
    assert not gone or "opentelemetry-instrument" in words, f"{where} names {code}"
    for _, arguments in interlock_calls(code):
        parse([*(each for each in arguments if each != "…"), "--help"], f"{where}, {code}")


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    dead = [
        f"{other.name}#{anchor}"
        for other, anchor in links(page)
        if not other.exists() or (anchor and anchor not in anchors(other))
    ]
    assert not dead


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: str(page.relative_to(ROOT)))
def test_a_reader_who_begins_at_the_readme_finds_every_page(page: Path) -> None:
    assert page in reached()


@cache
def reached() -> frozenset[Path]:
    found, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in found and page.suffix == ".md" and page.exists():
            found.add(page)
            waiting += [other for other, _ in links(page)]
    return frozenset(found)


@by_page
def test_paths_that_are_named_exist(page: Path) -> None:
    drawn = [block.code for block in blocks(page) if block.language == "text"]
    paths = [path for code in drawn for path in re.findall(r"[\w-]+/[\w/-]+\.py", code)]
    assert not [code for code in [*named(page), *paths] if missing_path(code)]


@by_page
def test_commands_that_are_named_exist(page: Path) -> None:
    for code in named(page):
        if code.startswith(("interlock ", "uv run ")):
            check_command(code, page.name)


@pytest.mark.parametrize(
    "code", ["health/gone.py", "tests/nowhere", "gone/", "core/interlock/engine/gone.py", "engine/gone"]
)
def test_a_path_that_is_gone_is_found_out(code: str) -> None:
    assert missing_path(code)


@pytest.mark.parametrize("code", ["health/rates.py", "engine/deciding", "tests/", "openai/gpt-5.5", "a/b"])
def test_a_path_that_is_there_or_nobodys_is_not(code: str) -> None:
    assert not missing_path(code)


@pytest.mark.parametrize(
    "code",
    [
        "interlock frobnicate",
        "interlock models --nonsense",
        "uv run no-such-program",
        "uv run python tests/benchmarks/gone.py",
    ],
)
def test_a_command_that_is_gone_is_found_out(code: str) -> None:
    with pytest.raises(AssertionError):
        check_command(code, "a page")
