"""The public face: what is exported, and what importing it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import interlock

FACE = Path(interlock.__file__)
HEAVY = (
    *("httpx", "aiohttp", "pydantic", "pydantic_settings", "yaml", "rich", "typer", "numpy", "py3langid"),
    "opentelemetry",
)
FOREIGN = ("openai", "anthropic", "google.genai", "botocore", "langchain", "langchain_core", "llama_index")


def test_every_exported_name_exists_and_the_list_is_sorted():
    assert interlock.__all__ == sorted(interlock.__all__, key=lambda name: (name[0].islower(), name))
    for name in interlock.__all__:
        assert hasattr(interlock, name)


def test_the_face_holds_imports_and_nothing_else():
    tree = ast.parse(FACE.read_text())
    docstring, *rest = tree.body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(node, ast.ImportFrom | ast.Assign) for node in rest)
    assert [target.id for node in rest if isinstance(node, ast.Assign) for target in node.targets] == [
        "__all__"
    ]


def test_every_error_is_exported():
    from interlock import errors

    kinds = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert kinds <= set(interlock.__all__)


def test_the_error_tree_in_the_docstring_is_the_real_one():
    from interlock import errors

    drawn = [line.split("──")[1].split()[0] for line in errors.__doc__.splitlines() if "──" in line]
    real = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.InterlockError) and name != "InterlockError"
    ]
    assert sorted(drawn) == sorted(real)


def test_importing_the_face_loads_nothing_heavy():
    code = "import sys, interlock; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in (*HEAVY, *FOREIGN) if name in loaded]


def test_types_ship_with_the_package():
    assert (FACE.parent / "py.typed").exists()
