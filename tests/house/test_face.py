"""The public face: what is exported, and what importing it costs."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import interlock
from interlock import errors

ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}
FACE = Path(interlock.__file__)
HEAVY = (
    *("httpx", "aiohttp", "pydantic", "pydantic_settings", "yaml", "rich", "typer", "numpy", "py3langid"),
    *("opentelemetry", "asyncio", "uuid", "hashlib", "pathlib", "interlock.protocols"),
)
FOREIGN = ("openai", "anthropic", "google.genai", "botocore", "langchain", "langchain_core", "llama_index")


def test_every_exported_name_exists_once_and_both_lists_are_sorted():
    assert len(set(interlock.__all__)) == len(interlock.__all__)
    for listed in (named_on_the_face(), errors.__all__):
        assert listed == sorted(listed, key=lambda name: (name[0].islower(), name))
    for name in interlock.__all__:
        assert hasattr(interlock, name)


def named_on_the_face():
    (named,) = (node.value for node in ast.parse(FACE.read_text()).body if isinstance(node, ast.Assign))
    return ast.literal_eval(named)


def test_the_face_holds_imports_and_its_list_of_names_and_nothing_else():
    docstring, *rest = ast.parse(FACE.read_text()).body
    assert isinstance(docstring, ast.Expr)
    last = len(rest) - 2
    assert all(isinstance(node, ast.ImportFrom) for node in rest[:last])
    assert [ast.unparse(node).split("[")[0] for node in rest[last:]] == [
        "__all__ = ",
        "__all__ += errors.__all__",
    ]


def test_every_error_is_exported_and_says_the_path_that_callers_import():
    assert interlock.__all__ == [*named_on_the_face(), *errors.__all__]
    assert set(ERRORS) == set(errors.__all__)
    assert {kind.__module__ for kind in ERRORS.values()} == {"interlock.errors"}


def test_the_error_tree_in_the_docstring_is_the_real_one():
    drawn, above = {}, ["InterlockError"]
    for line in errors.__doc__.splitlines():
        if found := re.match(r"    ([│ ]*)[├└]── (\w+)", line):
            depth = len(found[1]) // 4
            above[depth + 1 :] = [found[2]]
            drawn[found[2]] = above[depth]
    assert drawn.keys() == ERRORS.keys() - {"InterlockError"}
    assert not {name: up for name, up in drawn.items() if ERRORS[up] not in ERRORS[name].__bases__}


@pytest.mark.parametrize("kind", ERRORS.values())
def test_an_error_says_in_its_own_docstring_when_it_is_raised_and_what_it_carries(kind):
    assert vars(kind)["__doc__"]
    told = " ".join(parent.__doc__ or "" for parent in kind.__mro__)
    carried = set(re.findall(r"\bself\.(\w+)(?:: [^=]+)? =", inspect.getsource(kind.__init__)))
    assert not {name for name in carried if not re.search(rf"^ +{name}: ", told, re.MULTILINE)}


def test_importing_the_face_loads_nothing_heavy():
    # What measures a test run's coverage has loaded some of it before.
    code = "import sys; before = {*sys.modules}; import interlock; print(*{*sys.modules} - before)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in (*HEAVY, *FOREIGN) if name in loaded]


def test_types_ship_with_the_package():
    assert (FACE.parent / "py.typed").exists()
