"""Programs: texts by path, read as modules, evaluated and tested."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from interlock_evaluation.worlds.software_development.subset.expressions import Function, Module, Scope
from interlock_evaluation.worlds.software_development.subset.failing import DEPTH, Failing, Steps
from interlock_evaluation.worlds.software_development.subset.statements import Returned, run

LONGEST: Final = 20_000
"""Characters of a module, or of an expression."""
_ARGUMENTS: Final = "the subset has positional arguments and arguments by name, and no others"


@dataclass(slots=True)
class Program:
    """Modules by path, such as `shop/prices.py`.

    Attributes:
        files: texts by path; those that do not end in `.py` are no modules.
        functions: what modules may call beside Python's own.
    """

    files: Mapping[str, str]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)
    _modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    _depth: int = 0

    def evaluate(self, expression: str) -> Any:
        """What an expression comes to, in which every module goes by its last name.

        Raises:
            Failing: it raises, is none, or takes too long.
        """
        self.steps, self._depth = Steps(), 0
        names = {_named(path).rpartition(".")[2]: Module(_named(path)) for path in self._paths()}
        tree = _parsed(expression, "the expression", "eval")
        return self._guarded(lambda: self._value(Scope(self, "", {**names}), tree.body))

    def tests(self) -> dict[str, str]:
        """By test, such as `tests/test_prices.py::test_total`, why it fails; empty for one that passes."""
        found = {}
        for path in self._paths():
            if not path.startswith("tests/"):
                continue
            try:
                self.steps, self._depth = Steps(), 0
                names = self._guarded(partial(self._module, path))
            except Failing as error:
                found[path] = str(error)
                continue
            for name, value in names.items():
                if name.startswith("test_") and isinstance(value, Function) and value.module == path:
                    found[f"{path}::{name}"] = self._tested(value)
        return found

    def _tested(self, function: Function) -> str:
        self.steps, self._depth = Steps(), 0
        try:
            self._guarded(lambda: self.call(function, [], {}))
        except Failing as error:
            return str(error)
        return ""

    def call(self, function: Function, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function of the program returns. Raises Failing."""
        node, module = function.node, self._module(function.module)
        self._depth += 1
        try:
            if self._depth > DEPTH:
                raise Failing(f"{node.name} calls itself too deeply", kind="RecursionError")
            scope = Scope(self, function.module, module, self._bound(function, given, named))
            try:
                run(scope, node.body, function.module)
            except Returned as returned:
                return returned.value
            return None
        finally:
            self._depth -= 1

    def _bound(self, function: Function, given: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        takes = function.node.args
        if takes.vararg or takes.kwarg or takes.kwonlyargs or takes.posonlyargs:
            raise Failing(_ARGUMENTS)
        names = [each.arg for each in takes.args]
        bound = dict(zip(names, given, strict=False))
        wrong = len(given) > len(names) or set(named) - set(names) or set(named) & set(bound)
        bound |= named
        defaults = zip(reversed(names), reversed(takes.defaults), strict=False)
        scope = Scope(self, function.module, self._module(function.module))
        for name, default in defaults:
            if name not in bound:
                bound[name] = scope.value(default)
        if wrong or len(bound) < len(names):
            what = f"{function.node.name} takes {', '.join(names) or 'nothing'}"
            raise Failing(what, kind="TypeError")
        return bound

    def member(self, module: Module, name: str) -> Any:
        """A name of a module, or a module of a package. Raises Failing."""
        inner = f"{module.name}.{name}"
        if self._holds(inner):
            return Module(inner)
        path = _path(module.name)
        if path in self.files and name in (names := self._module(path)):
            return names[name]
        raise Failing(f"{module.name} has no {name!r:.60}", kind="AttributeError")

    def _module(self, path: str) -> dict[str, Any]:
        if path in self._modules:
            return self._modules[path]
        names: dict[str, Any] = {}
        self._modules[path] = names  # before it is whole, so that modules may import each other
        try:
            self._read(path, names)
        except Failing:
            del self._modules[path]
            raise
        return names

    def _read(self, path: str, names: dict[str, Any]) -> None:
        scope = Scope(self, path, names, names)
        for node in _parsed(self.files[path], path, "exec").body:
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                names[node.name] = Function(node, path)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node, names, path)
            elif isinstance(node, ast.Import):
                self._import(node, names, path)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr, ast.Pass)):
                run(scope, [node], path)
            else:
                what = f"the subset has no {type(node).__name__} in a module"
                raise Failing(what, place=f"{path}:{node.lineno}")

    def _import_from(self, node: ast.ImportFrom, names: dict[str, Any], path: str) -> None:
        module = node.module or ""
        if module in ("pytest", "__future__"):
            return
        if node.level or not self._holds(module):
            what = f"no module named {module!r:.60}; the subset imports the program's own modules alone"
            raise Failing(what, kind="ModuleNotFoundError", place=f"{path}:{node.lineno}")
        for each in node.names:
            try:
                names[each.asname or each.name] = self.member(Module(module), each.name)
            except Failing as error:
                error.place = error.place or f"{path}:{node.lineno}"
                raise

    def _import(self, node: ast.Import, names: dict[str, Any], path: str) -> None:
        for each in node.names:
            if each.name == "pytest":
                continue
            if not self._holds(each.name):
                what = (
                    f"no module named {each.name!r:.60}; the subset imports the program's own modules alone"
                )
                raise Failing(what, kind="ModuleNotFoundError", place=f"{path}:{node.lineno}")
            first = each.name.partition(".")[0]
            names[each.asname or first] = Module(each.name if each.asname else first)

    def _holds(self, module: str) -> bool:
        folder = module.replace(".", "/") + "/"
        return bool(module) and any(
            each == _path(module) or each.startswith(folder) for each in self._paths()
        )

    def _paths(self) -> list[str]:
        return sorted(each for each in self.files if each.endswith(".py"))

    def _value(self, scope: Scope, node: ast.expr) -> Any:
        try:
            return scope.value(node)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise Failing(str(error)[:160], kind=type(error).__name__) from None

    def _guarded(self, what: Callable[[], Any]) -> Any:
        try:
            return what()
        except (RecursionError, MemoryError):
            raise Failing("is nested too deeply", kind="RecursionError") from None
        except Returned:
            raise Failing("`return` outside a function", kind="SyntaxError") from None


def _parsed(text: str, place: str, mode: str) -> Any:
    if len(text) > LONGEST:
        raise Failing(f"more than {LONGEST} characters", place=place)
    try:
        return ast.parse(text.strip() if mode == "eval" else text, mode=mode)
    except SyntaxError as error:
        where = f"{place}:{error.lineno}" if error.lineno and mode == "exec" else place
        raise Failing(str(error.msg), kind="SyntaxError", place=where) from None
    except (ValueError, RecursionError, MemoryError):
        raise Failing("is no Python", kind="SyntaxError", place=place) from None


def _named(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _path(module: str) -> str:
    return module.replace(".", "/") + ".py"
