"""The tasks of ThinkingBox-Bench: what is there at the start, and the calls that lead to what is right."""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interlock import ToolCall

LIST = "releases/thinkingbox_bench_v1/testlist_thinkingbox_bench_v1.yaml"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        server: the one that it is for.
        init: what `__reserved__init` is given; `golden_test_case` in it holds the calls.
    """

    id: str
    server: str
    init: Mapping[str, Any]

    @property
    def calls(self) -> list[ToolCall]:
        told = self.init["golden_test_case"].get("tool_interactions") or []
        return [
            ToolCall(id=f"call-{at}", name=each["tool"], arguments=each.get("parameters") or {})
            for at, each in enumerate(told)
        ]


def tasks(folder: Path) -> Iterator[Task]:
    """Those of the release's list, in its order."""
    wanted = [line.split(":") for line in yaml.load((folder / LIST).read_text("utf-8"), _LOADER)]
    files = {path.name: path for path in (folder / "dataset" / "test_case").rglob("*.py")}
    read = {name: dict(_in(files[name])) for name in dict.fromkeys(file for file, _ in wanted)}
    for file, name in wanted:
        server, init = read[file][name]
        yield Task(id=f"{file.removesuffix('.py')}-{name}", server=server, init=init)


def _in(path: Path) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Function -> its server and what that is given; what scenarios add to it needs a search engine."""
    tree = ast.parse(path.read_text("utf-8"))
    told: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Expr):
            told |= _yaml(node) or {}
        elif isinstance(node, ast.FunctionDef) and (own := _yaml(node.body[0])) is not None:
            server = {**told, **own}["scenario"]
            yield node.name, (server, own["init"][server])


def _yaml(node: ast.stmt) -> Any:
    value = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(value, ast.Constant) or not str(value.value).startswith("!"):
        return None
    return yaml.load(textwrap.dedent(str(value.value)[1:]), _LOADER)
