"""What keeps the house in order beyond lint, types and layers."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("core", "plugins", "integrations")
    for path in (ROOT / folder).rglob("*.py")
    if ".venv" not in path.parts
)
LONGEST = 400
# What other plugins build on, and no router asks for anything.
WITHOUT_HOOKS = {"pages", "reports", "tools"}


def test_layers_hold():
    done = subprocess.run(
        ["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_files_fit_in_the_head():
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert not {path: lines for path, lines in long.items() if lines > LONGEST}


def test_every_package_says_what_it_is():
    for path in SOURCES:
        text = path.read_text()
        assert not text.strip() or text.startswith('"""'), f"{path.relative_to(ROOT)} has no docstring"


@pytest.mark.parametrize("word", ["manager", "handler", "utils", "helper", "common", "base_", "v2"])
def test_names_are_the_fields_own(word):
    assert not [path for path in SOURCES if word in path.stem]


def test_exceptions_to_the_rules_give_a_reason():
    bare = []
    for path in SOURCES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"#\s*(noqa|type:\s*ignore)", line) and not re.search(
                r"#\s*(noqa: [A-Z0-9, ]+ - \S|type: ignore\[[\w-]+(, ?[\w-]+)*\]\s+# \S)", line
            ):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert not bare


def test_no_file_waits_for_later():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert not [path for path in SOURCES if words.search(path.read_text())]


def test_members_share_one_licence_and_one_floor_of_python():
    for path in ROOT.glob("*/**/pyproject.toml"):
        if "tests" in path.parts or ".venv" in path.parts:
            continue
        project = tomllib.loads(path.read_text())["project"]
        assert project["license"] == "Apache-2.0"
        assert project["requires-python"] == ">=3.11"


def test_every_plugin_tells_where_it_enters():
    for path in (ROOT / "plugins").glob("*/pyproject.toml"):
        if path.parent.name in WITHOUT_HOOKS:
            continue
        project = tomllib.loads(path.read_text())["project"]
        assert "interlock" in project["entry-points"], f"{path.parent.name} has no entry point"


def test_the_lock_is_not_committed():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    assert "uv.lock" not in tracked.split()


def test_the_engines_first_page_names_every_file():
    engine = ROOT / "core" / "interlock" / "engine"
    words = set(re.findall(r"\w+", (engine / "__init__.py").read_text()))
    assert {path.stem for path in engine.rglob("*.py")} - {"__init__"} <= words


def classes(*rooms: str) -> list[tuple[str, Path]]:
    core = ROOT / "core" / "interlock"
    found = [
        (node.name, path)
        for room in rooms
        for path in (core / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert found
    return found


def test_every_class_of_engine_and_health_is_named_by_a_word_of_the_glossary():
    rows = re.findall(r"^\| ([\w ,-]+?) \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    words = {word for row in rows for word in row.replace("-", " ").split(", ")}
    for name, path in classes("engine", "health"):
        spoken = re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
        ways = {spoken, spoken.split()[-1]}
        ways |= {way.removesuffix("s") for way in ways} | {re.sub("ies$", "y", way) for way in ways}
        assert ways & words, f"{name} in {path.name}: say in docs/glossary.md what it is"


def test_a_class_name_of_core_means_one_thing():
    places: dict[str, set[Path]] = {}
    for name, path in classes("."):
        places.setdefault(name, set()).add(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}
